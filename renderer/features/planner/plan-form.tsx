import { Select } from '@mantine/core';
import type { ReactNode } from 'react';
import { backoffs, defaultRetry } from '../../../contract/retry.ts';
import { defaultOverheadMs } from '../../../lab/load.ts';
import { Choice } from '../../ui/choice.tsx';
import { formatAmount, formatDuration, formatShare } from '../../ui/format.ts';
import { arrivalKinds, type PlanField, planLanes, rateUnits } from './plan-draft.ts';
import { type PlanFormProps, PlanInput } from './plan-input.tsx';
import { formatRateOf, laneWords } from './plan-words.ts';
import styles from './planner-page.module.css';
import { ServiceFields } from './service-fields.tsx';

const units = rateUnits.map((value) => ({ value, label: `a ${value}`.replace('a hour', 'an hour') }));
const modes = [
  { value: 'async', label: 'Queued' },
  { value: 'sync', label: 'Sync: answered or refused' },
] as const;
const arrivalWords = { poisson: 'by chance, as from many callers', constant: 'evenly, as from a timer', bursts: 'in bursts' } as const;
const backoffWords = { exponential: 'twice as long each time', linear: 'longer by as much each time', fixed: 'always the same' } as const;

export function PlanForm(props: PlanFormProps) {
  const { draft, change, measured } = props;
  const sync = draft.mode === 'sync';
  const field = (name: PlanField, label: string, more: { placeholder?: string; description?: string } = {}) => (
    <PlanInput {...props} name={name} label={label} {...more} />
  );
  const { baseMs, maxAttempts } = measured?.retry ?? defaultRetry;
  return (
    <form aria-label="The load" onSubmit={(event) => event.preventDefault()}>
      <Part title="What comes">
        <div className={styles.pair}>
          {field('rate', 'Jobs', {
            placeholder: measured?.arrivalsPerSecond ? `as measured: ${formatRateOf(measured.arrivalsPerSecond)}` : '',
          })}
          <Select
            aria-label="Unit of time of the jobs"
            className={styles.unit ?? ''}
            data={units}
            value={draft.rateUnit}
            onChange={(value) => value && change({ rateUnit: value })}
            allowDeselect={false}
          />
        </div>
        <Select
          label="They come"
          data={arrivalKinds.map((value) => ({ value, label: arrivalWords[value] }))}
          value={draft.arrivals}
          onChange={(value) => value && change({ arrivals: value })}
          allowDeselect={false}
        />
        {draft.arrivals === 'bursts' && (
          <div className={styles.halves}>
            {field('burstOn', 'A burst lasts')}
            {field('burstOff', 'Then nothing for')}
          </div>
        )}
      </Part>
      <Part title="How long an attempt takes">
        <ServiceFields {...props} />
      </Part>
      <Part title="What fails">
        <div className={styles.halves}>
          {field('failures', 'Attempts that fail, in %', {
            placeholder: measured ? `as measured: ${formatShare(measured.failureRate)}` : '0',
          })}
          {field('attempts', 'Attempts in all', { placeholder: sync ? '1' : `${maxAttempts}` })}
        </div>
        <div className={styles.halves}>
          {field('retryDelay', 'First delay', { placeholder: formatDuration(baseMs) })}
          <Select
            label="Later delays"
            data={[{ value: 'default', label: 'as by default' }, ...backoffs.map((value) => ({ value, label: backoffWords[value] }))]}
            value={draft.backoff}
            onChange={(value) => value && change({ backoff: value })}
            allowDeselect={false}
          />
        </div>
      </Part>
      <Part title="What runs it">
        <Choice label="Queued or sync" options={modes} value={draft.mode} onChange={(mode) => change({ mode })} />
        <div className={styles.halves}>
          {field('workers', 'Workers', {
            placeholder: draft.lane === 'none' ? '' : 'as one machine has',
            description: 'Jobs that may run at once',
          })}
          {sync
            ? field('targetRefused', 'Refused at most, in %', { placeholder: 'no target' })
            : field('targetWait', '95 % wait at most', { placeholder: 'no target' })}
        </div>
        <div className={styles.pair}>
          {field('starts', 'Starts, at most', { placeholder: 'no limit' })}
          <Select
            aria-label="Unit of time of the starts"
            className={styles.unit ?? ''}
            data={units}
            value={draft.startsUnit}
            onChange={(value) => value && change({ startsUnit: value })}
            allowDeselect={false}
          />
        </div>
        {!sync && (
          <div className={styles.halves}>
            {field('backlog', 'Waiting already', { placeholder: '0' })}
            {field('maxBacklog', 'May wait, at most', { placeholder: 'no limit' })}
          </div>
        )}
        {!sync &&
          field('priorities', 'Priorities', { placeholder: 'all the same', description: 'Each with its weight, such as 10:1, 0:9' })}
        {field('lasts', 'For', {
          placeholder: 'as long as it takes to settle',
          description: 'A run of that length which begins idle, such as an hour of rush',
        })}
        {field('overhead', 'Between two jobs', {
          placeholder: formatDuration(measured?.overheadMs ?? defaultOverheadMs),
          description: 'How long a place stays taken: the commit, the way there and back. Ten times as long on a busy machine',
        })}
      </Part>
      <Part title="How many machines">
        <Select
          label="Lane"
          data={planLanes
            .filter((lane) => lane === 'none' || sync === lane.startsWith('interactive'))
            .map((value) => ({ value, label: laneWords[value] }))}
          value={draft.lane}
          onChange={(value) => value && change({ lane: value })}
          allowDeselect={false}
        />
        {draft.lane !== 'none' && (
          <div className={styles.halves}>
            {field('cores', 'Cores of one')}
            {field('machineRate', 'Jobs/s it was measured at', { placeholder: 'no limit' })}
          </div>
        )}
      </Part>
      {measured && (
        <p className={styles.measured}>
          {measured.task}: from {formatAmount(measured.samples)} runs. What is left empty is as measured.
        </p>
      )}
    </form>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className={styles.part}>
      <legend className={styles.partTitle}>{title}</legend>
      {children}
    </fieldset>
  );
}
