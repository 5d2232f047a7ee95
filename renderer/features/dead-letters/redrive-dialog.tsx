/** Redrives many: changed by a patch whose effect on the first payload is shown, canaries first, at a rate. */

import { Modal } from '@mantine/core';
import type { FormEvent } from 'react';
import { useRef, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/job.ts';
import type { DeadSelection } from '../../../contract/operations.ts';
import { client } from '../../data/client.ts';
import { operationBegan } from '../../data/operations.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { changesOf } from '../../ui/json-changes.ts';
import { JsonChanges } from '../../ui/json-changes-view.tsx';
import { writeJson } from '../../ui/json-source.ts';
import { describeError, Notice } from '../../ui/notice.tsx';
import { NumericField } from '../../ui/numeric-field.tsx';
import type { DeadTarget } from './dead-target.ts';
import { jobsText, sampleQuery } from './dead-target.ts';
import styles from './redrive-dialog.module.css';
import type { PatchReading, PatchWay, RedriveDraft, RedriveErrors } from './redrive-draft.ts';
import { patched, patchIn, placeRedriveErrors, plainRedrive } from './redrive-draft.ts';

type RedriveDialogProps = {
  /** null: closed. */
  target: DeadTarget | null;
  onBegan(): void;
  onClose(): void;
};

export function RedriveDialog({ target, onBegan, onClose }: RedriveDialogProps) {
  return (
    <Modal
      opened={target !== null}
      onClose={onClose}
      title={`Redrive ${jobsText(target?.count ?? 0)}`}
      centered
      size={620}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {target && <RedriveForm target={target} onBegan={onBegan} onClose={onClose} />}
    </Modal>
  );
}

const ways: readonly { value: PatchWay; label: string }[] = [
  { value: 'none', label: 'As they are' },
  { value: 'edited', label: 'Edit the first one' },
  { value: 'patch', label: 'JSON Patch' },
];

function RedriveForm({ target: { selection, count }, onBegan, onClose }: RedriveDialogProps & { target: DeadTarget }) {
  const [draft, setDraft] = useState<RedriveDraft>(plainRedrive);
  const [errors, setErrors] = useState<RedriveErrors>({});
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const key = `dead sample ${JSON.stringify(selection.ids?.[0] ?? selection)}`;
  const sample = useResource(key, (signal) => readSample(selection, signal));
  const first = sample.data?.payload;
  const reading = patchIn(draft, first);
  const change = (part: Partial<RedriveDraft>) => {
    setErrors({});
    setDraft((before) => ({ ...before, ...part }));
  };
  const changeWay = (way: PatchWay) =>
    change(way === 'edited' && draft.edited === '' && first ? { way, edited: writeJson(first) } : { way });

  const redrive = async (event: FormEvent) => {
    event.preventDefault();
    if (reading.kind === 'unfinished') {
      element.current?.querySelector('textarea')?.focus();
      return;
    }
    if (element.current && !element.current.checkValidity()) {
      element.current.querySelector<HTMLElement>(':invalid:not(fieldset)')?.focus();
      return;
    }
    setBusy(true);
    try {
      const body = {
        ...selection,
        ...(reading.kind === 'patch' ? { patch: reading.patch } : {}),
        ...(draft.canary === null ? {} : { canary: draft.canary }),
        ...(draft.ratePerSecond === null ? {} : { ratePerSecond: draft.ratePerSecond }),
      };
      operationBegan(await client.call('redriveDeadLetters', { body }));
      onBegan();
    } catch (thrown) {
      const fields = thrown instanceof Problem ? thrown.extras.errors : undefined;
      setErrors(fields ? placeRedriveErrors(fields) : { elsewhere: describeError(thrown as Error).text });
      setBusy(false);
    }
  };

  return (
    <form ref={element} className={styles.form} onSubmit={redrive} noValidate>
      {errors.elsewhere && (
        <Notice tone="error" title="This was not accepted">
          {errors.elsewhere}
        </Notice>
      )}
      <p className={styles.what}>
        {count === 1 ? 'It runs' : 'They run'} again with fresh attempts under the same {count === 1 ? 'id' : 'ids'}; the history stays.
      </p>
      <div className={styles.row}>
        <span className={styles.label}>{count === 1 ? 'Payload' : 'Payloads'}</span>
        <Choice label="Payloads" options={ways} value={draft.way} onChange={changeWay} />
      </div>
      {draft.way === 'edited' && (
        <CodeField
          label={count === 1 ? 'The payload' : 'Payload of the first job'}
          description={count === 1 ? '' : 'What you change here is changed in each of them.'}
          text={draft.edited}
          onChange={(edited) => change({ edited })}
          error={errors.patch}
          objectOnly
          minRows={5}
          maxRows={12}
        />
      )}
      {draft.way === 'patch' && (
        <CodeField
          label="JSON Patch (RFC 6902)"
          description='Such as [{ "op": "replace", "path": "/url", "value": "https://…" }]'
          text={draft.patch}
          onChange={(patch) => change({ patch })}
          error={errors.patch ?? (reading.kind === 'unfinished' ? (reading.message ?? undefined) : undefined)}
          minRows={4}
          maxRows={12}
        />
      )}
      {draft.way !== 'none' && <Preview first={sample.data} error={sample.error} reading={reading} many={count > 1} />}
      <div className={styles.fields}>
        <NumericField
          label="Canaries first"
          placeholder="none"
          description="So many go ahead. If one dies of the same cause again, the rest stays where it is"
          value={draft.canary}
          onChange={(canary) => change({ canary })}
          integer
          error={errors.canary}
        />
        <NumericField
          label="Jobs a second, at most"
          placeholder="as fast as they go"
          description="For a service that must not be overrun"
          value={draft.ratePerSecond}
          onChange={(ratePerSecond) => change({ ratePerSecond })}
          error={errors.ratePerSecond}
        />
      </div>
      <div className={styles.actions}>
        <Button onClick={onClose}>Keep them dead</Button>
        <Button type="submit" tone="primary" icon="retry" busy={busy}>
          Redrive {jobsText(count)}
        </Button>
      </div>
    </form>
  );
}

async function readSample(selection: DeadSelection, signal: AbortSignal): Promise<Job | undefined> {
  const [id] = selection.ids ?? [];
  if (id !== undefined) return client.call('getJob', { params: { id }, signal });
  const query = sampleQuery(selection);
  let page = await client.call('listDeadLetters', { query, signal });
  // The engine looks for a bounded time: a page may be empty though more follow.
  while (page.jobs.length === 0 && page.next !== null)
    page = await client.call('listDeadLetters', { query: { ...query, cursor: page.next }, signal });
  return page.jobs[0];
}

type PreviewProps = { first: Job | undefined; error: Error | undefined; reading: PatchReading; many: boolean };

/** What it does to the first one, before it is done to any. */
function Preview({ first, error, reading, many }: PreviewProps) {
  const words = () => {
    if (!first) return <p className={styles.faint}>{error ? describeError(error).title : 'Loading the first payload'}</p>;
    if (reading.kind === 'unfinished') return <p className={styles.faint}>What it does to the first payload is shown here.</p>;
    if (reading.kind === 'none') return <p className={styles.faint}>Nothing is changed yet.</p>;
    const result = patched(first.payload, reading.patch);
    if ('refused' in result) return <p className={styles.refused}>{result.refused} Such a job stays dead.</p>;
    const changes = changesOf(first.payload, result.payload);
    return changes.length === 0 ? <p className={styles.faint}>It changes nothing in this payload.</p> : <JsonChanges changes={changes} />;
  };
  return (
    <section className={styles.preview} aria-label="Preview" aria-live="polite">
      <p className={styles.previewTitle}>
        {many ? 'The first of them' : 'The payload'}, before and after
        {first && <code>{first.id}</code>}
      </p>
      {words()}
    </section>
  );
}
