/** The outside services that have failed within a day: which of them are not called just now, until when, and what waits for them. */

import { useState } from 'react';
import type { Circuit } from '../../../contract/circuit.ts';
import { client } from '../../data/client.ts';
import { useAbsence } from '../../data/live.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import { showToast } from '../../ui/toast.tsx';
import { circuitMarks, inOrder, waitingWords } from './circuit-words.ts';
import styles from './circuits-page.module.css';
import { useCircuits } from './use-circuits.ts';

const rowHeight = 36;

export function CircuitsPage() {
  const { data, error, reload, readMore } = useCircuits();
  const absence = useAbsence();
  const [active, setActive] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const circuits = inOrder(data?.items ?? []);
  const open = circuits.filter(({ state }) => state !== 'closed').length;

  const reset = async (name: string) => {
    setBusy(name);
    try {
      await client.call('resetCircuit', { params: { name } });
      showToast({ tone: 'done', title: `${name} is called again`, text: 'What waited for it runs.' });
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(null);
      reload();
    }
  };
  const resetActive = () => {
    const circuit = circuits.find(({ name }) => name === active);
    if (circuit && circuit.state !== 'closed' && busy === null) void reset(circuit.name);
  };

  return (
    <Page
      title="Circuits"
      layout="fill"
      aside={data && circuits.length > 0 && (open > 0 ? `${formatCount(open)} not called` : 'all services are called')}
    >
      {error && !(absence && !data) && (
        <div className={styles.error}>
          <ErrorNotice error={error} retry={reload} />
        </div>
      )}
      {!data && !error && <p className={styles.loading}>Loading the circuits</p>}
      {!data && error && absence && (
        <Notice tone="empty" title="The circuits cannot be read just now">
          {absence} What is open stays open and will be shown here as soon as it can be read.
        </Notice>
      )}
      {data && circuits.length === 0 && (
        <Notice tone="empty" title="Every service answers">
          When a service that jobs call is down, it is listed here, and its jobs wait for it without using up their attempts. Nothing has
          failed in that way within a day.
        </Notice>
      )}
      {circuits.length > 0 && (
        <div className={styles.list}>
          <ItemList
            label="Circuits"
            items={circuits}
            keyOf={({ name }) => name}
            rowHeight={rowHeight}
            header={<CircuitHeader />}
            renderRow={(circuit) => <CircuitRow circuit={circuit} busy={busy === circuit.name} onReset={() => void reset(circuit.name)} />}
            active={active}
            onActive={setActive}
            onOpen={({ name }) => setActive(name)}
            onKey={(event) => {
              if (event.key !== 'r' || event.ctrlKey || event.metaKey || event.altKey) return;
              event.preventDefault();
              resetActive();
            }}
            readMore={readMore}
          />
        </div>
      )}
    </Page>
  );
}

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

function CircuitHeader() {
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader">State</span>
      <span role="columnheader">Service</span>
      <span role="columnheader" className={styles.number}>
        Waiting
      </span>
      <span role="columnheader" className={`${styles.number} ${styles.minor}`}>
        Since
      </span>
      <span role="columnheader" className={styles.number}>
        Next try
      </span>
      <span role="columnheader" className={styles.fault}>
        Last fault
      </span>
      <span role="columnheader">
        <span className="only-read">Reset</span>
      </span>
    </div>
  );
}

type CircuitRowProps = { circuit: Circuit; busy: boolean; onReset(): void };

function CircuitRow({ circuit, busy, onReset }: CircuitRowProps) {
  const { name, state, openedAt, probeAt, waiting, faults, calls, lastFault } = circuit;
  return (
    <div className={styles.cells} role="presentation">
      <span role="gridcell">
        <StateMark state={circuitMarks[state].state} word={circuitMarks[state].word} withLabel />
      </span>
      <span role="gridcell" className={styles.name} title={name}>
        {name}
      </span>
      <span role="gridcell" className={styles.number} title="Due jobs that wait for it">
        {waiting === 0 ? <span className={styles.faint}>0</span> : waitingWords(waiting)}
      </span>
      <span role="gridcell" className={`${styles.number} ${styles.minor}`}>
        {openedAt !== null && <Ago at={openedAt} />}
      </span>
      <span role="gridcell" className={styles.number}>
        {probeAt !== null && (state === 'half-open' ? 'now' : <Ago at={probeAt} />)}
      </span>
      <span role="gridcell" className={styles.fault} title={lastFault?.message}>
        <span className={styles.faint}>
          {faults} of {calls}
        </span>{' '}
        {lastFault?.message.split('\n', 1)[0]}
      </span>
      <span role="gridcell" className={styles.reset}>
        {state !== 'closed' && (
          <Button busy={busy} onClick={onReset} aria-label={`Reset ${name}`}>
            Reset
          </Button>
        )}
      </span>
    </div>
  );
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
