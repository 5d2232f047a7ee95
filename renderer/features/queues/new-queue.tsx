import { TextInput } from '@mantine/core';
import type { FormEvent, KeyboardEvent } from 'react';
import { useState } from 'react';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { fieldError, wholeError } from '../../ui/field-error.ts';
import { Notice } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { LimitErrors } from './limit-inputs.tsx';
import { LimitInputs } from './limit-inputs.tsx';
import { limitErrors } from './limits-field.tsx';
import type { LimitsDraft } from './queue-limits.ts';
import { noLimits, patchOf, readLimits } from './queue-limits.ts';
import styles from './queues-page.module.css';

type NewQueueProps = { taken: readonly string[]; onMade: () => void; onClose: () => void };

type Errors = LimitErrors & { name?: string | undefined; whole?: string | undefined };

const unlimited = { concurrency: null, rateLimit: null, maxBacklog: null } as const;

export function NewQueue({ taken, onMade, onClose }: NewQueueProps) {
  const [name, setName] = useState('');
  const [limits, setLimits] = useState<LimitsDraft>(noLimits);
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);

  const make = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    // PUT sets a queue that exists back to what is given: never by accident.
    if (taken.includes(wanted)) {
      setErrors({ name: 'is taken by a queue that exists' });
      return;
    }
    if (wanted === '') {
      setErrors({ name: 'is needed: submissions name their queue' });
      return;
    }
    const reading = readLimits(limits);
    if ('wrong' in reading) {
      setErrors(reading.wrong);
      return;
    }
    setBusy(true);
    try {
      await client.call('makeQueue', { params: { name: wanted }, body: patchOf(unlimited, reading.limits) ?? {} });
      showToast({ tone: 'done', title: `Made the queue ${wanted}` });
      onMade();
    } catch (thrown) {
      const found = { name: fieldError(thrown, 'name'), ...limitErrors(thrown) };
      setErrors(Object.values(found).some((message) => message !== undefined) ? found : { whole: wholeError(thrown) });
    } finally {
      setBusy(false);
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose();
  };

  return (
    <form className={styles.make} onSubmit={make} onKeyDown={onKeyDown} aria-label="New queue" noValidate>
      <TextInput
        label="Name"
        placeholder="photos"
        data-autofocus
        autoFocus
        value={name}
        error={errors.name}
        onChange={(event) => setName(event.target.value)}
      />
      <LimitInputs draft={limits} errors={errors} change={(part) => setLimits((before) => ({ ...before, ...part }))} />
      <div className={styles.makeActions}>
        <Button type="submit" tone="primary" busy={busy}>
          Make queue
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
      {errors.whole && (
        <Notice tone="error" title="The queue was not made">
          {errors.whole}
        </Notice>
      )}
    </form>
  );
}
