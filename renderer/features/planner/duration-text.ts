/** Durations as they are typed into a form, in the words in which the window shows them. Pure. */

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const part = /(\d+(?:\.\d+)?) ?(ms|s|min|m|h|d)/y;

/** `250 ms`, `5s`, `1.5 h`, `2 min 30 s`. @returns milliseconds; null for anything else, a number without a unit included */
export function parseDurationText(text: string): number | null {
  const written = text.trim().toLowerCase();
  let total = 0;
  let at = 0;
  while (at < written.length) {
    part.lastIndex = at;
    const found = part.exec(written);
    if (!found) return null;
    total += Number(found[1]) * (unitMs[found[2] ?? ''] ?? 0);
    at = part.lastIndex;
    while (written[at] === ' ') at++;
  }
  return written === '' ? null : total;
}
