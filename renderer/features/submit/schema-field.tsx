/** One field of a generated form, whatever its kind. The value is always the payload's own; only half typed JSON is kept apart. */

import { Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Json } from '../../../contract/json.ts';
import { CodeField } from '../../ui/code-field.tsx';
import { readJson, writeJson } from '../../ui/json-source.ts';
import { NumericField } from '../../ui/numeric-field.tsx';
import { GroupControl, ListControl, MapControl } from './collection-fields.tsx';
import type { ControlProps } from './field-control.ts';
import { describe } from './field-control.ts';
import type { ChoiceField, Field, NumberField, TextField } from './form-schema.ts';
import { canShow } from './form-value.ts';

function renderField(props: ControlProps) {
  return <SchemaField {...props} />;
}

export function SchemaField({ field, ...props }: ControlProps) {
  // JSON typed by hand may hold what no control can show; it stays editable as JSON.
  if (!canShow(field, props.value)) return <JsonControl field={field} {...props} />;
  switch (field.kind) {
    case 'text':
      return <TextControl field={field} {...props} />;
    case 'number':
      return <NumberControl field={field} {...props} />;
    case 'switch':
      return <SwitchControl field={field} {...props} />;
    case 'choice':
      return <ChoiceControl field={field} {...props} />;
    case 'list':
      return <ListControl field={field} renderField={renderField} {...props} />;
    case 'group':
      return <GroupControl field={field} renderField={renderField} {...props} />;
    case 'map':
      return <MapControl field={field} renderField={renderField} {...props} />;
    case 'json':
      return <JsonControl field={field} {...props} />;
  }
}

/** What every control shows around itself. */
function frameOf({ field, label, errors, pointer }: ControlProps) {
  const item = field.name === '';
  return {
    label: item ? undefined : (label ?? field.label),
    'aria-label': item ? label : undefined,
    description: describe(field) || undefined,
    error: errors.get(pointer),
    withAsterisk: field.required && !item,
    'aria-required': field.required || undefined,
  };
}

function defaultText(field: Field): string | undefined {
  return field.default === undefined || field.default === ''
    ? undefined
    : `${typeof field.default === 'string' ? field.default : JSON.stringify(field.default)} by default`;
}

function TextControl(props: ControlProps<TextField>) {
  const { field, value, onChange } = props;
  const text = typeof value === 'string' ? value : '';
  // An emptied property is left out; an emptied item of a list is an empty text.
  const change = (next: string) => onChange(next === '' && field.name !== '' ? undefined : next);
  const placeholder = defaultText(field) ?? (field.example === null ? undefined : `e.g. ${field.example}`);
  return field.multiline ? (
    <Textarea
      {...frameOf(props)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      placeholder={placeholder}
      autosize
      minRows={1}
      maxRows={12}
    />
  ) : (
    <TextInput
      {...frameOf(props)}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
    />
  );
}

function NumberControl(props: ControlProps<NumberField>) {
  const { field, value, onChange } = props;
  return (
    <NumericField
      {...frameOf(props)}
      value={typeof value === 'number' ? value : null}
      onChange={(next) => onChange(next ?? (field.name === '' ? null : undefined))}
      integer={field.integer}
      step={field.step ?? 1}
      placeholder={defaultText(field)}
    />
  );
}

function SwitchControl(props: ControlProps) {
  const { field, value, onChange, label, errors, pointer } = props;
  return (
    <Switch
      label={label ?? field.label}
      description={describe(field) || undefined}
      error={errors.get(pointer)}
      checked={typeof value === 'boolean' ? value : field.default === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}

function ChoiceControl(props: ControlProps<ChoiceField>) {
  const { field, value, onChange } = props;
  const data = field.options.map((option) => ({
    value: JSON.stringify(option),
    label: typeof option === 'string' ? option : JSON.stringify(option),
  }));
  return (
    <Select
      {...frameOf(props)}
      data={data}
      value={value === undefined ? null : JSON.stringify(value)}
      onChange={(next) => onChange(next === null ? undefined : (JSON.parse(next) as Json))}
      clearable={!field.required}
      searchable={data.length > 10}
      placeholder={defaultText(field) ?? 'Choose'}
      comboboxProps={{ shadow: 'md' }}
    />
  );
}

function JsonControl({ field, value, onChange, label, errors, pointer }: ControlProps) {
  const [text, setText] = useState(value === undefined ? '' : writeJson(value));
  const reading = readJson(text);
  const shown = reading.ok ? reading.value : undefined;
  // Half typed JSON holds no value and is left alone; otherwise a value that came from elsewhere (an example) replaces the text.
  const stale = (reading.ok || text.trim() === '') && JSON.stringify(shown) !== JSON.stringify(value);
  const current = stale ? (value === undefined ? '' : writeJson(value)) : text;
  if (stale) setText(current);
  return (
    <CodeField
      label={label ?? field.label}
      description={[field.help, field.kind === 'json' ? `As ${field.hint}.` : ''].filter(Boolean).join(' ')}
      required={field.required && field.name !== ''}
      text={current}
      minRows={1}
      error={errors.get(pointer)}
      onChange={(next, read) => {
        setText(next);
        if (read.ok) onChange(read.value);
        else if (next.trim() === '') onChange(field.name === '' ? null : undefined);
      }}
    />
  );
}
