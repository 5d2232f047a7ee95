/** Tables as RFC 4180 asks: comma, CRLF, a heading, quotes where they are needed. */

export type CsvValue = string | number | null;

/** @throws RangeError when a row has another number of values than the heading */
export function csv(heading: readonly string[], rows: readonly (readonly CsvValue[])[]): string {
  for (const row of rows) {
    if (row.length !== heading.length) throw new RangeError(`A row has ${row.length} values, the heading ${heading.length}`);
  }
  return [heading, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

function field(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // A spreadsheet runs what begins like a formula; numbers come as numbers.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
