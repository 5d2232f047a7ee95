/** Makes a schedule or changes one. The engine says at once when it would run; what it refuses is said at its field. */

import { Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { FormEvent, ReactNode } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { Task } from '../../../contract/resources.ts';
import type { MissedRule, Overlap, Schedule } from '../../../contract/schedule.ts';
import { missedRules, overlaps } from '../../../contract/schedule.ts';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Choice } from '../../ui/choice.tsx';
import { describeError, Notice } from '../../ui/notice.tsx';
import { NumericField } from '../../ui/numeric-field.tsx';
import { showToast } from '../../ui/toast.tsx';
import { NextRuns } from './next-runs.tsx';
import type { EveryUnit, ScheduleDraft } from './schedule-draft.ts';
import { draftOf, emptyDraft, everyUnits, inputOf, noScheduleErrors, patchOf, placeScheduleErrors, timingOf } from './schedule-draft.ts';
import styles from './schedule-form.module.css';
import { localZone, missedWords, overlapWords, scheduleTitle } from './schedule-words.ts';

/** The fields of a task's payload: from the place where tasks are submitted. */
export type RenderPayload = (props: {
  task: Task;
  payload: Task['examples'][number];
  onChange(payload: Task['examples'][number]): void;
  errors: readonly { path: string; message: string }[];
}) => ReactNode;

type ScheduleFormProps = {
  /** null: a new one. */
  schedule: Schedule | null;
  renderPayload: RenderPayload;
  onSaved(schedule: Schedule): void;
  onClose(): void;
};

const typingMs = 250;
const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
const patternHints = [
  { label: 'every 5 minutes', cron: '*/5 * * * *' },
  { label: 'hourly', cron: '0 * * * *' },
  { label: 'nightly at 02:30', cron: '30 2 * * *' },
  { label: 'weekdays at 09:00', cron: '0 9 * * MON-FRI' },
  { label: 'monthly', cron: '0 6 1 * *' },
];

export function ScheduleForm({ schedule, renderPayload, onSaved, onClose }: ScheduleFormProps) {
  const tasks = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const queues = useResource('queues', (signal) => client.call('listQueues', { signal }));
  const [draft, setDraft] = useState<ScheduleDraft>(() => (schedule ? draftOf(schedule) : emptyDraft('', localZone())));
  const [errors, setErrors] = useState(noScheduleErrors);
  const [busy, setBusy] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const change = (part: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...part }));
  const task = tasks.data?.tasks.find(({ name }) => name === draft.task);
  const queueNames = queues.data?.queues.map(({ name }) => name) ?? ['default'];
  const patch = schedule && patchOf(schedule, draft);

  // The first field that is wrong takes the focus.
  useEffect(() => {
    if (errors !== noScheduleErrors)
      requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]')?.focus());
  }, [errors]);

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || (schedule && patch === null)) return;
    if (element.current && !element.current.checkValidity()) {
      element.current.querySelector<HTMLElement>(':invalid:not(fieldset)')?.focus();
      return;
    }
    setBusy(true);
    setErrors(noScheduleErrors);
    try {
      const saved =
        schedule && patch
          ? await client.call('patchSchedule', { params: { id: schedule.id }, body: patch })
          : await client.call('makeSchedule', { body: inputOf(draft) });
      showToast({ tone: 'done', title: schedule ? `Changed ${scheduleTitle(saved)}` : `Scheduled ${scheduleTitle(saved)}` });
      onSaved(saved);
    } catch (thrown) {
      if (thrown instanceof Problem) setErrors(placeScheduleErrors(thrown, draft));
      else setErrors({ ...noScheduleErrors, elsewhere: [describeError(thrown as Error).title] });
      setBusy(false);
    }
  };

  return (
    <form
      ref={element}
      className={styles.form}
      aria-label={schedule ? 'Edit schedule' : 'New schedule'}
      onSubmit={save}
      noValidate
      onKeyDown={(event) => {
        // Not the panel around, and nothing that was typed.
        if (event.key === 'Escape' && !event.defaultPrevented && (patch !== null || !schedule)) event.preventDefault();
      }}
    >
      <header className={styles.header}>
        <h2 className={styles.title}>{schedule ? `Edit ${scheduleTitle(schedule)}` : 'New schedule'}</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      <div className={styles.scroll}>
        {errors.elsewhere.length > 0 && (
          <Notice tone="error" title="This was not accepted">
            {errors.elsewhere.map((message) => (
              <p key={message}>{message}</p>
            ))}
          </Notice>
        )}
        <div className={styles.fields}>
          <Select
            label="Task"
            placeholder="Choose a task"
            data={tasks.data?.tasks.map(({ name }) => name) ?? []}
            value={draft.task === '' ? null : draft.task}
            onChange={(name) => change({ task: name ?? '', payload: name === schedule?.task ? schedule.payload : {} })}
            searchable
            withAsterisk
            error={errors.at.get('/task') ?? (draft.task === '' ? undefined : task?.error && 'Its file does not load just now')}
            data-autofocus
          />
          <TextInput
            label="Name"
            placeholder="nightly backup"
            value={draft.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            error={errors.at.get('/name')}
          />
        </div>
        <Timing draft={draft} change={change} errors={errors.at} />
        {task && (
          <section className={styles.part} aria-label="Payload">
            {renderPayload({ task, payload: draft.payload, onChange: (payload) => change({ payload }), errors: errors.payload })}
          </section>
        )}
        <div className={styles.fields}>
          <Select
            label="If the last one is unfinished"
            description={overlapWords[draft.overlap].what}
            data={overlaps.map((value) => ({ value, label: overlapWords[value].title }))}
            value={draft.overlap}
            onChange={(overlap) => change({ overlap: overlap as Overlap })}
            allowDeselect={false}
            error={errors.at.get('/overlap')}
          />
          <Select
            label="Slots that were missed"
            description={missedWords[draft.missed].what}
            data={missedRules.map((value) => ({ value, label: missedWords[value].title }))}
            value={draft.missed}
            onChange={(missed) => change({ missed: missed as MissedRule })}
            allowDeselect={false}
            error={errors.at.get('/missed')}
          />
          <Select
            label="Queue"
            placeholder="default"
            data={queueNames.includes(draft.queue) || draft.queue === '' ? queueNames : [draft.queue, ...queueNames]}
            value={draft.queue === '' ? null : draft.queue}
            onChange={(queue) => change({ queue: queue ?? '' })}
            error={errors.at.get('/queue')}
          />
          <NumericField
            label="Priority"
            placeholder="0"
            value={draft.priority}
            onChange={(priority) => change({ priority })}
            error={errors.at.get('/priority')}
          />
          <NumericField
            label="Timeout, in seconds"
            placeholder={task ? `${task.defaults.timeoutMs / 1000} by default` : 'the task’s own'}
            value={draft.timeoutSeconds}
            onChange={(timeoutSeconds) => change({ timeoutSeconds })}
            error={errors.at.get('/timeoutMs')}
          />
          <NumericField
            label="Attempts"
            placeholder={task ? `${task.defaults.retry.maxAttempts} by default` : 'the task’s own'}
            value={draft.maxAttempts}
            onChange={(maxAttempts) => change({ maxAttempts })}
            integer
            error={errors.at.get('/retry/maxAttempts')}
          />
          <TagsInput label="Tags" value={draft.tags} onChange={(tags) => change({ tags })} error={errors.at.get('/tags')} />
        </div>
      </div>
      <div className={styles.bar}>
        <Button type="submit" tone="primary" busy={busy} disabled={schedule !== null && patch === null}>
          {schedule ? 'Save' : 'Make schedule'}
        </Button>
        <Button tone="quiet" onClick={onClose}>
          {schedule ? 'Discard changes' : 'Cancel'}
        </Button>
      </div>
    </form>
  );
}

