import { formatShare } from '../../ui/format.ts';
import { modeColours, modeStateWords, modeTitles, progressOf } from './lab-words.ts';
import { LatencyBars } from './latency-bars.tsx';
import { barAxis, bestIn, type Column, type NumberGroup, numberGroups, rowsFor, valueIn } from './side-by-side.ts';
import styles from './side-by-side-table.module.css';

export function SideBySideTable({ columns }: { columns: readonly Column[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <section className={styles.scroll} aria-label="The modes side by side" tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <ModeHead key={column.key} column={column} />
            ))}
          </tr>
        </thead>
        {numberGroups.map((group) => (
          <Group key={group.title} group={group} columns={columns} />
        ))}
      </table>
    </section>
  );
}

function ModeHead({ column: { result, runState, run } }: { column: Column }) {
  const progress = progressOf(result);
  return (
    <th scope="col" className={styles.head} data-state={result.state}>
      <span className={styles.mode} style={{ color: `var(${modeColours[result.mode]})` }}>
        <span className={styles.swatch} aria-hidden="true" />
        <span className={styles.modeName}>
          {modeTitles[result.mode]}
          {run !== null && ` ${run}`}
        </span>
      </span>
      <span className={styles.modeState}>{modeStateWords(result, runState)}</span>
      {result.state === 'running' && (
        <span
          className={styles.progress}
          role="progressbar"
          aria-label={modeTitles[result.mode]}
          aria-valuenow={Math.round(progress * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuetext={formatShare(progress)}
        >
          <span style={{ width: `${progress * 100}%`, background: `var(${modeColours[result.mode]})` }} />
        </span>
      )}
    </th>
  );
}

function Group({ group, columns }: { group: NumberGroup; columns: readonly Column[] }) {
  const { title, hint, bars } = group;
  const axis = bars ? barAxis(columns, bars) : null;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" className={styles.group} colSpan={columns.length + 1}>
          {title} <span className={styles.hint}>{hint}</span>
        </th>
      </tr>
      {bars && axis && (
        <tr>
          <th scope="row" className={styles.rowName}>
            How many took how long
          </th>
          {columns.map(({ key, result }) => (
            <td key={key} className={styles.bars}>
              <LatencyBars bars={bars(result)} axis={axis} colour={modeColours[result.mode]} />
            </td>
          ))}
        </tr>
      )}
      {rowsFor(group, columns).map((row) => {
        const best = bestIn(row, columns);
        return (
          <tr key={row.label}>
            <th scope="row" className={styles.rowName}>
              {row.label}
            </th>
            {columns.map((column) => {
              const { key } = column;
              const value = valueIn(row, column);
              return (
                <td key={key} data-best={best.has(key) || undefined} data-alarming={(row.alarming && (value ?? 0) > 0) || undefined}>
                  {value === null ? <span className={styles.nothing}>–</span> : row.format(value)}
                  {best.has(key) && <span className="only-read"> (best)</span>}
                </td>
              );
            })}
          </tr>
        );
      })}
    </tbody>
  );
}
