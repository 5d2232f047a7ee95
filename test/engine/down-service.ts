/** A service that is down, behind the circuit of the tests of `http.request`. */

import type { SubmissionInput } from '../../contract/submission.ts';
import type { RunResult } from '../../engine/queue/lanes.ts';
import type { QueueRig } from '../support/queue-rig.ts';

export const service = 'https://example.com';
const circuit = { originOf: '/url', faults: ['NetworkError', 'TimedOut'] };
export const withCircuit = { sizes: { io: 1 }, tasks: { 'http.request': { lane: 'io' as const, circuit } } };

export const down: RunResult = { kind: 'failed', error: { name: 'NetworkError', message: 'connection refused' } };
export const call = (url = `${service}/a`) => ({ task: 'http.request', payload: { url } });

/** Five calls find it down, which opens its circuit. */
export async function findDown(rig: QueueRig, changes: Partial<SubmissionInput> = {}): Promise<void> {
  const ids = await rig.addMany(Array.from({ length: 5 }, () => ({ ...call(), ...changes })));
  await rig.turn();
  for (const id of ids) rig.lanes.finish(id, down);
  await rig.turn();
}
