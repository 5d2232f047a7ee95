/** Fields that hold other fields: groups, lists and maps. */

import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Fragment, useId, useRef, useState } from 'react';
import type { Json, JsonObject } from '../../../contract/json.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import styles from './collection-fields.module.css';
import type { CollectionProps, ControlProps } from './field-control.ts';
import { describe } from './field-control.ts';
import type { Field, GroupField, ListField, MapField } from './form-schema.ts';
import { memberOf, pointerTo, startItem, withMember } from './form-value.ts';

type FrameProps = Pick<ControlProps, 'field' | 'label' | 'pointer' | 'errors'> & { children: ReactNode };

function Frame({ field, label, pointer, errors, children }: FrameProps) {
  const id = useId();
  const error = errors.get(pointer);
  const help = describe(field);
  return (
    <fieldset className={styles.frame} aria-describedby={help || error ? id : undefined}>
      <legend className={styles.legend}>
        {label ?? field.label}
        {field.required && field.name !== '' && (
          <span className={styles.asterisk} aria-hidden="true">
            {' '}
            *
          </span>
        )}
      </legend>
      {children}
      {(help || error) && (
        <div id={id}>
          {help && <p className={styles.help}>{help}</p>}
          {error && (
            // Takes the focus when it is the first thing that is wrong.
            <p className={styles.error} tabIndex={-1} data-wrong>
              {error}
            </p>
          )}
        </div>
      )}
    </fieldset>
  );
}

export function GroupControl(props: CollectionProps<GroupField>) {
  const { field, value, onChange, pointer, errors, renderField } = props;
  const object = asObject(value);
  const change = (name: string, next: Json | undefined) => {
    const changed = withMember(object, name, next);
    // An optional group of which nothing is left is left out as well.
    onChange(Object.keys(changed).length === 0 && !field.required ? undefined : changed);
  };
  return (
    <Frame {...props}>
      <div className={styles.inner}>
        {field.fields.map((member) => (
          <Fragment key={member.name}>
            {renderField({
              field: member,
              value: memberOf(object, member.name),
              onChange: (next) => change(member.name, next),
              pointer: pointerTo(pointer, member.name),
              errors,
            })}
          </Fragment>
        ))}
      </div>
    </Frame>
  );
}

export function ListControl(props: CollectionProps<ListField>) {
  const { field, value, onChange, pointer, errors, label, renderField } = props;
  const items = Array.isArray(value) ? value : [];
  const { ids, removeId } = useRowIds(items.length);
  const rows = useRef<HTMLDivElement>(null);
  const name = label ?? field.label;

  const add = () => {
    onChange([...items, startItem(field.item)]);
    focusAfterRender(() => rows.current?.lastElementChild);
  };
  const remove = (index: number) => {
    removeId(index);
    const left = items.filter((_, other) => other !== index);
    onChange(left.length === 0 && !field.required ? undefined : left);
    focusAfterRender(() => rows.current?.children[Math.max(0, index - 1)] ?? rows.current?.nextElementSibling);
  };

  return (
    <Frame {...props}>
      <div ref={rows} className={styles.rows}>
        {items.map((item, index) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: keys that the field inside leaves over
          <div
            key={ids[index]}
            className={styles.row}
            onKeyDown={(event) => {
              if (!isPlainField(field.item) || event.ctrlKey || event.metaKey) return;
              if (event.key === 'Enter' && !event.defaultPrevented) {
                event.preventDefault();
                add();
              } else if (event.key === 'Backspace' && item === '') {
                event.preventDefault();
                remove(index);
              }
            }}
          >
            <div className={styles.cell}>
              {renderField({
                field: field.item,
                value: item,
                onChange: (next) => onChange(items.map((other, at) => (at === index ? (next ?? null) : other))),
                pointer: pointerTo(pointer, index),
                errors,
                label: `${name} ${index + 1}`,
              })}
            </div>
            <IconButton icon="close" label={`Remove ${name} ${index + 1}`} onClick={() => remove(index)} />
          </div>
        ))}
      </div>
      <Button tone="quiet" icon="submit" className={styles.add ?? ''} onClick={add} aria-label={`Add to ${name}`}>
        Add
      </Button>
    </Frame>
  );
}

