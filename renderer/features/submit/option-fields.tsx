/** What most submissions leave as it is, folded away; a line says what was set. */

import { SegmentedControl, Select, TagsInput, TextInput } from '@mantine/core';
import type { Task } from '../../../contract/resources.ts';
import type { UniqueScope } from '../../../contract/submission.ts';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { formatDuration } from '../../ui/format.ts';
import { NumericField } from '../../ui/numeric-field.tsx';
import styles from './option-fields.module.css';
import { RetryFields } from './retry-fields.tsx';
import type { OptionPointer, SubmitChoices } from './submission.ts';
import { chosenOptions } from './submission.ts';

type OptionFieldsProps = {
  task: Task;
  choices: SubmitChoices;
  onChange(part: Partial<SubmitChoices>): void;
  errors: ReadonlyMap<OptionPointer, string>;
  open: boolean;
  onOpen(open: boolean): void;
};

const starts = [
  { value: 'now', label: 'Now' },
  { value: 'delay', label: 'After a delay' },
  { value: 'at', label: 'At a time' },
];

export function OptionFields({ task, choices, onChange, errors, open, onOpen }: OptionFieldsProps) {
  const queues = useResource('queues', (signal) => client.call('listQueues', { signal }));
  const names = (queues.data?.queues ?? []).map(({ name }) => name);
  const { defaults } = task;
  return (
    <details className={styles.options} open={open} onToggle={(event) => onOpen(event.currentTarget.open)}>
      <summary className={styles.summary}>
        Options{' '}
        <span className={styles.chosen}>
          {chosenOptions(choices).join(' · ') || 'queue, start, timeout, deadline, retries, tags, keys'}
        </span>
      </summary>
      <div className={styles.fields}>
        <Select
          label="Queue"
          data={names.length === 0 ? ['default'] : names}
          value={choices.queue === '' ? null : choices.queue}
          onChange={(queue) => onChange({ queue: queue ?? '' })}
          placeholder="default"
          clearable
          searchable={names.length > 8}
          error={errors.get('/queue')}
        />
        <NumericField
          label="Priority"
          description="−100 to 100, higher first"
          placeholder="0"
          value={choices.priority}
          onChange={(priority) => onChange({ priority })}
          error={errors.get('/priority')}
        />
        <NumericField
          label="Timeout, in seconds"
          placeholder={`${defaults.timeoutMs / 1000} by default`}
          description={`An attempt that takes longer is ended; ${formatDuration(defaults.timeoutMs)} unless set`}
          value={choices.timeoutSeconds}
          onChange={(timeoutSeconds) => onChange({ timeoutSeconds })}
          error={errors.get('/timeoutMs')}
        />
        <NumericField
          label="Deadline, in seconds"
          placeholder="none"
          description="Dead if it has not ended by then, all attempts and waits together"
          value={choices.deadlineSeconds}
          onChange={(deadlineSeconds) => onChange({ deadlineSeconds })}
          error={errors.get('/deadlineMs')}
        />
        <NumericField
          label="Attempts"
          placeholder={`${defaults.retry.maxAttempts} by default`}
          description="The first one included"
          value={choices.maxAttempts}
          onChange={(maxAttempts) => onChange({ maxAttempts })}
          integer
          error={errors.get('/retry/maxAttempts')}
        />
        <RetryFields
          task={task}
          retry={choices.retry}
          onChange={(part) => onChange({ retry: { ...choices.retry, ...part } })}
          errors={errors}
        />
        <div className={styles.start}>
          <span className={styles.label} id="submit-start">
            Start
          </span>
          <SegmentedControl
            data={starts}
            value={choices.start}
            onChange={(start) => onChange({ start: start as SubmitChoices['start'] })}
            aria-labelledby="submit-start"
          />
          {choices.start === 'delay' && (
            <NumericField
              aria-label="Delay, in seconds"
              placeholder="Seconds"
              value={choices.delaySeconds}
              onChange={(delaySeconds) => onChange({ delaySeconds })}
              error={errors.get('/delayMs')}
            />
          )}
          {choices.start === 'at' && (
            <TextInput
              type="datetime-local"
              aria-label="Start time"
              value={choices.runAt}
              onChange={(event) => onChange({ runAt: event.currentTarget.value })}
              error={errors.get('/runAt')}
            />
          )}
        </div>
        <TagsInput
          label="Tags"
          description="Enter after each"
          value={choices.tags}
          onChange={(tags) => onChange({ tags })}
          error={errors.get('/tags')}
        />
        <TextInput
          label="Unique key"
          description="While a job with this key is unfinished, no second one is made"
          value={choices.uniqueKey}
          onChange={(event) => onChange({ uniqueKey: event.currentTarget.value })}
          error={errors.get('/unique/key')}
        />
        {choices.uniqueKey !== '' && (
          <>
            <Select
              label="The key is taken"
              data={[
                { value: 'active', label: 'Until the job has ended' },
                { value: 'started', label: 'Until its first attempt begins' },
              ]}
              value={choices.uniqueScope}
              onChange={(scope) => onChange({ uniqueScope: scope as UniqueScope })}
              allowDeselect={false}
            />
            <NumericField
              label="And at least for, in seconds"
              placeholder="no longer"
              value={choices.uniqueForSeconds}
              onChange={(uniqueForSeconds) => onChange({ uniqueForSeconds })}
              error={errors.get('/unique/forMs')}
            />
          </>
        )}
        <TextInput
          label="Concurrency key"
          description={`Of this task’s jobs with one key ${task.concurrencyPerKey === 1 ? 'one runs' : `${task.concurrencyPerKey} run`} at a time`}
          value={choices.concurrencyKey}
          onChange={(event) => onChange({ concurrencyKey: event.currentTarget.value })}
          error={errors.get('/concurrencyKey')}
        />
      </div>
    </details>
  );
}
