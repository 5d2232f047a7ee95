/** A prediction beside what was measured. */

import type { LabComparedNumber } from '../contract/lab-run.ts';
import type { Plan } from './plan.ts';

export type Measured = {
  utilisation?: number | null;
  waitP50Ms?: number | null;
  waitP95Ms?: number | null;
  waitP99Ms?: number | null;
  latencyP95Ms?: number | null;
};

/** Only numbers that both have. */
export function compare(plan: Pick<Plan, 'utilisation' | 'wait' | 'latency'>, measured: Measured): LabComparedNumber[] {
  const predictions: Record<LabComparedNumber['name'], number | undefined> = {
    utilisation: plan.utilisation,
    waitP50Ms: plan.wait?.p50Ms,
    waitP95Ms: plan.wait?.p95Ms,
    waitP99Ms: plan.wait?.p99Ms,
    latencyP95Ms: plan.latency?.p95Ms,
  };
  const compared: LabComparedNumber[] = [];
  for (const name of ['utilisation', 'waitP50Ms', 'waitP95Ms', 'waitP99Ms', 'latencyP95Ms'] as const) {
    const [predicted, seen] = [predictions[name], measured[name]];
    if (predicted === undefined || seen === undefined || seen === null) continue;
    const difference = predicted - seen;
    compared.push({ name, predicted, measured: seen, difference, error: seen === 0 ? null : difference / seen });
  }
  return compared;
}
