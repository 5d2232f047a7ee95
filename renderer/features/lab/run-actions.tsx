import { TextInput } from '@mantine/core';
import { useState } from 'react';
import type { LabRun } from '../../../contract/lab-run.ts';
import { limits } from '../../../contract/limits.ts';
import { navigate } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { describeError } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import { drawPicture } from './comparison-picture.ts';
import styles from './lab-run-page.module.css';
import { workloadWords } from './lab-words.ts';
import { columnsOf } from './side-by-side.ts';

export function RunActions({ run, other }: { run: LabRun; other: LabRun | null }) {
  const [busy, setBusy] = useState<'stop' | 'delete' | 'rename' | null>(null);
  const [deleting, setDeleting] = useState(false);
  const [name, setName] = useState<string | null>(null);
  const params = { id: run.id };

  const attempt = async (what: NonNullable<typeof busy>, deed: () => Promise<void>) => {
    setBusy(what);
    try {
      await deed();
    } catch (thrown) {
      showToast({ tone: 'error', ...describeError(thrown instanceof Error ? thrown : new Error(String(thrown))) });
    } finally {
      setBusy(null);
    }
  };
  const stop = () => attempt('stop', async () => void (await client.call('stopLabRun', { params })));
  const remove = () =>
    attempt('delete', async () => {
      await client.call('deleteLabRun', { params });
      showToast({ tone: 'done', title: `Deleted the run ${run.name}` });
      navigate('/lab', { replace: true });
    });
  const rename = () =>
    attempt('rename', async () => {
      const wanted = name?.trim() ?? '';
      if (wanted !== '' && wanted !== run.name) await client.call('patchLabRun', { params, body: { name: wanted } });
      setName(null);
    });

  if (name !== null) {
    return (
      <form
        className={styles.rename}
        onSubmit={(event) => {
          event.preventDefault();
          void rename();
        }}
      >
        <TextInput
          aria-label="Name of the run"
          value={name}
          maxLength={limits.nameLength}
          // It stands in place of the button that was pressed, which had the focus.
          ref={(input) => input?.focus()}
          onChange={(event) => setName(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setName(null)}
        />
        <Button tone="primary" type="submit" busy={busy === 'rename'}>
          Rename
        </Button>
        <Button onClick={() => setName(null)}>Keep</Button>
      </form>
    );
  }
  return (
    <>
      {run.state === 'running' && (
        <Button icon="stop" busy={busy === 'stop'} onClick={stop}>
          Stop
        </Button>
      )}
      <Button tone="quiet" onClick={() => setName(run.name)}>
        Rename
      </Button>
      <a className={styles.download} href={`/v1/lab/runs/${encodeURIComponent(run.id)}/csv`} download={`${fileName(run)}.csv`}>
        CSV
      </a>
      <Button tone="quiet" onClick={() => savePicture(run, other)}>
        PNG
      </Button>
      {run.state !== 'running' && <IconButton icon="trash" label="Delete this run" onClick={() => setDeleting(true)} />}
      <Confirm
        open={deleting}
        title={`Delete ${run.name}?`}
        verb="Delete run"
        busy={busy === 'delete'}
        onConfirm={remove}
        onClose={() => setDeleting(false)}
      >
        What it measured is gone then. Your queues never had anything of it.
      </Confirm>
    </>
  );
}

function fileName({ name }: LabRun): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '') || 'run'
  );
}

function savePicture(run: LabRun, other: LabRun | null): void {
  const style = getComputedStyle(document.body);
  const canvas = document.createElement('canvas');
  const title = other === null ? run.name : `A: ${run.name}, B: ${other.name}`;
  const picture = { title, subtitle: workloadWords(run.workload), columns: columnsOf(run, other) };
  drawPicture(canvas, picture, (token) => style.getPropertyValue(token).trim(), style.fontFamily);
  canvas.toBlob((blob) => {
    if (blob === null) {
      showToast({ tone: 'error', title: 'The picture could not be made' });
      return;
    }
    const address = URL.createObjectURL(blob);
    const link = document.createElement('a');
    link.href = address;
    link.download = `${fileName(run)}.png`;
    link.click();
    URL.revokeObjectURL(address);
  });
}