type Entry = { id: number; name: string; value: Json };

export function MapControl(props: CollectionProps<MapField>) {
  const { field, value, onChange, pointer, errors, label, renderField } = props;
  const nextId = useRef(0);
  const made = (object: JsonObject): Entry[] =>
    Object.entries(object).map(([name, member]) => ({ id: nextId.current++, name, value: member }));
  const [kept, setKept] = useState<Entry[]>(() => made(asObject(value)));
  const rows = useRef<HTMLDivElement>(null);
  // Names half typed live here alone; a value that came from elsewhere (an example) replaces them.
  const stale = JSON.stringify(objectOf(kept)) !== JSON.stringify(asObject(value));
  const entries = stale ? made(asObject(value)) : kept;
  if (stale) setKept(entries);
  const title = label ?? field.label;

  const change = (next: Entry[]) => {
    setKept(next);
    const object = objectOf(next);
    onChange(Object.keys(object).length === 0 && !field.required ? undefined : object);
  };
  const add = () => {
    change([...entries, { id: nextId.current++, name: '', value: startItem(field.value) }]);
    focusAfterRender(() => rows.current?.lastElementChild);
  };

  return (
    <Frame {...props}>
      <div ref={rows} className={styles.rows}>
        {entries.map((entry, index) => {
          const set = (part: Partial<Entry>) => change(entries.map((other) => (other === entry ? { ...entry, ...part } : other)));
          const twice = entry.name !== '' && entries.findIndex(({ name }) => name === entry.name) < index;
          return (
            <div key={entry.id} className={styles.row}>
              <TextInput
                className={styles.name ?? ''}
                aria-label={`Name ${index + 1} of ${title}`}
                placeholder="Name"
                value={entry.name}
                error={twice ? 'This name is there already' : undefined}
                onChange={(event) => set({ name: event.currentTarget.value })}
                spellCheck={false}
              />
              <div className={styles.cell}>
                {renderField({
                  field: field.value,
                  value: entry.value,
                  onChange: (next) => set({ value: next ?? null }),
                  pointer: pointerTo(pointer, entry.name),
                  errors,
                  label: `Value of ${entry.name || `name ${index + 1}`}`,
                })}
              </div>
              <IconButton
                icon="close"
                label={`Remove ${entry.name || `name ${index + 1}`}`}
                onClick={() => change(entries.filter((other) => other !== entry))}
              />
            </div>
          );
        })}
      </div>
      <Button tone="quiet" icon="submit" className={styles.add ?? ''} onClick={add} aria-label={`Add to ${title}`}>
        Add
      </Button>
    </Frame>
  );
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function objectOf(entries: readonly Entry[]): JsonObject {
  return Object.fromEntries(entries.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));
}

/** Enter and Backspace mean something of their own in what has several lines. */
function isPlainField(field: Field): boolean {
  return (field.kind === 'text' && !field.multiline) || field.kind === 'number';
}

function focusAfterRender(find: () => Element | null | undefined): void {
  requestAnimationFrame(() => {
    const element = find();
    const target = element?.matches('button') ? element : element?.querySelector('input, textarea, button');
    if (target instanceof HTMLElement) target.focus();
  });
}

/** Names for rows that have none, so that removing one does not move what is typed in the others. */
function useRowIds(count: number): { ids: readonly number[]; removeId(index: number): void } {
  const [state, setState] = useState<{ ids: number[]; next: number }>({ ids: [], next: 0 });
  let current = state;
  if (state.ids.length !== count) {
    const added = Array.from({ length: Math.max(0, count - state.ids.length) }, (_, index) => state.next + index);
    current = { ids: [...state.ids.slice(0, count), ...added], next: state.next + added.length };
    setState(current);
  }
  return {
    ids: current.ids,
    removeId: (index) => setState((before) => ({ ...before, ids: before.ids.filter((_, other) => other !== index) })),
  };
}
