/** The engine's numbers in the Prometheus text format (version 0.0.4). */

import type { StateCounts, Stats, Workers } from '../../contract/resources.ts';

type Sample = { labels: Readonly<Record<string, string>>; value: number };

export const metricsType = 'text/plain; version=0.0.4; charset=utf-8';

export function metricsText(stats: Stats, { lanes }: Workers, version: string): string {
  const threads = lanes.flatMap((lane) => lane.threads.map((thread) => ({ ...thread, lane: lane.name })));
  const ofThreads = (value: (thread: (typeof threads)[number]) => number) =>
    threads.map((thread) => ({ labels: { lane: thread.lane, thread: String(thread.id) }, value: value(thread) }));
  const ofLanes = (value: (lane: (typeof lanes)[number]) => number) =>
    lanes.map((lane) => ({ labels: { lane: lane.name }, value: value(lane) }));
  return [
    gauge('switchyard_info', 'Always 1; the version as a label.', [{ labels: { version }, value: 1 }]),
    gauge('switchyard_jobs', 'Jobs by state.', byState(stats.counts, {})),
    gauge('switchyard_queue_jobs', 'Jobs by queue and state.', grouped(stats.queues, 'queue')),
    gauge('switchyard_task_jobs', 'Jobs by task and state.', grouped(stats.tasks, 'task')),
    gauge(
      'switchyard_lane_jobs',
      'Jobs that run in a lane.',
      ofLanes((lane) => lane.jobs),
    ),
    gauge(
      'switchyard_lane_places',
      'Jobs that a lane can run at once.',
      ofLanes((lane) => lane.places),
    ),
    gauge(
      'switchyard_lane_threads',
      'Threads of a lane.',
      ofLanes((lane) => lane.threads.length),
    ),
    gauge(
      'switchyard_lane_threads_max',
      'Threads that a lane may grow to.',
      ofLanes((lane) => lane.maxThreads),
    ),
    gauge(
      'switchyard_thread_utilization_ratio',
      'Share of time in which a thread was busy.',
      ofThreads((thread) => thread.utilization),
    ),
    gauge(
      'switchyard_thread_heap_bytes',
      'Heap of a thread.',
      ofThreads((thread) => thread.heapBytes),
    ),
    gauge('switchyard_engine_resident_memory_bytes', 'Resident memory of the engine’s process.', [
      { labels: {}, value: process.memoryUsage.rss() },
    ]),
  ].join('');
}

function grouped(groups: Readonly<Record<string, StateCounts>>, label: string): Sample[] {
  return Object.entries(groups).flatMap(([name, counts]) => byState(counts, { [label]: name }));
}

function byState(counts: StateCounts, labels: Readonly<Record<string, string>>): Sample[] {
  return Object.entries(counts).map(([state, value]) => ({ labels: { ...labels, state }, value }));
}

function gauge(name: string, help: string, samples: Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelSet(labels)} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`;
}

function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
