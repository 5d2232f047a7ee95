import { basename } from 'node:path';

/** What is read of a `.cpuprofile`. */
export type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** From one sample to the next, in microseconds. */
  timeDeltas: number[];
};

export type SelfTimes = { totalMs: number /** Without waiting. */; busyMs: number; functions: { what: string; ms: number }[] };

const waiting = new Set(['(idle)', '(root)']);

/** Time in a function itself, without what it called; the longest first. @param skipMs of the profile's beginning, for start and warm-up */
export function selfTimesOf({ nodes, samples, timeDeltas }: CpuProfile, skipMs: number): SelfTimes {
  const nameOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [
      id,
      url === '' ? functionName || '(anonymous)' : `${functionName || '(anonymous)'}  ${basename(url)}:${lineNumber + 1}`,
    ]),
  );
  const times = new Map<string, number>();
  let totalMs = 0;
  let passedMs = 0;
  for (const [index, sample] of samples.entries()) {
    const what = nameOf.get(sample) ?? '(unknown)';
    const ms = (timeDeltas[index] ?? 0) / 1_000;
    passedMs += ms;
    if (passedMs < skipMs) continue;
    totalMs += ms;
    if (!waiting.has(what)) times.set(what, (times.get(what) ?? 0) + ms);
  }
  const functions = [...times].map(([what, ms]) => ({ what, ms })).sort((a, b) => b.ms - a.ms);
  return { totalMs, busyMs: functions.reduce((sum, { ms }) => sum + ms, 0), functions };
}
