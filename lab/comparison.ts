/** A prediction beside what was measured. */

import type { Plan } from './plan.ts';

export type Measured = {
  utilisation?: number | null;
  waitP50Ms?: number | null;
  waitP95Ms?: number | null;
  waitP99Ms?: number | null;
  latencyP95Ms?: number | null;
};

export type ComparedNumber = {
  name: 'utilisation' | 'waitP50Ms' | 'waitP95Ms' | 'waitP99Ms' | 'latencyP95Ms';
  predicted: number;
  measured: number;
  /** Predicted less measured: in points of a share for the utilisation, in milliseconds else. */
  difference: number;
  /** Difference as a share of what was measured; null when that was 0. */
  error: number | null;
};

/** Only numbers that both have. */
export function compare(plan: Pick<Plan, 'utilisation' | 'wait' | 'latency'>, measured: Measured): ComparedNumber[] {
  const predictions: Record<ComparedNumber['name'], number | undefined> = {
    utilisation: plan.utilisation,
    waitP50Ms: plan.wait?.p50Ms,
    waitP95Ms: plan.wait?.p95Ms,
    waitP99Ms: plan.wait?.p99Ms,
    latencyP95Ms: plan.latency?.p95Ms,
  };
  const compared: ComparedNumber[] = [];
  for (const name of ['utilisation', 'waitP50Ms', 'waitP95Ms', 'waitP99Ms', 'latencyP95Ms'] as const) {
    const [predicted, seen] = [predictions[name], measured[name]];
    if (predicted === undefined || seen === undefined || seen === null) continue;
    const difference = predicted - seen;
    compared.push({ name, predicted, measured: seen, difference, error: seen === 0 ? null : difference / seen });
  }
  return compared;
}
