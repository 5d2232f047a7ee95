import { Select } from '@mantine/core';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import type { PlanField, ServiceKind } from './plan-draft.ts';
import { serviceKinds } from './plan-draft.ts';
import { type PlanFormProps, PlanInput } from './plan-input.tsx';
import styles from './planner-page.module.css';

const kindWords: Readonly<Record<ServiceKind, string>> = {
  constant: 'Always the same',
  exponential: 'Exponential: mostly short, some long',
  lognormal: 'Lognormal: as most tasks are',
  gamma: 'Gamma: evenly around its mean',
  uniform: 'Anything between two times',
  bimodal: 'Mostly fast, now and then slow',
  percentiles: 'By percentiles',
  measured: 'As measured of a task',
};

/** Fields of each distribution, in the order in which they are read. */
const fieldsOf: Readonly<Record<ServiceKind, readonly (readonly [PlanField, string])[]>> = {
  constant: [['time', 'Time']],
  exponential: [['time', 'Mean']],
  lognormal: [
    ['time', 'Mean'],
    ['scv', 'Variability'],
  ],
  gamma: [
    ['time', 'Mean'],
    ['scv', 'Variability'],
  ],
  uniform: [
    ['time', 'From'],
    ['longer', 'To'],
  ],
  bimodal: [
    ['time', 'Mostly'],
    ['longer', 'Now and then'],
    ['slowShare', 'How often, in %'],
  ],
  percentiles: [
    ['time', 'Half within'],
    ['longer', '95 % within'],
    ['longest', '99 % within'],
  ],
  measured: [],
};

export function ServiceFields(props: PlanFormProps) {
  const { draft, change, wrong } = props;
  const shown = fieldsOf[draft.service];
  return (
    <>
      <Select
        label="Distribution"
        data={serviceKinds.map((value) => ({ value, label: kindWords[value] }))}
        value={draft.service}
        onChange={(value) => value && change({ service: value })}
        allowDeselect={false}
        maxDropdownHeight={280}
      />
      {draft.service === 'measured' && <TaskField value={draft.task} error={wrong.task} onChange={(task) => change({ task })} />}
      {shown.length > 0 && (
        <div className={shown.length === 3 ? styles.thirds : styles.halves}>
          {shown.map(([name, label]) => (
            <PlanInput key={name} {...props} name={name} label={label} />
          ))}
        </div>
      )}
      {shown.some(([name]) => name === 'scv') && (
        <p className={styles.hint}>
          Variability is the variance over the squared mean: 0 for always the same, 1 for exponential, 10 and more where a few take far
          longer.
        </p>
      )}
    </>
  );
}

function TaskField({ value, error, onChange }: { value: string; error: string | undefined; onChange: (task: string) => void }) {
  const { data, error: unread } = useResource('tasks', (signal) => client.call('listTasks', { signal }));
  const names = (data?.tasks ?? []).map(({ name, stats }) => ({
    value: name,
    label: stats.samples === 0 ? `${name} (not measured yet)` : name,
  }));
  return (
    <Select
      label="Task"
      placeholder={unread && !data ? 'The tasks could not be read' : 'Choose one'}
      // One that is gone stays in sight, so that it can be told why nothing is known of it.
      data={value === '' || names.some((each) => each.value === value) ? names : [{ value, label: value }, ...names]}
      value={value === '' ? null : value}
      error={error}
      searchable
      onChange={(task) => onChange(task ?? '')}
    />
  );
}
