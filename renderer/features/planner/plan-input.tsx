import { TextInput } from '@mantine/core';
import type { MeasuredLoad } from '../../../lab/measured-load.ts';
import type { PlanDraft, PlanField } from './plan-draft.ts';
import type { Wrong } from './plan-reading.ts';

export type PlanFormProps = {
  draft: PlanDraft;
  change: (part: Partial<PlanDraft>) => void;
  wrong: Wrong;
  /** What an empty field stands for, where a task was measured. */
  measured: MeasuredLoad | null;
};

/** A text of the draft with what is wrong with it. */
export function PlanInput({
  draft,
  change,
  wrong,
  name,
  label,
  placeholder = '',
  description,
}: PlanFormProps & { name: PlanField; label: string; placeholder?: string; description?: string }) {
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      description={description}
      value={draft[name]}
      error={wrong[name]}
      autoComplete="off"
      spellCheck={false}
      maxLength={100}
      onChange={(event) => change({ [name]: event.target.value })}
    />
  );
}
