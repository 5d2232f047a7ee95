import { Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { workloadSchema } from '../../../contract/lab.ts';
import type { LabPreset, LabRunInput } from '../../../contract/lab-run.ts';
import { limits } from '../../../contract/limits.ts';
import { Button } from '../../ui/button.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { type JsonReading, readJson } from '../../ui/json-source.ts';
import styles from './lab-page.module.css';
import { workloadWords } from './lab-words.ts';

type OwnWorkloadProps = {
  presets: readonly LabPreset[];
  /** Why nothing can be started now. */
  hindrance: string | null;
  busy: boolean;
  onStart: (run: LabRunInput) => void;
};

const example = {
  work: { kind: 'model', service: { kind: 'lognormal', meanMs: 120, scv: 1 }, lane: 'io' },
  arrivalsPerSecond: 20,
  durationMs: 10_000,
  failureRate: 0.02,
  payloadBytes: 256,
};

function written(workload: object): string {
  return JSON.stringify(workload, null, 2);
}

/** As the command line takes it from a file: everything that a workload can be, not just what a form has fields for. */
export function OwnWorkload({ presets, hindrance, busy, onStart }: OwnWorkloadProps) {
  const [text, setText] = useState(() => written(example));
  const [reading, setReading] = useState<JsonReading>(() => readJson(text));
  const [name, setName] = useState('');
  const [atOnce, setAtOnce] = useState('');
  const [from, setFrom] = useState<string | null>(null);
  const change = (next: string, read: JsonReading) => {
    setText(next);
    setReading(read);
  };
  const read = reading.ok ? workloadSchema.safeParse(reading.value) : null;
  const wrong =
    read?.success === false ? read.error.issues.map(({ path, message }) => `${path.join('.') || 'It'}: ${message}`).join('\n') : undefined;
  const beginFrom = (chosen: string | null) => {
    setFrom(chosen);
    const preset = presets.find((each) => each.name === chosen);
    if (!preset) return;
    // The mode is that of the column; it is chosen above.
    const { mode: _, ...workload } = preset.workload;
    const next = written(workload);
    change(next, readJson(next));
  };
  const preset = presets.find((each) => each.name === from);
  const concurrency = atOnce.trim() === '' ? null : Number(atOnce);
  const noNumber = concurrency !== null && !(Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= 100_000);
  const start = () => {
    if (!read?.success || noNumber) return;
    onStart({
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      workload: read.data,
      concurrency,
      ...(preset ? { waitMs: preset.waitMs, declares: preset.declares } : {}),
    });
  };
  return (
    <div className={styles.own}>
      <div className={styles.ownFields}>
        <TextInput
          label="Name"
          placeholder="of the run"
          value={name}
          maxLength={limits.nameLength}
          onChange={(event) => setName(event.target.value)}
        />
        <TextInput
          label="Jobs at once"
          placeholder="as many as the lanes take"
          inputMode="numeric"
          value={atOnce}
          error={noNumber ? 'must be a whole number from 1 to 100,000' : undefined}
          onChange={(event) => setAtOnce(event.target.value)}
        />
        <Select
          label="Begin from"
          placeholder="a case"
          data={presets.map(({ name: value, title }) => ({ value, label: title }))}
          value={from}
          onChange={beginFrom}
          clearable
        />
        <p className={styles.faint}>
          For a task of yours: <code>{'"work": { "kind": "task", "task": "NAME", "payload": { … } }'}</code>. The same file does for{' '}
          <code>switchyard lab run --file</code>.
        </p>
        {read?.success && <p className={styles.ownWords}>{workloadWords(read.data)}</p>}
        <Button
          icon="play"
          disabled={hindrance !== null || !read?.success || noNumber}
          title={hindrance ?? undefined}
          busy={busy}
          onClick={start}
          aria-label="Run your workload"
        >
          Run
        </Button>
      </div>
      <CodeField label="Workload" text={text} onChange={change} error={wrong} objectOnly minRows={10} maxRows={24} />
    </div>
  );
}
