import type { LabComparedNumber } from '../../../contract/lab-run.ts';
import { formatCount } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { errorWords, modeColours, modeTitles, predictedNumber, predictedWords } from './lab-words.ts';
import styles from './prediction-table.module.css';
import type { Column } from './side-by-side.ts';

/** What the planner says of the same load, drawn over what was measured. */
export function PredictionTable({ columns, going }: { columns: readonly Column[]; going: boolean }) {
  const predicted = columns.flatMap(({ key, result, run }) =>
    result.prediction === null ? [] : [{ key, mode: result.mode, run, prediction: result.prediction }],
  );
  return (
    <Section title="The planner against it" aside={predicted.length > 0 && 'bar: measured; line: predicted'}>
      {predicted.length === 0 && (
        <p className={styles.faint}>
          {going
            ? 'A prediction is drawn beside each mode that has ended.'
            : 'There is no prediction: the planner reckons with models, not with tasks whose time it does not know, and not with auto, which changes as it learns.'}
        </p>
      )}
      <div className={styles.modes}>
        {predicted.map(({ key, mode, run, prediction }) => (
          <section key={key} className={styles.mode} aria-label={`Prediction for ${modeTitles[mode]}${run === null ? '' : ` ${run}`}`}>
            <h3 className={styles.title}>
              {modeTitles[mode]}
              {run !== null && ` ${run}`}
            </h3>
            {!prediction.stable && <p className={styles.unstable}>More came than could be done: such a line has no steady wait.</p>}
            {prediction.numbers.length > 0 && (
              <table className={styles.numbers}>
                <thead>
                  <tr>
                    <td />
                    <td />
                    <th scope="col">Measured</th>
                    <th scope="col">Predicted</th>
                    <th scope="col">Off by</th>
                  </tr>
                </thead>
                <tbody>
                  {prediction.numbers.map((number) => (
                    <PredictionRow key={number.name} number={number} colour={modeColours[mode]} />
                  ))}
                </tbody>
              </table>
            )}
            <p className={styles.faint}>
              {prediction.method === 'formula' ? 'By formula' : 'Simulated'}, {formatCount(prediction.places)} places. {prediction.why}
            </p>
          </section>
        ))}
      </div>
    </Section>
  );
}

function PredictionRow({ number, colour }: { number: LabComparedNumber; colour: string }) {
  const { name, predicted, measured } = number;
  const most = name === 'utilisation' ? 1 : Math.max(predicted, measured, Number.MIN_VALUE) * 1.15;
  return (
    <tr>
      <th scope="row">{predictedWords[name]}</th>
      <td className={styles.drawn}>
        <span className={styles.track} aria-hidden="true">
          <span className={styles.measured} style={{ width: `${Math.min(1, measured / most) * 100}%`, background: `var(${colour})` }} />
          <span className={styles.predicted} style={{ left: `${Math.min(1, predicted / most) * 100}%` }} />
        </span>
      </td>
      <td>{predictedNumber(name, measured)}</td>
      <td>{predictedNumber(name, predicted)}</td>
      <td>{errorWords(number)}</td>
    </tr>
  );
}
