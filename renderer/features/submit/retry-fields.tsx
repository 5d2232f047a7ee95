import { Select, TextInput } from '@mantine/core';
import type { Task } from '../../../contract/resources.ts';
import { formatDuration } from '../../ui/format.ts';
import { NumericField } from '../../ui/numeric-field.tsx';
import type { RetryChoices, RetryWay } from './retry-choices.ts';
import { retryWays, retryWayWords } from './retry-choices.ts';
import type { OptionPointer } from './submission.ts';

type RetryFieldsProps = {
  task: Task;
  retry: RetryChoices;
  onChange(part: Partial<RetryChoices>): void;
  errors: ReadonlyMap<OptionPointer, string>;
};

/** Members of the options' grid. */
export function RetryFields({ task: { defaults }, retry, onChange, errors }: RetryFieldsProps) {
  const { way } = retry;
  const own = defaults.retry.delaysMs
    ? `its own list of ${defaults.retry.delaysMs.length} delays`
    : `${defaults.retry.backoff}, from ${formatDuration(defaults.retry.baseMs)}`;
  return (
    <>
      <Select
        label="Between attempts"
        description={way === 'task' ? `This one: ${own}` : undefined}
        data={retryWays.map((value) => ({ value, label: retryWayWords[value] }))}
        value={way}
        onChange={(next) => onChange({ way: next as RetryWay })}
        allowDeselect={false}
        error={errors.get('/retry/backoff')}
      />
      {way === 'list' && (
        <TextInput
          label="Delays, in seconds"
          placeholder="1, 10, 300"
          description="After each failure; the last one repeats if there are more attempts"
          value={retry.delays}
          onChange={(event) => onChange({ delays: event.currentTarget.value })}
          error={errors.get('/retry/delaysMs')}
        />
      )}
      {way !== 'list' && way !== 'task' && (
        <NumericField
          label={way === 'fixed' ? 'Delay, in seconds' : 'First delay, in seconds'}
          placeholder={`${defaults.retry.baseMs / 1000} by default`}
          value={retry.baseSeconds}
          onChange={(baseSeconds) => onChange({ baseSeconds })}
          error={errors.get('/retry/baseMs')}
        />
      )}
      {(way === 'exponential' || way === 'linear') && (
        <NumericField
          label="Longest delay, in seconds"
          placeholder={`${defaults.retry.maxMs / 1000} by default`}
          value={retry.maxSeconds}
          onChange={(maxSeconds) => onChange({ maxSeconds })}
          error={errors.get('/retry/maxMs')}
        />
      )}
      <NumericField
        label="Retry for, in seconds"
        placeholder="no limit"
        description="No attempt begins later than this after the first one"
        value={retry.forSeconds}
        onChange={(forSeconds) => onChange({ forSeconds })}
        error={errors.get('/retry/retryForMs')}
      />
    </>
  );
}
