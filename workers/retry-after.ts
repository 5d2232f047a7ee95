/** As long as a retry policy may wait; a server that asks for more gets this. */
const longestRetryAfterMs = 7 * 86_400_000;

/** RFC 9110, 10.2.3: whole seconds or a date. null: no such header, or nonsense. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = [header ?? []].flat()[0]?.trim() ?? '';
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : /[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? null : Math.min(longestRetryAfterMs, Math.max(0, wait));
}
