/** How long ended jobs are kept, and the room that everything takes. */

import { Select, TextInput } from '@mantine/core';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { Retention } from '../../../contract/retention.ts';
import type { FinalState } from '../../../contract/states.ts';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { wholeError } from '../../ui/field-error.ts';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { KeptDraft, RetentionDraft, RetentionErrors, SizeUnit, TimeUnit } from './retention-draft.ts';
import { draftOf, readDraft, sizeUnits, timeUnits } from './retention-draft.ts';
import styles from './retention-section.module.css';

const shownStates = ['completed', 'cancelled', 'dead'] as const;

export function RetentionSection() {
  const { data, error, reload } = useResource('retention', (signal) => client.call('getRetention', { signal }));
  return (
    <Section title="What is kept" aside="Jobs that have not ended are never deleted">
      {error && <ErrorNotice error={error} retry={reload} />}
      {!data && !error && <p className={styles.faint}>Loading what is kept</p>}
      {data && <Usage retention={data} />}
      {/* Another draft once what it began with has changed, by this window or by another. */}
      {data && <RetentionForm key={JSON.stringify(draftOf(data))} retention={data} onSaved={reload} />}
    </Section>
  );
}

function Usage({ retention: { usage, maxBytes, lastDeleted } }: { retention: Retention }) {
  const used = usage.databaseBytes + usage.resultBytes;
  const full = maxBytes !== null && used > maxBytes;
  return (
    <div className={styles.usage}>
      <p>
        <strong>{formatBytes(used)}</strong> used{maxBytes !== null && ` of ${formatBytes(maxBytes)}`}
        <span className={styles.faint}>
          {' '}
          · database {formatBytes(usage.databaseBytes)}, large results {formatBytes(usage.resultBytes)}, {formatBytes(usage.freeBytes)} free
          inside its file
        </span>
      </p>
      {maxBytes !== null && (
        <span className={styles.meter} data-full={full || undefined} aria-hidden="true">
          <span style={{ width: `${Math.min(100, (used / maxBytes) * 100)}%` }} />
        </span>
      )}
      {full && (
        <Notice tone="warning" title="More is used than is allowed">
          All that has ended is deleted at once, and what is left has not ended: the backlog itself takes the room.
        </Notice>
      )}
      {lastDeleted && (
        <p className={styles.faint}>
          Last deleted <Ago at={lastDeleted.at} /> ago: {formatCount(lastDeleted.completed)} completed, {formatCount(lastDeleted.cancelled)}{' '}
          cancelled, {formatCount(lastDeleted.dead)} dead.
        </p>
      )}
    </div>
  );
}

function RetentionForm({ retention, onSaved }: { retention: Retention; onSaved(): void }) {
  const [draft, setDraft] = useState<RetentionDraft>(() => draftOf(retention));
  const [errors, setErrors] = useState<RetentionErrors>({});
  const [busy, setBusy] = useState(false);
  const reading = readDraft(draft, retention);
  const changed = 'wrong' in reading || reading.patch !== null;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if ('wrong' in reading) {
      setErrors(reading.wrong);
      return;
    }
    if (reading.patch === null) return;
    setBusy(true);
    try {
      await client.call('patchRetention', { body: reading.patch });
      setErrors({});
      showToast({ tone: 'done', title: 'Saved what is kept' });
      onSaved();
    } catch (thrown) {
      const found = thrown instanceof Problem ? (thrown.extras.errors ?? []) : [];
      setErrors(found.length > 0 ? Object.fromEntries(found.map(({ path, message }) => [path, message])) : { whole: wholeError(thrown) });
    } finally {
      setBusy(false);
    }
  };
  const change = (state: FinalState, part: Partial<KeptDraft>) =>
    setDraft((before) => ({ ...before, [state]: { ...before[state], ...part } }));

  return (
    <form className={styles.form} onSubmit={save} aria-label="What is kept" noValidate>
      <div className={styles.row} aria-hidden="true">
        <span />
        <span className={styles.head}>Kept for</span>
        <span className={styles.head}>At most</span>
      </div>
      {shownStates.map((state) => (
        <fieldset key={state} className={styles.row}>
          <legend className="only-read">{state} jobs</legend>
          <span className={styles.label}>
            <StateMark state={state} withLabel />
          </span>
          <div className={styles.pair}>
            <TextInput
              aria-label={`Keep ${state} jobs for`}
              placeholder="for ever"
              inputMode="decimal"
              value={draft[state].time}
              error={errors[`/${state}/forMs`]}
              onChange={(event) => change(state, { time: event.target.value })}
            />
            <Select
              aria-label={`Unit of time for ${state} jobs`}
              data={[...timeUnits]}
              allowDeselect={false}
              value={draft[state].unit}
              onChange={(unit) => change(state, { unit: unit as TimeUnit })}
            />
          </div>
          <TextInput
            aria-label={`Keep at most so many ${state} jobs`}
            placeholder="any number"
            inputMode="numeric"
            rightSection={<span className={styles.unit}>jobs</span>}
            rightSectionWidth={44}
            value={draft[state].count}
            error={errors[`/${state}/count`]}
            onChange={(event) => change(state, { count: event.target.value })}
          />
        </fieldset>
      ))}
      <div className={styles.row}>
        <span className={styles.label}>All together</span>
        <div className={styles.pair}>
          <TextInput
            aria-label="What jobs may take on the disk"
            placeholder="any size"
            inputMode="decimal"
            value={draft.size}
            error={errors['/maxBytes']}
            onChange={(event) => setDraft((before) => ({ ...before, size: event.target.value }))}
          />
          <Select
            aria-label="Unit of size"
            data={[...sizeUnits]}
            allowDeselect={false}
            value={draft.sizeUnit}
            onChange={(unit) => setDraft((before) => ({ ...before, sizeUnit: unit as SizeUnit }))}
          />
        </div>
        <span className={styles.faint}>Past it the oldest completed jobs go first, dead ones last.</span>
      </div>
      {errors.whole !== undefined && (
        <Notice tone="error" title="Not saved">
          {errors.whole}
        </Notice>
      )}
      <div className={styles.actions}>
        <Button type="submit" tone="primary" busy={busy} disabled={!changed}>
          Save
        </Button>
        {changed && (
          <Button
            tone="quiet"
            onClick={() => {
              setDraft(draftOf(retention));
              setErrors({});
            }}
          >
            Undo
          </Button>
        )}
      </div>
    </form>
  );
}
