/** A JSON Pointer (RFC 6901) with one more step. */
export function pointerTo(base: string, step: PropertyKey): string {
  return `${base}/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
