/** Where a person types JSON: says at once where it goes wrong. */

import { Textarea } from '@mantine/core';
import { useEffect, useId, useRef } from 'react';
import styles from './code-field.module.css';
import type { JsonReading } from './json-source.ts';
import { readJson, writeJson } from './json-source.ts';

type CodeFieldProps = {
  label: string;
  description?: string;
  /** The text as typed: it may be no JSON at the moment. */
  text: string;
  onChange(text: string, reading: JsonReading): void;
  /** An error that is not about the text being JSON, e.g. the engine's. */
  error?: string | undefined;
  /** Only `{ … }` will do. */
  objectOnly?: boolean;
  required?: boolean;
  minRows?: number;
  maxRows?: number;
};

/** Null for an empty text too: it is no JSON, but nobody needs to be told so while they have typed nothing. */
function mistakeIn(text: string, objectOnly: boolean): string | null {
  if (text.trim() === '') return null;
  const reading = readJson(text);
  if (!reading.ok) return `Line ${reading.mistake.line}, column ${reading.mistake.column}: ${reading.mistake.message}`;
  const isObject = typeof reading.value === 'object' && reading.value !== null && !Array.isArray(reading.value);
  return objectOnly && !isObject ? 'It must be an object: { … }' : null;
}

/** A mistake makes the field invalid for its form (`form.checkValidity()`), so that nothing is sent that was typed wrong. */
export function CodeField({
  label,
  description,
  text,
  onChange,
  error,
  objectOnly = false,
  required = false,
  minRows = 3,
  maxRows = 24,
}: CodeFieldProps) {
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const mistake = mistakeIn(text, objectOnly);
  useEffect(() => area.current?.setCustomValidity(mistake ?? ''), [mistake]);
  const change = (next: string) => onChange(next, readJson(next));
  const tidy = () => {
    const reading = readJson(text);
    if (reading.ok) change(writeJson(reading.value));
  };
  return (
    <div className={styles.field}>
      <Textarea
        id={id}
        ref={area}
        label={label}
        description={description}
        error={mistake ?? error}
        withAsterisk={required}
        aria-required={required}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
        autosize
        minRows={minRows}
        maxRows={maxRows}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        classNames={{ input: styles.input ?? '' }}
      />
      {text.trim() !== '' && mistake === null && (
        <button type="button" className={styles.tidy} onClick={tidy} aria-controls={id}>
          Tidy
        </button>
      )}
    </div>
  );
}
