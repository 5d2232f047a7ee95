/** How many jobs of a queue may run at once: read as a number, edited beside it, refused where it was written. */

import { Popover, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { Queue, QueuePatch } from '../../../contract/resources.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import styles from './concurrency-field.module.css';
import { fieldError, wholeError } from './field-error.ts';

type ConcurrencyFieldProps = { queue: Queue; change: (patch: QueuePatch) => Promise<void> };

export function ConcurrencyField({ queue, change }: ConcurrencyFieldProps) {
  const { name, concurrency } = queue;
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={240} trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={styles.value}
          title="Change how many may run at once"
          aria-label={`${name}: ${concurrency === null ? 'no limit' : `${concurrency} at once`}. Change`}
          onClick={() => setOpen(!open)}
        >
          {concurrency === null ? 'no limit' : formatCount(concurrency)}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`How many jobs of ${name} may run at once`}>
        <ConcurrencyForm queue={queue} change={change} onClose={() => setOpen(false)} />
      </Popover.Dropdown>
    </Popover>
  );
}

function ConcurrencyForm({ queue, change, onClose }: ConcurrencyFieldProps & { onClose: () => void }) {
  const [text, setText] = useState(queue.concurrency === null ? '' : String(queue.concurrency));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = text.trim();
    // Whether the number is allowed is the engine's to say; that it is one is ours, since JSON has to hold it.
    const value = wanted === '' ? null : Number(wanted);
    if (Number.isNaN(value)) {
      setError('must be a whole number, or empty for no limit');
      return;
    }
    setBusy(true);
    try {
      await change({ concurrency: value });
      onClose();
    } catch (thrown) {
      setError(fieldError(thrown, 'concurrency') ?? wholeError(thrown));
      setBusy(false);
    }
  };

  return (
    <form className={styles.form} onSubmit={save} noValidate>
      <TextInput
        label="Jobs at once"
        description="Empty: as many as the lanes take"
        placeholder="no limit"
        inputMode="numeric"
        data-autofocus
        value={text}
        error={error}
        onChange={(event) => {
          setText(event.target.value);
          setError(undefined);
        }}
      />
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
