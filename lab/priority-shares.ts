/** Jobs of a priority, by weight: shares need not add up to 1. */
export type PriorityShare = { priority: number; share: number };

/** As people write them: priorities from -100 to 100 with their weights, such as `10:1, 0:9`. @returns null: `text` is none */
export function prioritySharesIn(text: string): PriorityShare[] | null {
  const shares: PriorityShare[] = [];
  for (const part of text.split(',')) {
    const [, priority = '', share = ''] = /^\s*(-?\d+)\s*:\s*(\d+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    if (share === '' || Number(share) <= 0 || Math.abs(Number(priority)) > 100) return null;
    shares.push({ priority: Number(priority), share: Number(share) });
  }
  return shares;
}
