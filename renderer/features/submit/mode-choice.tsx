import { Radio } from '@mantine/core';
import type { Task } from '../../../contract/resources.ts';
import { formatDuration } from '../../ui/format.ts';
import styles from './mode-choice.module.css';
import type { OfferedMode } from './submission.ts';
import { modeTexts, offeredModes } from './submission.ts';

type ModeChoiceProps = { mode: OfferedMode; onChange(mode: OfferedMode): void; task: Task };

export function ModeChoice({ mode, onChange, task }: ModeChoiceProps) {
  return (
    <Radio.Group label="How" value={mode} onChange={(next) => onChange(next as OfferedMode)}>
      <div className={styles.modes}>
        {offeredModes.map((offered) => (
          <Radio
            key={offered}
            value={offered}
            size="xs"
            label={modeTexts[offered].title}
            description={
              <>
                {modeTexts[offered].what}
                {offered === 'hybrid' && !task.rollsBack && ' This task has none.'}
                {offered === 'auto' && <span className={styles.advice}> {adviceText(task)}</span>}
              </>
            }
          />
        ))}
      </div>
    </Radio.Group>
  );
}

const adviceWords = {
  sync: 'wait',
  async: 'run it in the background',
  hybrid: 'run it in the background',
  wait: 'wait a little, then go on in the background',
} as const;

/** A percentile of fewer runs than this says nothing. */
const tellingRuns = 20;

/** What it would choose now, from what it measured. */
function adviceText({ stats, advice }: Task): string {
  const measured =
    stats.samples < tellingRuns || stats.p95Ms === null
      ? ''
      : ` (95 % of ${stats.samples} runs took less than ${formatDuration(stats.p95Ms)})`;
  return `Now it would ${adviceWords[advice.mode]}${measured}.`;
}
