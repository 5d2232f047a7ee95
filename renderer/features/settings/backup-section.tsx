/** A copy of the database into a file, while the engine goes on. */

import { TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useEffect, useState } from 'react';
import type { Backup } from '../../../contract/backup.ts';
import { Problem } from '../../../contract/errors.ts';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { fieldError, wholeError } from '../../ui/field-error.ts';
import { formatBytes, formatCount, formatDuration } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import styles from './backup-section.module.css';

const pollMs = 400;
const stages = { copying: 'Copying', checking: 'Checking the copy', syncing: 'Writing it to the disk' } as const;
/** The last one asked for here, so that going away and coming back finds it. */
const key = 'switchyard-last-backup';

export function BackupSection() {
  const [id, setId] = useState<string | null>(() => sessionStorage.getItem(key));
  const [path, setPath] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [isThere, setIsThere] = useState(false);
  const [busy, setBusy] = useState(false);
  const { data: backup, reload } = useResource(id === null ? null : `backup ${id}`, (signal) =>
    client.call('getBackup', { params: { id: id ?? '' }, signal }),
  );
  const running = backup?.state === 'running';
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(reload, pollMs);
    return () => clearInterval(timer);
  }, [running, reload]);

  const start = async (force: boolean) => {
    setBusy(true);
    try {
      const started = await client.call('startBackup', { body: { path: path.trim(), force } });
      sessionStorage.setItem(key, started.id);
      setId(started.id);
      setError(null);
      setIsThere(false);
    } catch (thrown) {
      setError(fieldError(thrown, 'path') ?? wholeError(thrown));
      setIsThere(thrown instanceof Problem && thrown.code === 'wrong-state' && !running && !force);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() === '') setError('is needed: the whole path of the file, on the machine of the engine');
    else void start(false);
  };

  return (
    <Section title="Backup">
      <form className={styles.form} onSubmit={submit} aria-label="Backup" noValidate>
        <TextInput
          label="File"
          description="As of one moment, checked and synced; large results go into a folder beside it. The engine goes on meanwhile."
          placeholder="/backups/switchyard.db"
          value={path}
          error={error}
          onChange={(event) => {
            setPath(event.target.value);
            setError(null);
            setIsThere(false);
          }}
        />
        <div className={styles.actions}>
          <Button type="submit" busy={busy} disabled={running}>
            Back up now
          </Button>
          {isThere && (
            <Button tone="danger" busy={busy} onClick={() => void start(true)}>
              Replace the file
            </Button>
          )}
        </div>
      </form>
      {backup && <BackupState backup={backup} />}
    </Section>
  );
}

function BackupState({ backup }: { backup: Backup }) {
  const { state, stage, path, bytes, bytesDone, results, startedAt, finishedAt, reason } = backup;
  if (state === 'failed') {
    return (
      <div className={styles.state}>
        <Notice tone="error" title="The backup failed">
          {reason}
        </Notice>
      </div>
    );
  }
  if (state === 'completed') {
    return (
      <p className={styles.state} role="status">
        <strong>Backed up</strong> {formatBytes(bytes + results.bytes)}
        {results.files > 0 && ` with ${formatCount(results.files)} large results`} to <code>{path}</code>
        {finishedAt !== null && ` in ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}`}.
      </p>
    );
  }
  return (
    <div className={styles.state} role="status">
      <p>
        {stages[stage]}
        {stage === 'copying' && bytes > 0 && ` ${formatBytes(bytesDone)} of ${formatBytes(bytes)}`}
      </p>
      <progress className={styles.progress} max={Math.max(1, bytes)} value={stage === 'copying' ? bytesDone : bytes} aria-label="Backup" />
    </div>
  );
}
