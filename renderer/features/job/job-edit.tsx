/** Changes a job that still waits. Only what was changed is sent; what the engine refuses is said at its field. */

import { TagsInput, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { FieldError } from '../../../contract/errors.ts';
import { Problem } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/job.ts';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { NumericField } from '../../ui/numeric-field.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { JobDraft } from './job-draft.ts';
import { draftOf, patchOf } from './job-draft.ts';
import styles from './job-edit.module.css';

type JobEditProps = { job: Job; onClose(): void; onSaved(): void };

export function JobEdit({ job, onClose, onSaved }: JobEditProps) {
  const [start] = useState(() => draftOf(job));
  const [draft, setDraft] = useState<JobDraft>(start);
  const [error, setError] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<JobDraft>) => setDraft((before) => ({ ...before, ...part }));
  const patch = patchOf(start, draft);
  const fieldErrors = error instanceof Problem ? (error.extras.errors ?? []) : [];

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (patch === null || busy) return;
    setBusy(true);
    setError(null);
    try {
      await client.call('patchJob', { params: { id: job.id }, body: patch });
      showToast({ tone: 'done', title: 'Changed' });
      onSaved();
      onClose();
    } catch (thrown) {
      setError(thrown as Error);
      setBusy(false);
    }
  };

  return (
    <form
      className={styles.form}
      aria-label="Edit job"
      onSubmit={save}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        // Not the panel around, and nothing that was typed.
        event.preventDefault();
        if (patch === null) onClose();
      }}
    >
      {error && fieldErrors.every(({ path }) => placeOf(path) === null) && <ErrorNotice error={error} />}
      <div className={styles.fields}>
        <NumericField
          label="Priority"
          description="−100 to 100, higher first"
          value={draft.priority}
          onChange={(priority) => change({ priority })}
          error={messageAt(fieldErrors, 'priority')}
          data-autofocus
        />
        <TextInput
          label="Queue"
          value={draft.queue}
          onChange={(event) => change({ queue: event.currentTarget.value })}
          error={messageAt(fieldErrors, 'queue')}
        />
        <TextInput
          label="Run at"
          type="datetime-local"
          step={1}
          value={draft.runAt}
          onChange={(event) => change({ runAt: event.currentTarget.value })}
          error={messageAt(fieldErrors, 'runAt')}
        />
        <TagsInput label="Tags" value={draft.tags} onChange={(tags) => change({ tags })} error={messageAt(fieldErrors, 'tags')} />
      </div>
      <CodeField
        label="Payload"
        text={draft.payload}
        onChange={(payload) => change({ payload })}
        error={messageAt(fieldErrors, 'payload')}
        required
        objectOnly
        minRows={4}
      />
      <div className={styles.actions}>
        <Button onClick={onClose}>Discard changes</Button>
        <Button type="submit" tone="primary" busy={busy} disabled={patch === null}>
          Save
        </Button>
      </div>
    </form>
  );
}

const places = ['priority', 'queue', 'runAt', 'tags', 'payload'] as const;
type Place = (typeof places)[number];

function placeOf(path: string): Place | null {
  return places.find((place) => path === `/${place}` || path.startsWith(`/${place}/`)) ?? null;
}

/** All that is wrong at or below a field; what is below says where. */
function messageAt(errors: readonly FieldError[], place: Place): string | undefined {
  const messages = errors
    .filter(({ path }) => placeOf(path) === place)
    .map(({ path, message }) => (path === `/${place}` ? message : `${path.slice(place.length + 2)}: ${message}`));
  return messages.length === 0 ? undefined : messages.join('; ');
}
