/** A number as a person writes it. Pure. */

export type NumberReading = { value: number | null; mistake: string | null };

/** An empty text is no number and no mistake either. */
export function readNumber(text: string, integer: boolean): NumberReading {
  if (text === '') return { value: null, mistake: null };
  const value = Number(text);
  const mistake = mistakeIn(text, value, integer);
  return { value: mistake === null ? value : null, mistake };
}

function mistakeIn(text: string, value: number, integer: boolean): string | null {
  if (Number.isNaN(value) || (integer && Number.isFinite(value) && !Number.isInteger(value)))
    return `It must be a ${integer ? 'whole ' : ''}number`;
  if (integer && !Number.isSafeInteger(value)) return `It must lie between ${Number.MIN_SAFE_INTEGER} and ${Number.MAX_SAFE_INTEGER}`;
  return isKept(text) ? null : changeOf(text);
}

/** Whether a number of these digits is stored with just these digits. */
export function isKept(text: string): boolean {
  return digitsOf(text) === digitsOf(String(Number(text)));
}

/** What becomes of a number that is not kept as it is written. */
export function changeOf(text: string): string {
  const value = Number(text);
  return Number.isFinite(value)
    ? `It has more digits than can be kept: it would become ${value}`
    : 'It is larger than any number that can be kept';
}

/** Without what only says how large it is. */
function digitsOf(text: string): string {
  return text
    .replace(/e.*/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
}
