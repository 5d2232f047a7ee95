import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../contract/events.ts';
import type { EventQuery } from '../../../contract/filter.ts';
import { limits } from '../../../contract/limits.ts';
import type { EventSubscription, NumberedEngineEvent } from '../../../engine/queue/backend.ts';
import { EventStream } from '../../../engine/queue/event-stream.ts';
import { jobIdOf } from '../../../engine/store/job-row.ts';
import { plainRow, start } from './plain-job.ts';

const minute = 60_000;

function openStream() {
  const clock = { now: start };
  return { clock, stream: new EventStream(() => clock.now) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

type Listener = EventSubscription & { heard: NumberedEngineEvent[]; calls: number };

function listen(stream: EventStream, query: EventQuery = {}, after: number | null = null): Listener {
  const listener: Listener = {
    ...{ heard: [], calls: 0 },
    ...stream.subscribe(query, after, (events) => {
      listener.heard.push(...events);
      listener.calls++;
    }),
  };
  return listener;
}

const tasksChanged = (name: string): EngineEvent => ({ type: 'tasks.changed', at: '', names: [name] });
const namesOf = (events: NumberedEngineEvent[]) =>
  events.map(({ event }) => (event.type === 'tasks.changed' ? event.names[0] : event.type));
const lastId = (listener: Listener) => listener.heard.at(-1)?.id ?? Number.NaN;

describe('events', () => {
  test('are numbered in order, and arrive once a turn', async () => {
    const { stream } = openStream();
    const listener = listen(stream);
    for (const name of ['a', 'b', 'c']) stream.emit(tasksChanged(name));
    expect(listener.heard).toEqual([]);
    await turn();
    expect(namesOf(listener.heard)).toEqual(['a', 'b', 'c']);
    expect(listener.calls).toBe(1);
    const ids = listener.heard.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(3);
    await turn();
    expect(listener.calls).toBe(1);
    stream.emit(tasksChanged('d'));
    await turn();
    expect(namesOf(listener.heard)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('have greater numbers after a restart, though thousands a second were told before it', async () => {
    const { stream, clock } = openStream();
    const before = listen(stream);
    for (let second = 0; second < 4; second++) {
      for (let count = 0; count < 5_000; count++) stream.emit(tasksChanged('a'));
      clock.now += 1000;
    }
    await turn();
    const after = new EventStream(() => clock.now);
    const listener = listen(after);
    after.emit(tasksChanged('b'));
    await turn();
    expect(lastId(listener)).toBeGreaterThan(lastId(before));
    expect(Number.isSafeInteger(lastId(listener))).toBe(true);
  });

  test('of a job hold what its row says', async () => {
    const { stream } = openStream();
    const listener = listen(stream);
    const row = plainRow({ state: 'dead', finished_at: start, error: '{"name":"Error","message":"no"}', tags: '["a"]' });
    stream.job('job.dead', row, start);
    await turn();
    expect(listener.heard[0]?.event).toMatchObject({
      ...{ type: 'job.dead', at: '2026-01-31T09:30:00.000Z' },
      job: { id: jobIdOf(row), state: 'dead', error: { message: 'no' }, tags: ['a'], finishedAt: '2026-01-31T09:30:00.000Z' },
    });
  });

  test('do not reach those who have left, be it in the same turn', async () => {
    const { stream } = openStream();
    const [one, two] = [listen(stream), listen(stream)];
    stream.emit(tasksChanged('a'));
    one.close();
    await turn();
    expect([namesOf(one.heard), namesOf(two.heard)]).toEqual([[], ['a']]);
    expect(stream.listenedTo).toBe(true);
    two.close();
    expect(stream.listenedTo).toBe(false);
  });
});

describe('whoever returns', () => {
  test('hears what came since, then what comes, each once', async () => {
    const { stream } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    first.close();
    stream.emit(tasksChanged('b'));
    const second = listen(stream, {}, lastId(first));
    stream.emit(tasksChanged('c'));
    await turn();
    expect(namesOf(second.heard)).toEqual(['b', 'c']);
  });

  test('and has missed nothing hears nothing old', async () => {
    const { stream } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    const second = listen(stream, {}, lastId(first));
    await turn();
    expect(second.calls).toBe(0);
  });

  test('hears only what the filter lets through', async () => {
    const { stream } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    stream.emit(tasksChanged('b'));
    stream.job('job.created', plainRow(), start);
    const second = listen(stream, { kind: ['job'] }, lastId(first));
    await turn();
    expect(namesOf(second.heard)).toEqual(['job.created']);
  });

  test.each([
    ['before all that is kept', (last: number) => last - 1_000_000],
    ['in the future', (last: number) => last + 1],
    ['from another engine', () => 12],
  ])('from a number %s is told once to read everything again, and goes on from there', async (_, numberFrom) => {
    const { stream } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    const second = listen(stream, { kind: ['workers'] }, numberFrom(lastId(first)));
    await turn();
    expect(namesOf(second.heard)).toEqual(['reset']);
    stream.emit(tasksChanged('b'));
    await turn();
    const third = listen(stream, {}, lastId(second));
    await turn();
    expect(namesOf(third.heard)).toEqual(['b']);
  });

  test('just before the oldest event that is kept has missed none, and one step further has', async () => {
    const { stream, clock } = openStream();
    listen(stream).close();
    clock.now += 2 * minute;
    stream.emit(tasksChanged('dropped'));
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    const missedNone = listen(stream, {}, lastId(first) - 1);
    const missedOne = listen(stream, {}, lastId(first) - 2);
    await turn();
    expect([namesOf(missedNone.heard), namesOf(missedOne.heard)]).toEqual([['a'], ['reset']]);
  });

  test('hears every event that is kept, at least as many as promised, and not more than twice that', async () => {
    const { stream } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('0'));
    await turn();
    const begin = lastId(first);
    first.close();
    for (let count = 1; count <= limits.eventsKept * 3; count++) stream.emit(tasksChanged(String(count)));
    const end = begin + limits.eventsKept * 3;
    const recent = listen(stream, {}, end - limits.eventsKept + 1);
    const old = listen(stream, {}, end - limits.eventsKept * 2 - 1);
    await turn();
    expect(recent.heard).toHaveLength(limits.eventsKept - 1);
    expect(lastId(recent)).toBe(end);
    expect(namesOf(old.heard)).toEqual(['reset']);
  });
});

describe('while nobody listens', () => {
  test('events are kept for two minutes, for whoever returns in that time', async () => {
    const { stream, clock } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    first.close();
    clock.now += 2 * minute - 1;
    stream.emit(tasksChanged('b'));
    const second = listen(stream, {}, lastId(first));
    await turn();
    expect(namesOf(second.heard)).toEqual(['b']);
  });

  test('they are dropped after that, and whoever missed one is told', async () => {
    const { stream, clock } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    first.close();
    clock.now += 2 * minute;
    stream.emit(tasksChanged('b'));
    const second = listen(stream, {}, lastId(first));
    await turn();
    expect(namesOf(second.heard)).toEqual(['reset']);
  });

  test('and nothing happens, nothing is missed, however long it takes', async () => {
    const { stream, clock } = openStream();
    const first = listen(stream);
    stream.emit(tasksChanged('a'));
    await turn();
    first.close();
    clock.now += 600 * minute;
    const second = listen(stream, {}, lastId(first));
    stream.emit(tasksChanged('b'));
    await turn();
    expect(namesOf(second.heard)).toEqual(['b']);
  });

  test('a job’s row is not even read', () => {
    const { stream } = openStream();
    const row = plainRow();
    Object.defineProperty(row, 'tags', {
      get: () => {
        throw new Error('it was read');
      },
    });
    expect(() => stream.job('job.created', row, start)).not.toThrow();
  });
});

describe('a filter', () => {
  const job = { task: 'mail', queue: 'slow', mode: 'async', tags: '["red","blue"]', created_at: start, state: 'dead' } as const;
  const time = (ms: number) => new Date(ms).toISOString();
  const id = jobIdOf(plainRow(job));

  test.each<[string, EventQuery, boolean]>([
    ['nothing', {}, true],
    ['kinds of event', { kind: ['queue', 'job'] }, true],
    ['other kinds', { kind: ['queue', 'stats'] }, false],
    ['states', { state: ['completed', 'dead'] }, true],
    ['other states', { state: ['completed'] }, false],
    ['queues', { queue: ['fast', 'slow'] }, true],
    ['other queues', { queue: ['fast'] }, false],
    ['tasks', { task: ['mail'] }, true],
    ['other tasks', { task: ['mai'] }, false],
    ['modes', { mode: ['sync', 'async'] }, true],
    ['other modes', { mode: ['sync'] }, false],
    ['one of its tags', { tag: ['green', 'blue'] }, true],
    ['a part of its tags', { tag: ['blu'] }, false],
    ['the time of its creation as the first', { createdAfter: time(start) }, true],
    ['a later first time', { createdAfter: time(start + 1) }, false],
    ['the time of its creation as the end', { createdBefore: time(start) }, false],
    ['a later end', { createdBefore: time(start + 1) }, true],
    ['a text in its id', { q: id.slice(0, 8).toUpperCase() }, true],
    ['a text in its tags', { q: 'RED' }, true],
    ['a text in its error', { q: 'not FOUND' }, true],
    ['another text', { q: 'green' }, false],
    ['all of it', { kind: ['job'], state: ['dead'], queue: ['slow'], task: ['mail'], mode: ['async'], tag: ['red'], q: 'mail' }, true],
    ['all of it but one', { kind: ['job'], state: ['dead'], queue: ['slow'], task: ['mail'], mode: ['sync'], tag: ['red'] }, false],
  ])('by %s', async (_, query, passes) => {
    const { stream } = openStream();
    const listener = listen(stream, query);
    stream.job('job.dead', plainRow({ ...job, finished_at: start, error: '{"name":"Error","message":"File not found"}' }), start);
    await turn();
    expect(listener.heard.map(({ event }) => event.type)).toEqual(passes ? ['job.dead'] : []);
  });

  test('of jobs lets through what is not about a job', async () => {
    const { stream } = openStream();
    const listener = listen(stream, { task: ['mail'] });
    stream.emit(tasksChanged('a'));
    await turn();
    expect(namesOf(listener.heard)).toEqual(['a']);
  });
});
