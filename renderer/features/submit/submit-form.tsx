/** The form of one task: its payload as fields or as JSON, how it is to run, and what came of it. */

import { SegmentedControl } from '@mantine/core';
import type { FormEvent, KeyboardEvent } from 'react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FieldError } from '../../../contract/errors.ts';
import type { JsonObject } from '../../../contract/json.ts';
import type { Task } from '../../../contract/resources.ts';
import { client } from '../../data/client.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { CodeField } from '../../ui/code-field.tsx';
import { writeJson } from '../../ui/json-source.ts';
import { Notice } from '../../ui/notice.tsx';
import { formOf } from './form-schema.ts';
import { memberOf, namesBeyond, placeErrors, pointerTo, startGroup, withMember } from './form-value.ts';
import { ModeChoice } from './mode-choice.tsx';
import { OptionFields } from './option-fields.tsx';
import { SchemaField } from './schema-field.tsx';
import type { OptionPointer, SubmitChoices } from './submission.ts';
import { labelledExamples, optionFor, submissionOf, untouched } from './submission.ts';
import styles from './submit-form.module.css';
import { SubmitOutcome } from './submit-outcome.tsx';
import { useSubmission } from './use-submission.ts';

type Draft = { payload: JsonObject; choices: SubmitChoices; view: 'fields' | 'json' };

/** What was typed for each task, so that a look at another page loses nothing. As long as the window is open. */
const drafts = new Map<string, Draft>();

type SubmitFormProps = {
  task: Task;
  /** The id of a job whose payload the form begins with. */
  copyOf: string | null;
};

