/** The payload of one task, as fields or as JSON, for whatever else holds a payload. */

import { useMemo, useState } from 'react';
import type { FieldError } from '../../../contract/errors.ts';
import type { JsonObject } from '../../../contract/json.ts';
import type { Task } from '../../../contract/resources.ts';
import { Choice } from '../../ui/choice.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { writeJson } from '../../ui/json-source.ts';
import { formOf } from './form-schema.ts';
import { memberOf, placeErrors, pointerTo, withMember } from './form-value.ts';
import styles from './payload-fields.module.css';
import { SchemaField } from './schema-field.tsx';

type PayloadFieldsProps = {
  task: Task;
  payload: JsonObject;
  onChange(payload: JsonObject): void;
  /** By pointers that begin with `/payload`. */
  errors: readonly FieldError[];
};

/** Give it `key={task.name}`. */
export function PayloadFields({ task, payload, onChange, errors }: PayloadFieldsProps) {
  const form = useMemo(() => formOf(task.input), [task.input]);
  const [view, setView] = useState<'fields' | 'json'>(form ? 'fields' : 'json');
  const [text, setText] = useState(() => writeJson(payload));
  const shown = view === 'fields' ? form : null;
  const placed = useMemo(() => placeErrors(errors, shown, payload, '/payload'), [errors, shown, payload]);
  const elsewhere = placed.elsewhere.map(({ path, message }) => `${path.replace(/^\/payload\/?/, '')} ${message}`.trim()).join('; ');
  const show = (next: 'fields' | 'json') => {
    setText(writeJson(payload));
    setView(next);
  };
  return (
    <>
      <div className={styles.bar}>
        <span className={styles.label}>Payload</span>
        {form && (
          <Choice
            label="View of the payload"
            options={[
              { value: 'fields', label: 'Fields' },
              { value: 'json', label: 'JSON' },
            ]}
            value={view}
            onChange={show}
          />
        )}
      </div>
      {shown ? (
        <>
          {shown.fields.map((field) => (
            <SchemaField
              key={field.name}
              field={field}
              value={memberOf(payload, field.name)}
              onChange={(next) => onChange(withMember(payload, field.name, next))}
              pointer={pointerTo('/payload', field.name)}
              errors={placed.at}
            />
          ))}
          {elsewhere !== '' && (
            <p className={styles.error} role="alert">
              {elsewhere}
            </p>
          )}
        </>
      ) : (
        <CodeField
          label="Payload as JSON"
          text={text}
          objectOnly
          minRows={5}
          error={elsewhere === '' ? undefined : elsewhere}
          onChange={(next, reading) => {
            setText(next);
            if (next.trim() === '') onChange({});
            else if (reading.ok && typeof reading.value === 'object' && reading.value !== null && !Array.isArray(reading.value))
              onChange(reading.value);
          }}
        />
      )}
    </>
  );
}
