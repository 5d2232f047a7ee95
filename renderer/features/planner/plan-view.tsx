import { formatAmount, formatDuration, formatShare } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import type { Answer } from './plan-answer.ts';
import styles from './plan-view.module.css';
import { factsOf, percentileRows, verdictOf } from './plan-words.ts';

type PlanViewProps = {
  /** The last one; null before the first. */
  answer: Answer | null;
  /** Why there is none to what is asked now. */
  problem: string | null;
  reckoning: boolean;
};

export function PlanView({ answer, problem, reckoning }: PlanViewProps) {
  return (
    <section className={styles.view} aria-label="The plan" aria-busy={reckoning}>
      {problem !== null && (
        <p className={styles.problem} role="status">
          <Icon name="warning" /> {problem}
        </p>
      )}
      {answer === null ? (
        problem === null && <p className={styles.faint}>Reckoning…</p>
      ) : (
        <div className={styles.known} data-old={problem !== null || reckoning || undefined}>
          <PlanNumbers answer={answer} />
        </div>
      )}
    </section>
  );
}

function PlanNumbers({ answer }: { answer: Answer }) {
  const { plan } = answer;
  const { tone, title, text } = verdictOf(answer);
  const rows = percentileRows(plan);
  return (
    <>
      <div className={styles.verdict} data-tone={tone} role="status">
        <p className={styles.title}>
          {tone !== 'fine' && <Icon name={tone === 'broken' ? 'error' : 'warning'} size={18} />}
          {title}
        </p>
        <p className={styles.text}>{text}</p>
      </div>
      <Meter occupancy={plan.occupancy} utilisation={plan.utilisation} />
      <dl className={styles.facts}>
        {factsOf(answer).map(({ label, value, note }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {value}
              {note && <span className={styles.note}>{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {rows.length > 0 && (
        <table className={styles.percentiles}>
          <thead>
            <tr>
              <td />
              <th scope="col">Mean</th>
              <th scope="col">Half within</th>
              <th scope="col">95 % within</th>
              <th scope="col">99 % within</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, of: { meanMs, p50Ms, p95Ms, p99Ms } }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{formatDuration(meanMs)}</td>
                <td>{formatDuration(p50Ms)}</td>
                <td data-main>{formatDuration(p95Ms)}</td>
                <td>{formatDuration(p99Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {answer.question.mode !== 'sync' && <BacklogChart answer={answer} />}
      <p className={styles.method}>
        <span className={styles.methodName}>{plan.method === 'formula' ? 'By formula.' : 'Simulated.'}</span> {plan.why}
      </p>
    </>
  );
}

/** The places' time: in which tasks run, in which they are taken all the same, and what is left. */
function Meter({ occupancy, utilisation }: { occupancy: number; utilisation: number }) {
  const between = Math.max(0, occupancy - utilisation);
  const [used, taken] = [formatShare(utilisation), formatShare(occupancy)];
  const words = `Utilisation ${used}${used === taken ? '' : `, ${taken} with what lies between jobs`}`;
  return (
    <div className={styles.meter}>
      <div className={styles.track} role="img" aria-label={words}>
        <span className={styles.used} style={{ width: `${utilisation * 100}%` }} />
        <span className={styles.between} style={{ width: `${between * 100}%` }} />
        <span className={styles.steep} />
      </div>
      <p className={styles.meterWords} aria-hidden="true">
        {words}
        <span className={styles.steepWords}>from 85 % on waits grow steeply</span>
      </p>
    </div>
  );
}

function BacklogChart({ answer: { plan } }: { answer: Answer }) {
  const last = plan.backlogOverTime.at(-1)?.atMs ?? 0;
  return (
    <div className={styles.chart}>
      <TimeChart
        // A chart keeps the colours it was made with.
        key={String(plan.stable)}
        title="Jobs waiting"
        span={`over ${formatDuration(last)}`}
        times={plan.backlogOverTime.map(({ atMs }) => atMs / 1000)}
        formatTime={(seconds) => (seconds === 0 ? '0' : formatDuration(seconds * 1000).replace('.0 s', ' s'))}
        format={formatAmount}
        reachesAtLeast={1}
        nothing="Nothing waits"
        group="planner"
        lines={[
          {
            label: 'Waiting',
            colour: plan.stable ? '--chart-p50' : '--state-dead',
            look: 'surface',
            values: plan.backlogOverTime.map(({ waiting }) => waiting),
          },
        ]}
      />
    </div>
  );
}
