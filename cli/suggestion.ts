/** "Did you mean …?" */

/** The name that was probably meant: the start of one, or one at most two slips away; null when none is near. */
export function suggest(written: string, names: readonly string[]): string | null {
  const begun = written.length >= 2 ? names.filter((name) => name.startsWith(written)) : [];
  if (begun.length === 1) return begun[0] ?? null;
  const near = names
    .map((name) => ({ name, slips: slipsBetween(written, name) }))
    .filter(({ name, slips }) => slips <= 2 && slips < Math.max(name.length, written.length) - 1)
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.name ?? null;
}

/** Optimal string alignment distance: letters left out, added, changed, or two neighbours swapped. */
export function slipsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const changed = (last[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      let least = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (swapped) least = Math.min(least, (beforeLast[j - 2] ?? 0) + 1);
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length] ?? 0;
}
