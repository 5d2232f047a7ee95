/** Sizes as people write and read them. */

const units = ['KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

const powers: Readonly<Record<string, number>> = {
  b: 0,
  k: 1,
  kb: 1,
  kib: 1,
  m: 2,
  mb: 2,
  mib: 2,
  g: 3,
  gb: 3,
  gib: 3,
  t: 4,
  tb: 4,
  tib: 4,
};

/** `500MB`, `2G`, `1.5 GiB`: all of them powers of 1024, as people mean them of files. Whole bytes, or null when it is none. */
export function parseBytes(text: string): number | null {
  const [, amount, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const power = powers[unit.toLowerCase() || 'b'];
  return amount === undefined || power === undefined ? null : Math.round(Number(amount) * 1024 ** power);
}
