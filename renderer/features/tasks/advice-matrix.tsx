import type { AdviceMode, AdviceRow, ComparedMode } from '../../../contract/advice.ts';
import { comparedModes } from '../../../contract/advice.ts';
import styles from './advice-matrix.module.css';
import { comparedWords, criterionWords } from './advice-words.ts';

const best = 5;

/** Which of the compared modes the advice stands for: a bounded wait is sync for whoever is in luck. */
function advisedOf(mode: AdviceMode): ComparedMode {
  return mode === 'wait' ? 'sync' : mode;
}

/** One below the other rather than side by side: the sentences are what matters, and a panel is narrow. */
export function AdviceMatrix({ rows, mode }: { rows: readonly AdviceRow[]; mode: AdviceMode }) {
  const advised = advisedOf(mode);
  return (
    <table className={styles.matrix}>
      <thead className="only-read">
        <tr>
          <th scope="col">Mode</th>
          <th scope="col">Rating</th>
          <th scope="col">Why</th>
        </tr>
      </thead>
      {rows.map((row) => (
        <tbody key={row.criterion} aria-label={criterionWords[row.criterion]}>
          <tr>
            <th scope="rowgroup" colSpan={3} className={styles.criterion}>
              {criterionWords[row.criterion]}
            </th>
          </tr>
          {comparedModes.map((compared) => (
            <tr key={compared} data-advised={compared === advised || undefined}>
              <th scope="row">
                {comparedWords[compared]}
                {compared === advised && <span className="only-read"> (advised)</span>}
              </th>
              <td>
                <Rating rating={row[compared].rating} />
              </td>
              <td>{row[compared].why}</td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

/** Five marks of which some are full: read without colour. */
function Rating({ rating }: { rating: number }) {
  return (
    <span className={styles.rating} data-rating={rating} role="img" aria-label={`${rating} of ${best}`}>
      {Array.from({ length: best }, (_, place) => place + 1).map((place) => (
        <span key={place} className={styles.mark} data-full={place <= rating || undefined} />
      ))}
    </span>
  );
}
