import type { BenchOptions, Line, Row } from '../measure/row.ts';
import { median, type Samples } from '../measure/samples.ts';
import type { DriveOptions, Work } from '../peers/drive.ts';
import { inFlight } from '../peers/drive.ts';
import { openRoster, type Peer } from '../peers/roster.ts';
import { spawnContender } from '../peers/spawn-contender.ts';

const inFlightText = inFlight.toLocaleString('en');

/** How many times the peer's figure ours is to be; what is not named has no goal. */
type Goals = { [PeerName in Peer['name']]?: number };

export const processRow: Row = {
  name: 'process',
  title: `In process: an empty task, ${inFlightText} jobs in flight, from submission to recorded end`,
  measure: (options) =>
    besidePeers('process', options, {
      'plainjob, NORMAL (its own)': 6,
      'BullMQ, everysec': 3,
      'pg-boss, commits synced': 1.5,
      'graphile-worker, commits synced': 2,
    }),
};

export const adds: Row = {
  name: 'adds',
  title: `In process: single jobs added, ${inFlightText} at once, each acknowledged on its own`,
  measure: (options) => besidePeers('adds', options, { 'plainjob, NORMAL (its own)': 2.5, 'BullMQ, everysec': 2.5 }),
};

/** In a process of its own each, all anew in each round, by turns. */
async function besidePeers(work: Work, { quick, log }: BenchOptions, goals: Goals): Promise<Line[]> {
  await using roster = await openRoster(!quick, log);
  const here = roster.peers.filter(({ absent }) => absent === null);
  const rounds = quick ? 1 : 3;
  const options: DriveOptions = { work, seconds: quick ? 1 : 2, warmUpSeconds: quick ? 0.5 : 1 };
  const ours: number[] = [];
  const theirs = new Map<Peer, number[]>(here.map((peer) => [peer, []]));
  const turns = [
    async () => void ours.push((await spawnContender({ ...options, contender: 'switchyard', settings: {} })).perSecond),
    ...here.map((peer) => async () => {
      const { perSecond } = await spawnContender({ ...options, contender: peer.contender, settings: peer.settings });
      theirs.get(peer)?.push(perSecond);
    }),
  ];
  for (let round = 0; round < rounds; round++) for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  const samples: Samples = { unit: '/s', rounds: ours };
  return [
    { what: 'Switchyard, FULL', ours: samples, goal: '', met: null },
    ...roster.peers.map((peer) => lineBeside(peer, samples, theirs.get(peer) ?? [], goals[peer.name])),
  ];
}

export function lineBeside({ name, absent }: Peer, ours: Samples, rounds: number[], times: number | undefined): Line {
  const goal = times === undefined ? '' : `≥ ${times} ×`;
  if (absent !== null) return { what: `beside ${name}`, absent, goal, met: null };
  const met = times === undefined ? null : median(ours.rounds) / median(rounds) >= times;
  return { what: `beside ${name}`, ours, beside: { name, samples: { unit: ours.unit, rounds } }, goal, met };
}
