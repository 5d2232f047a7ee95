import { useState } from 'react';
import type { LabRunSummary } from '../../../contract/lab-run.ts';
import { Link } from '../../app/navigation.tsx';
import { Button } from '../../ui/button.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './lab-page.module.css';
import { modeTitles, stateWords, workloadWords } from './lab-words.ts';

const firstShown = 6;

/** Newest first. */
export function RunList({ runs }: { runs: readonly LabRunSummary[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? runs : runs.slice(0, firstShown);
  return (
    <>
      <table className={styles.runs}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Modes</th>
            <th scope="col" className={styles.workload}>
              Workload
            </th>
            <th scope="col">State</th>
            <th scope="col">Begun</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ id, name, state, reason, modes, current, workload, createdAt }) => (
            <tr key={id}>
              <th scope="row">
                <Link to={`/lab/${id}`}>{name}</Link>
              </th>
              <td>{modes.map((mode) => modeTitles[mode].toLowerCase()).join(', ')}</td>
              <td className={styles.workload}>{workloadWords(workload)}</td>
              <td data-state={state} title={reason ?? undefined}>
                {stateWords[state]}
                {current !== null && `: ${current}`}
              </td>
              <td>
                <Ago at={createdAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {runs.length > firstShown && (
        <Button tone="quiet" className={styles.more ?? ''} onClick={() => setAll(!all)}>
          {all ? 'Only the newest' : `All ${runs.length} runs`}
        </Button>
      )}
    </>
  );
}
