/** Durations as people write and read them. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `250ms`, `5s`, `2m`, `1h30m`, `1d`; a bare number is seconds. Whole milliseconds, or null when it is none of these. */
export function parseDuration(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) total += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return Math.round(total);
}

/** Two units at most: `850ms`, `1.2s`, `45s`, `3m 12s`, `2h 5m`, `3d 4h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'm', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'm');
  const hours = Math.floor(minutes / 60);
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`;
}

/** Relative to now, in one unit: `now`, `5s ago`, `3m ago`, `in 2h`. */
export function formatRelative(time: string, now: number): string {
  const distance = Date.parse(time) - now;
  const seconds = Math.floor(Math.abs(distance) / 1000);
  if (seconds < 1) return 'now';
  const [size, unit] = seconds < 60 ? [1, 's'] : seconds < 3600 ? [60, 'm'] : seconds < 86_400 ? [3600, 'h'] : [86_400, 'd'];
  const amount = `${Math.floor(seconds / Number(size))}${unit}`;
  return distance > 0 ? `in ${amount}` : `${amount} ago`;
}

/** Between two times, or from one until now. */
export function between(from: string, to: string | null, now: number): number {
  return (to === null ? now : Date.parse(to)) - Date.parse(from);
}
