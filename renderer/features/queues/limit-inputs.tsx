import { Select, TextInput } from '@mantine/core';
import styles from './limit-inputs.module.css';
import type { LimitField, LimitsDraft, RateUnit } from './queue-limits.ts';
import { rateUnits } from './queue-limits.ts';

export type LimitErrors = Partial<Record<LimitField, string | undefined>>;

type LimitInputsProps = { draft: LimitsDraft; change(part: Partial<LimitsDraft>): void; errors: LimitErrors; focusFirst?: boolean };

export function LimitInputs({ draft, change, errors, focusFirst = false }: LimitInputsProps) {
  return (
    <>
      <TextInput
        label="Jobs at once"
        description="Empty: as many as the lanes take"
        placeholder="no limit"
        inputMode="numeric"
        data-autofocus={focusFirst || undefined}
        value={draft.concurrency}
        error={errors.concurrency}
        onChange={(event) => change({ concurrency: event.target.value })}
      />
      <div className={styles.rate}>
        <TextInput
          label="Starts"
          description="So many start in that time, retries included"
          placeholder="no limit"
          inputMode="numeric"
          value={draft.rateMax}
          error={errors.rateLimit}
          onChange={(event) => change({ rateMax: event.target.value })}
        />
        <TextInput
          label="in"
          aria-label="In how long"
          inputMode="numeric"
          value={draft.ratePer}
          onChange={(event) => change({ ratePer: event.target.value })}
        />
        <Select
          aria-label="Unit of time"
          className={styles.unit ?? ''}
          data={rateUnits.map((unit) => ({ value: unit, label: draft.ratePer === '1' ? unit : `${unit}s` }))}
          value={draft.rateUnit}
          onChange={(unit) => change({ rateUnit: unit as RateUnit })}
          allowDeselect={false}
          // Inside a popover, which would take a click beside itself for the end.
          comboboxProps={{ withinPortal: false }}
        />
      </div>
      <TextInput
        label="Jobs waiting, at most"
        description="More are refused, and told when to come again"
        placeholder="no limit"
        inputMode="numeric"
        value={draft.maxBacklog}
        error={errors.maxBacklog}
        onChange={(event) => change({ maxBacklog: event.target.value })}
      />
    </>
  );
}