type TimingProps = { draft: ScheduleDraft; change(part: Partial<ScheduleDraft>): void; errors: ReadonlyMap<string, string> };

function Timing({ draft, change, errors }: TimingProps) {
  const timing = useMemo(() => timingOf(draft), [draft]);
  const [asked] = useDebouncedValue(timing && JSON.stringify(timing), typingMs);
  const preview = useResource(asked === null ? null : `schedule preview ${asked}`, (signal) =>
    client.call('previewSchedule', { body: JSON.parse(asked ?? ''), signal }),
  );
  // An answer to what is no longer written says nothing.
  const isCurrent = asked !== null && asked === JSON.stringify(timing) && !preview.loading;
  const refusal = isCurrent && preview.error instanceof Problem ? preview.error : undefined;
  const refused = (path: string) => refusal?.extras.errors?.find((each) => each.path === path)?.message;
  const zoneData = zones.includes(draft.timeZone) ? zones : [draft.timeZone, ...zones];
  return (
    <section className={styles.part} aria-label="When">
      <div className={styles.when}>
        <span className={styles.label}>When</span>
        <Choice
          label="Kind of schedule"
          options={[
            { value: 'cron', label: 'By a cron pattern' },
            { value: 'every', label: 'At an interval' },
          ]}
          value={draft.kind}
          onChange={(kind) => change({ kind })}
        />
      </div>
      {draft.kind === 'cron' ? (
        <>
          <div className={styles.fields}>
            <TextInput
              label="Cron pattern"
              placeholder="30 2 * * *"
              classNames={{ input: styles.code ?? '' }}
              value={draft.cron}
              onChange={(event) => change({ cron: event.currentTarget.value })}
              error={errors.get('/cron') ?? refused('/cron')}
              description="minute hour day month weekday; seconds may come first"
              spellCheck={false}
              autoComplete="off"
            />
            <Select
              label="Time zone"
              data={zoneData}
              value={draft.timeZone}
              onChange={(timeZone) => change({ timeZone: timeZone ?? localZone() })}
              searchable
              limit={60}
              allowDeselect={false}
              error={errors.get('/timeZone') ?? refused('/timeZone')}
            />
          </div>
          <div className={styles.hints}>
            <span className={styles.faint}>Such as</span>
            {patternHints.map(({ label, cron }) => (
              <Button key={cron} tone="quiet" title={cron} onClick={() => change({ cron })}>
                {label}
              </Button>
            ))}
          </div>
        </>
      ) : (
        <div className={styles.every}>
          <NumericField
            label="Every"
            value={draft.every}
            onChange={(every) => change({ every })}
            error={errors.get('/everyMs') ?? refused('/everyMs')}
          />
          <Select
            aria-label="Unit"
            data={[...everyUnits]}
            value={draft.everyUnit}
            onChange={(unit) => change({ everyUnit: unit as EveryUnit })}
            allowDeselect={false}
          />
        </div>
      )}
      <div className={styles.preview} aria-live="polite">
        {timing === null ? (
          <p className={styles.faint}>The next runs are shown here once it is said when.</p>
        ) : preview.data && !preview.error ? (
          <>
            <p className={styles.previewTitle}>Next runs{draft.kind === 'cron' ? ` in ${preview.data.timeZone}` : ''}</p>
            <NextRuns runs={preview.data.nextRuns} timeZone={preview.data.timeZone} />
          </>
        ) : (
          <p className={styles.faint}>
            {refusal ? 'It would not run.' : preview.error ? describeError(preview.error).title : 'Asking the engine'}
          </p>
        )}
      </div>
    </section>
  );
}