/** Give it a key of both. */
export function SubmitForm({ task, copyOf }: SubmitFormProps) {
  const form = useMemo(() => formOf(task.input), [task.input]);
  const [draft, setDraft] = useState<Draft>(
    () => drafts.get(task.name) ?? { payload: form ? startGroup(form) : {}, choices: untouched, view: form ? 'fields' : 'json' },
  );
  const [text, setText] = useState(() => writeJson(draft.payload));
  const [optionsOpen, setOptionsOpen] = useState(false);
  const { outcome, errors, submit, clearErrors } = useSubmission();
  const element = useRef<HTMLFormElement>(null);
  const outcomeElement = useRef<HTMLDivElement>(null);

  useEffect(() => {
    drafts.set(task.name, draft);
  }, [task.name, draft]);

  const { payload, choices, view } = draft;
  const copied = useResource(copyOf === null ? null : `job ${copyOf}`, (signal) =>
    client.call('getJob', { params: { id: copyOf ?? '' }, signal }),
  );
  const original = copied.data?.payload;
  const wasCopied = useRef(false);
  useEffect(() => {
    // Once: what is read again later must not undo what was typed since.
    if (!original || wasCopied.current) return;
    wasCopied.current = true;
    setDraft((before) => ({ ...before, payload: original }));
    setText(writeJson(original));
  }, [original]);
  const shownForm = view === 'fields' ? form : null;
  const placed = useMemo(() => placeErrors(errors, shownForm, payload, '/payload'), [errors, shownForm, payload]);
  const options = useMemo(() => optionErrors(placed.elsewhere), [placed]);
  const elsewhere = placed.elsewhere.filter(({ path }) => optionFor(path) === null);

  // The first field that is wrong takes the focus, wherever it is.
  useEffect(() => {
    if (errors.length === 0) return;
    if (errors.some(({ path }) => optionFor(path) !== null)) setOptionsOpen(true);
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]')?.focus());
  }, [errors]);

  useEffect(() => {
    if (outcome) outcomeElement.current?.scrollIntoView({ block: 'nearest' });
  }, [outcome]);

  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const setPayload = (next: JsonObject) => {
    change({ payload: next });
    setText(writeJson(next));
  };
  const setChoices = (part: Partial<SubmitChoices>) => setDraft((before) => ({ ...before, choices: { ...before.choices, ...part } }));

  const send = (chosen: SubmitChoices = choices) => {
    // What is half typed (JSON with a mistake in it) would otherwise be sent as it was before.
    if (element.current && !element.current.checkValidity()) {
      const wrong = element.current.querySelector<HTMLElement>(':invalid:not(fieldset)');
      // What is folded away cannot take the focus.
      wrong?.closest('details')?.setAttribute('open', '');
      wrong?.focus();
      return;
    }
    void submit(submissionOf(task.name, payload, chosen));
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send();
  };

  const examples = useMemo(() => labelledExamples(task.examples), [task.examples]);
  const working = outcome?.kind === 'working';
  const beyond = form && view === 'fields' ? namesBeyond(form, payload) : [];
  return (
    <form ref={element} className={styles.form} onSubmit={onSubmit} onKeyDown={onKeyDown} noValidate aria-label={`Submit ${task.name}`}>
      <div className={styles.scroll}>
        <div className={styles.column}>
          <div className={styles.intro}>
            <h2 className={styles.title}>{task.title || task.name}</h2>
            <code className={styles.name}>{task.name}</code>
          </div>
          {task.description && <p className={styles.description}>{task.description}</p>}
          {task.error !== null && (
            <Notice tone="warning" title={`${task.source} does not load`}>
              <pre className={styles.loadError}>{task.error}</pre>A job that you submit waits until the file is mended.
            </Notice>
          )}
          {elsewhere.length > 0 && (
            <Notice tone="error" title="This was not accepted">
              <ul>
                {elsewhere.map(({ path, message }) => (
                  <li key={`${path} ${message}`}>
                    {path !== '' && path !== '/payload' && <code>{path.replace(/^\/payload\//, '')}</code>} {message}
                  </li>
                ))}
              </ul>
            </Notice>
          )}
          <div className={styles.payloadBar} hidden={!form && task.examples.length === 0}>
            {task.examples.length > 0 && (
              <>
                <span className={styles.faint}>Try this:</span>
                {examples.map(({ payload: example, label }) => (
                  <Button
                    key={label}
                    tone="quiet"
                    title={JSON.stringify(example)}
                    onClick={() => {
                      clearErrors();
                      setPayload(example);
                    }}
                  >
                    {label}
                  </Button>
                ))}
              </>
            )}
            {form && (
              <SegmentedControl
                className={styles.view ?? ''}
                aria-label="View"
                data={[
                  { value: 'fields', label: 'Fields' },
                  { value: 'json', label: 'JSON' },
                ]}
                value={view}
                onChange={(next) => change({ view: next as Draft['view'] })}
              />
            )}
          </div>
          {shownForm ? (
            <div className={styles.fields}>
              {shownForm.fields.map((field) => (
                <SchemaField
                  key={field.name}
                  field={field}
                  value={memberOf(payload, field.name)}
                  onChange={(next) => setPayload(withMember(payload, field.name, next))}
                  pointer={pointerTo('/payload', field.name)}
                  errors={placed.at}
                />
              ))}
              {beyond.length > 0 && (
                <p className={styles.faint}>
                  Sent as well, though the task names no such field: {beyond.join(', ')}. Switch to JSON to change{' '}
                  {beyond.length === 1 ? 'it' : 'them'}.
                </p>
              )}
            </div>
          ) : (
            <CodeField
              label="Payload"
              description={form ? '' : 'This task does not say what it takes: any JSON object will do.'}
              text={text}
              objectOnly
              minRows={8}
              onChange={(next, reading) => {
                setText(next);
                if (reading.ok && isObject(reading.value)) change({ payload: reading.value });
                else if (next.trim() === '') change({ payload: {} });
              }}
            />
          )}
          <ModeChoice mode={choices.mode} onChange={(mode) => setChoices({ mode })} task={task} />
          {choices.mode === 'hybrid' && (
            <CodeField
              label="Promised answer"
              description={task.predicts ? 'Any JSON; left empty, the task predicts it' : 'Any JSON. This task predicts nothing by itself'}
              text={choices.optimistic}
              onChange={(optimistic) => setChoices({ optimistic })}
              minRows={2}
            />
          )}
          <OptionFields task={task} choices={choices} onChange={setChoices} errors={options} open={optionsOpen} onOpen={setOptionsOpen} />
          <div ref={outcomeElement} className={styles.outcome} aria-live="polite">
            {outcome && (
              <SubmitOutcome
                outcome={outcome}
                onAgain={() => send()}
                onBackground={() => {
                  setChoices({ mode: 'async' });
                  send({ ...choices, mode: 'async' });
                }}
              />
            )}
          </div>
        </div>
      </div>
      <div className={styles.bar}>
        {/* Not disabled while it is sent: that would take the focus from who works by keyboard. */}
        <Button type="submit" tone="primary" aria-disabled={working || undefined} shortcut={`${commandKey} ⏎`}>
          {submitWords[choices.mode]}
        </Button>
      </div>
    </form>
  );
}

const submitWords = { auto: 'Submit', sync: 'Run and wait', async: 'Submit to the queue', hybrid: 'Promise and submit' } as const;
const commandKey = /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl';

function optionErrors(errors: readonly FieldError[]): ReadonlyMap<OptionPointer, string> {
  const found = new Map<OptionPointer, string>();
  for (const { path, message } of errors) {
    const option = optionFor(path);
    if (option) found.set(option, message);
  }
  return found;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
