/** What every control of a generated form is given, and what it says of its field. */

import type { ReactNode } from 'react';
import type { Json } from '../../../contract/json.ts';
import type { Field } from './form-schema.ts';

export type ControlProps<Kind extends Field = Field> = {
  field: Kind;
  /** undefined: the field is left out of the payload. */
  value: Json | undefined;
  onChange(value: Json | undefined): void;
  /** Where the value stands in the body; errors are found by it. */
  pointer: string;
  errors: ReadonlyMap<string, string>;
  /** Instead of the field's own label: the items of a list are numbered. */
  label?: string;
};

/** Fields that hold others are handed the way to show them, which would otherwise be an import in a circle. */
export type CollectionProps<Kind extends Field> = ControlProps<Kind> & { renderField(props: ControlProps): ReactNode };

/** The author's words, then the limits that are not in them. */
export function describe(field: Field): string {
  const hint = 'hint' in field && field.kind !== 'json' ? field.hint : '';
  const sentence = hint === '' ? '' : `${hint.charAt(0).toUpperCase()}${hint.slice(1)}.`;
  return [field.help, sentence].filter((part) => part !== '').join(' ');
}
