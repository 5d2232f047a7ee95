/** What the tray says and offers, from what is known of the engine. Pure; tray.ts draws it. */

import type { StateCounts } from '../contract/resources.ts';
import { stateWords } from '../contract/states.ts';

export type TrayConnection = 'starting' | 'live' | 'offline' | 'stopped';

export type TrayAction = 'open' | 'open-dead' | 'pause-all' | 'resume-all' | 'quit';

export type TrayItem = { kind: 'text'; label: string } | { kind: 'action'; action: TrayAction; label: string } | { kind: 'separator' };

export type TrayModel = {
  /** `alert`: something needs a person. */
  icon: 'calm' | 'alert';
  tooltip: string;
  items: TrayItem[];
};

/**
 * @param counts of the whole engine; null before the first answer
 * @param queues every queue with whether it is paused
 */
export function trayModel(counts: StateCounts | null, connection: TrayConnection, queues: readonly { paused: boolean }[]): TrayModel {
  // Old counts beside "offline" would be read as those of the moment.
  const known = connection === 'live' ? counts : null;
  const paused = queues.filter((queue) => queue.paused).length;
  const lines = known === null ? [connectionWords[connection]] : [...countLines(known), ...pausedWords(paused, queues.length)];
  const items: TrayItem[] = [...lines.map((label) => ({ kind: 'text' as const, label })), { kind: 'separator' }];
  items.push({ kind: 'action', action: 'open', label: 'Open Switchyard' });
  if (known !== null && known.dead > 0) items.push({ kind: 'action', action: 'open-dead', label: 'Show dead jobs' });
  if (known !== null && paused < queues.length) items.push({ kind: 'action', action: 'pause-all', label: 'Pause all queues' });
  if (known !== null && paused > 0) items.push({ kind: 'action', action: 'resume-all', label: 'Resume all queues' });
  items.push({ kind: 'separator' }, { kind: 'action', action: 'quit', label: 'Quit' });
  return {
    icon: connection === 'offline' || (known !== null && known.dead > 0) ? 'alert' : 'calm',
    tooltip: `Switchyard: ${lines.join(', ').toLowerCase()}`,
    items,
  };
}

const connectionWords: Readonly<Record<TrayConnection, string>> = {
  starting: 'Engine is starting',
  live: 'Reading the counts',
  offline: 'Engine is offline',
  stopped: 'Engine is stopped',
};

/** In the window's own words, so that a number here is found again there. */
function countLines(counts: StateCounts): string[] {
  return (['executing', 'available', 'retryable', 'dead'] as const)
    .filter((state) => state !== 'retryable' || counts[state] > 0)
    .map((state) => `${counts[state].toLocaleString('en')} ${stateWords[state].toLowerCase()}`);
}

function pausedWords(paused: number, all: number): string[] {
  if (paused === 0) return [];
  return [paused === all ? 'All queues paused' : `${paused} of ${all} queues paused`];
}
