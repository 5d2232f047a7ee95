import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Mode, modes } from '../../contract/job.ts';
import type { AnswerKind } from '../../contract/lab-run.ts';
import type { Preset } from '../../lab/presets.ts';
import { presets } from '../../lab/presets.ts';
import { Recorder } from '../../lab/recorder.ts';
import { type PlannedRequest, requestsOf } from '../../lab/workload.ts';
import { type BuiltEngine, startBuiltEngine } from '../engine/built-engine.ts';
import type { Line, Row } from '../measure/row.ts';

/** A task that takes as long, and fails as often, as its payload says. */
function modelOf({ declares, workload: { work } }: Preset): string {
  const isCpu = work.kind === 'model' && work.lane === 'cpu';
  const take = isCpu
    ? 'const end = performance.now() + ms; while (performance.now() < end);'
    : 'await new Promise((resolve) => setTimeout(resolve, ms));';
  return `export default {
    lane: '${isCpu ? 'cpu' : 'io'}', declares: ${JSON.stringify(declares)}, retry: { baseMs: 200 },
    async run({ ms, failing }, { attempt }) { ${take} if (attempt <= failing) throw new Error('it failed'); return { ok: true }; },
  };`;
}

/** The same requests through every mode, one mode after the other; `auto` comes last, when the engine has seen the task. */
export const modeRow: Row = {
  name: 'modes',
  title: 'The well-known cases, each in every mode: p95 of what the caller felt, and of when the work was done',
  within: 'whole',
  async measure({ quick }): Promise<Line[]> {
    const lines: Line[] = [];
    for (const preset of presets) {
      await using engine = await startBuiltEngine();
      writeFileSync(join(engine.home, 'tasks', `${preset.name}.js`), modelOf(preset));
      await engine.ask('GET', `/v1/tasks/${preset.name}`);
      for (const mode of [...modes].sort((a, b) => Number(a === 'auto') - Number(b === 'auto'))) {
        const recorder = await send(engine, preset, mode, quick ? 1_000 : 2_500);
        const fates = Object.entries(recorder.answers).filter(([, count]) => count > 0);
        const what = `${preset.name}, ${mode}`;
        const p95 = (of: 'felt' | 'completion') => ({ unit: 'ms', rounds: [recorder[of].quantile(0.95) ?? Number.NaN] });
        lines.push(
          { what: `${what}: ${fates.map(([kind, count]) => `${count} ${kind}`).join(', ')}`, ours: p95('felt'), goal: '', met: null },
          {
            what: `${what}: ${recorder.ends.completed} completed, ${recorder.ends.dead} dead`,
            ours: p95('completion'),
            goal: '',
            met: null,
          },
        );
      }
    }
    return lines;
  },
};

async function send(engine: BuiltEngine, preset: Preset, mode: Mode, durationMs: number): Promise<Recorder> {
  const recorder = new Recorder();
  const startedAt = performance.now();
  const under: Promise<void>[] = [];
  for (const request of requestsOf({ ...preset.workload, durationMs })) {
    const intendedAt = startedAt + request.atMs;
    const early = intendedAt - performance.now();
    if (early > 0) await pause(early);
    under.push(sendOne(engine, preset, mode, request, intendedAt, recorder));
  }
  await Promise.all(under);
  return recorder;
}

async function sendOne(
  engine: BuiltEngine,
  { name, waitMs }: Preset,
  mode: Mode,
  { serviceMs, failingAttempts, payload }: PlannedRequest,
  intendedAt: number,
  recorder: Recorder,
): Promise<void> {
  const sentAt = performance.now();
  const { status, body } = await engine.ask('POST', '/v1/jobs', {
    ...{ task: name, mode, payload: { ...payload, ms: serviceMs ?? 0, failing: failingAttempts } },
    ...(mode === 'hybrid' ? { optimistic: { ok: true } } : {}),
    ...(mode === 'auto' && waitMs !== null ? { waitMs } : {}),
  });
  const answeredAt = performance.now();
  const kind = kindOf(status, body as { state?: string });
  recorder.answer(kind, { intendedAt, sentAt, answeredAt });
  if (kind === 'answered') recorder.end('completed', { intendedAt, endedAt: answeredAt });
  if (kind === 'failed') recorder.end('dead', { intendedAt, endedAt: answeredAt });
  if (kind !== 'accepted') return;
  let job = body as { id: string; state: string };
  while (!['completed', 'dead', 'cancelled'].includes(job.state)) {
    job = (await engine.ask('GET', `/v1/jobs/${job.id}?waitMs=60000`)).body as typeof job;
  }
  recorder.end(job.state === 'completed' ? 'completed' : 'dead', { intendedAt, endedAt: performance.now() });
}

/** A bounded wait answers 200 with the job however it ended; a sync call says 500 when its task failed. */
function kindOf(status: number, { state }: { state?: string }): AnswerKind {
  if (status === 200) return state === 'completed' ? 'answered' : 'failed';
  if (status === 202) return 'accepted';
  if (status === 503 || status === 429) return 'refused';
  if (status === 504) return 'timed-out';
  if (status === 500) return 'failed';
  throw new Error(`An answer of ${status} to a submission`);
}
