/** A JSON value as a tree that folds. Big values are shown in parts, so that a megabyte costs no more than a screenful. */

import { useState } from 'react';
import type { Json } from '../../contract/json.ts';
import { CopyButton } from './copy-button.tsx';
import { writeJson } from './json-source.ts';
import styles from './json-view.module.css';

const textShown = 400;
const linesShown = 12;
const membersShown = 100;
/** Objects up to this size stand open; what is deeper or longer opens on a click. */
const openDepth = 2;
const openMembers = 25;

type JsonViewProps = {
  value: Json;
  /** What the value is, for the copy button and screen readers: "payload". */
  name: string;
};

export function JsonView({ value, name }: JsonViewProps) {
  const members = membersOf(value);
  return (
    <div className={styles.view}>
      <div className={styles.copy}>
        <CopyButton text={() => writeJson(value)} label={`Copy ${name} as JSON`} />
      </div>
      <ul className={styles.root} aria-label={name}>
        {/* The braces around it all are left out: a row that only folds everything away says nothing. */}
        {members && members.length > 0 ? <Members members={members} depth={0} /> : <JsonNode label={null} value={value} depth={0} />}
      </ul>
    </div>
  );
}

function membersOf(value: Json): [string, Json][] | null {
  if (typeof value !== 'object' || value === null) return null;
  return Array.isArray(value) ? value.map((item, index) => [String(index), item]) : Object.entries(value);
}

type JsonNodeProps = { label: string | null; value: Json; depth: number };

function JsonNode({ label, value, depth }: JsonNodeProps) {
  const members = membersOf(value);
  if (members && members.length > 0) return <Branch label={label} members={members} isList={Array.isArray(value)} depth={depth} />;
  return (
    <li className={styles.row}>
      <Name label={label} />
      {typeof value === 'string' ? <Text text={value} /> : <span className={styles.literal}>{JSON.stringify(value)}</span>}
    </li>
  );
}

type BranchProps = { label: string | null; members: [string, Json][]; isList: boolean; depth: number };

function Branch({ label, members, isList, depth }: BranchProps) {
  const [open, setOpen] = useState(depth < openDepth && members.length <= openMembers);
  const count = members.length.toLocaleString('en');
  return (
    <li>
      <button type="button" className={styles.branch} aria-expanded={open} onClick={() => setOpen(!open)}>
        <span className={styles.arrow} aria-hidden="true">
          {open ? '▾' : '▸'}
        </span>
        <Name label={label} />
        <span className={styles.size}>{isList ? `[${count}]` : `{${count}}`}</span>
      </button>
      {open && (
        <ul className={styles.members}>
          <Members members={members} depth={depth + 1} />
        </ul>
      )}
    </li>
  );
}

function Members({ members, depth }: { members: [string, Json][]; depth: number }) {
  const [shown, setShown] = useState(membersShown);
  const step = Math.min(10 * membersShown, members.length - shown);
  return (
    <>
      {members.slice(0, shown).map(([name, member]) => (
        <JsonNode key={name} label={name} value={member} depth={depth} />
      ))}
      {step > 0 && (
        <li className={styles.row}>
          <button type="button" className={styles.more} onClick={() => setShown(shown + step)}>
            Show {step.toLocaleString('en')} more of {members.length.toLocaleString('en')}
          </button>
        </li>
      )}
    </>
  );
}

function Name({ label }: { label: string | null }) {
  return label === null ? null : <span className={styles.name}>{label}</span>;
}

function Text({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const start = startOf(text);
  const cut = !whole && start.length < text.length;
  return (
    <span className={styles.text}>
      {cut ? `${start}…` : text}
      {text === '' && <span className={styles.size}>empty text</span>}
      {cut && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en')} characters
        </button>
      )}
    </span>
  );
}

function startOf(text: string): string {
  const start = text.slice(0, textShown);
  const lines = start.split('\n', linesShown + 1);
  return lines.length > linesShown ? lines.slice(0, linesShown).join('\n') : start;
}
