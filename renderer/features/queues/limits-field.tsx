/** What a queue is held to: read in words, edited beside them, refused where it was written. */

import { Popover } from '@mantine/core';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { Queue, QueuePatch } from '../../../contract/resources.ts';
import { Button } from '../../ui/button.tsx';
import { fieldError, wholeError } from '../../ui/field-error.ts';
import type { LimitErrors } from './limit-inputs.tsx';
import { LimitInputs } from './limit-inputs.tsx';
import styles from './limits-field.module.css';
import type { LimitsDraft } from './queue-limits.ts';
import { draftOf, limitWords, patchOf, readLimits } from './queue-limits.ts';

type LimitsFieldProps = { queue: Queue; change: (patch: QueuePatch) => Promise<void> };

export function LimitsField({ queue, change }: LimitsFieldProps) {
  const [open, setOpen] = useState(false);
  const words = limitWords(queue);
  const text = words.length === 0 ? 'no limit' : words.join(', ');
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.value}
          title={words.length === 0 ? 'Set limits' : text}
          aria-label={`${queue.name}: ${text}. Change`}
          data-none={words.length === 0 || undefined}
          onClick={() => setOpen(!open)}
        >
          {words.length === 0 ? text : words.join(' · ')}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Limits of ${queue.name}`}>
        <LimitsForm queue={queue} change={change} onClose={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function LimitsForm({ queue, change, onClose }: LimitsFieldProps & { onClose: () => void }) {
  const [draft, setDraft] = useState<LimitsDraft>(() => draftOf(queue));
  const [errors, setErrors] = useState<LimitErrors & { whole?: string }>({});
  const [busy, setBusy] = useState(false);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const reading = readLimits(draft);
    if ('wrong' in reading) {
      setErrors(reading.wrong);
      return;
    }
    const patch = patchOf(queue, reading.limits);
    if (patch === null) {
      onClose();
      return;
    }
    setBusy(true);
    try {
      await change(patch);
      onClose();
    } catch (thrown) {
      setErrors(limitErrors(thrown) ?? { whole: wholeError(thrown) });
      setBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={save} noValidate>
      <LimitInputs
        draft={draft}
        errors={errors}
        focusFirst
        change={(part) => {
          setDraft((before) => ({ ...before, ...part }));
          setErrors({});
        }}
      />
      {errors.whole && (
        <p className={styles.whole} role="alert">
          {errors.whole}
        </p>
      )}
      <div className={styles.actions}>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" busy={busy}>
          Set
        </Button>
      </div>
    </form>
  );
}

/** The engine's refusal at its fields; null when it is about none of them. */
export function limitErrors(thrown: unknown): LimitErrors | null {
  const found = {
    concurrency: fieldError(thrown, 'concurrency'),
    rateLimit: fieldError(thrown, 'rateLimit') ?? fieldError(thrown, 'rateLimit/max') ?? fieldError(thrown, 'rateLimit/perMs'),
    maxBacklog: fieldError(thrown, 'maxBacklog'),
  };
  return Object.values(found).some((message) => message !== undefined) ? found : null;
}
