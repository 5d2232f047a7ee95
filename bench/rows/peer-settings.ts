import type { BenchOptions, Line, Row } from '../measure/row.ts';
import { openRoster, type Peer } from '../peers/roster.ts';
import { type ContenderName, spawnContender } from '../peers/spawn-contender.ts';

type Settings = Record<string, string>;

/** What each peer might rather be run with; what is not named is as in the other rows. */
const others: { [Name in ContenderName]?: Settings[] } = {
  plainjob: [{ added: '64' }, { added: '256' }, { added: '1024' }],
  bullmq: [{ concurrency: '64' }, { concurrency: '128' }, { concurrency: '512' }, { concurrency: '1024' }],
  'pg-boss': [
    { loops: '1', fetched: '1000' },
    { loops: '2', fetched: '256' },
    { loops: '2', fetched: '1000' },
    { loops: '3', fetched: '341' },
    { loops: '4', fetched: '256' },
    { loops: '8', fetched: '128' },
  ],
  'graphile-worker': [
    { atOnce: '12' },
    { atOnce: '48' },
    { atOnce: '96' },
    { localQueue: '250' },
    { localQueue: '1000' },
    { batchMs: '5' },
    // Not batched at all.
    { batchMs: '-1' },
  ],
};

/** So that ours is not measured beside a peer that was set up badly. */
export const peerSettings: Row = {
  name: 'peer-settings',
  title: 'The peers with other settings, in the work of the row process',
  within: 'none',
  async measure({ quick, log }: BenchOptions): Promise<Line[]> {
    await using roster = await openRoster(true, log);
    const lines: Line[] = [];
    for (const peer of roster.peers) {
      if (peer.absent === null) lines.push(...(await withOthers(peer, quick)));
      else lines.push({ what: peer.name, absent: peer.absent, goal: '', met: null });
    }
    return lines;
  },
};

async function withOthers(peer: Peer, quick: boolean): Promise<Line[]> {
  const contenders = [{}, ...(others[peer.contender] ?? [])].map((settings) => ({ settings, rounds: [] as number[] }));
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const { settings, rounds } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const run = { contender: peer.contender, settings: { ...peer.settings, ...settings } };
      const { perSecond } = await spawnContender({ ...run, work: 'process', seconds: quick ? 1 : 2, warmUpSeconds: quick ? 0.5 : 1 });
      rounds.push(perSecond);
    }
  }
  const [usual, ...rest] = contenders.map(({ settings, rounds }) => ({ settings, samples: { unit: '/s', rounds } }));
  return rest.map(({ settings, samples }) => ({
    what: `${peer.name}: ${Object.entries(settings).flat().join(' ')}`,
    ours: samples,
    ...(usual && { beside: { name: 'as in the other rows', samples: usual.samples } }),
    ...{ goal: '', met: null },
  }));
}
