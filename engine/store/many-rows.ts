import type { Database, Statement } from 'better-sqlite3';

/**
 * Rows for one statement. To set a statement up (a cursor for the table and each of its indexes) costs more than to write a small row: 16
 * rows at once take about 60 % of the time of 16 statements, 32 no less than that.
 */
const most = 16;
const sizes = [most, 4, 1] as const;

/** A statement for so many rows, and the place from which their values are bound. */
type Prepared = { statement: Statement; values: unknown[] };

/** Rows that are gathered and then written, in their order, with as few statements as that takes. */
export class ManyRows {
  readonly #db: Database;
  readonly #width: number;
  readonly #sqlFor: (rows: number) => string;
  readonly #prepared = new Map<number, Prepared>();
  #rows: (readonly unknown[])[] = [];

  /** @param width values of a row @param sqlFor a statement that changes or makes exactly one row of the table for each of `rows` rows of values */
  constructor(db: Database, width: number, sqlFor: (rows: number) => string) {
    this.#db = db;
    this.#width = width;
    this.#sqlFor = sqlFor;
  }

  add(row: readonly unknown[]): void {
    this.#rows.push(row);
  }

  /** @throws what SQLite says, and an Error where a row was not there to be changed; then the transaction has to be undone */
  write(): void {
    const rows = this.#rows;
    let written = 0;
    for (const size of sizes) {
      while (rows.length - written >= size) {
        const { statement, values } = this.#preparedFor(size);
        let at = 0;
        for (let next = written; next < written + size; next++) for (const value of rows[next] ?? []) values[at++] = value;
        const { changes } = statement.run(values);
        // Payloads may be large, and the next rows may be long in coming.
        values.fill(null);
        if (changes !== size) throw new Error(`${changes} rows of ${size} were changed by: ${this.#sqlFor(1)}`);
        written += size;
      }
    }
    this.forget();
  }

  forget(): void {
    if (this.#rows.length > 0) this.#rows = [];
  }

  #preparedFor(rows: number): Prepared {
    const known = this.#prepared.get(rows);
    if (known) return known;
    const prepared: Prepared = { statement: this.#db.prepare(this.#sqlFor(rows)), values: new Array(rows * this.#width) };
    this.#prepared.set(rows, prepared);
    return prepared;
  }
}

/** The values of `rows` rows of a statement: `(?, ?), (?, ?)`. */
export function placesFor(rows: number, width: number): string {
  const row = `(${Array(width).fill('?').join(', ')})`;
  return Array(rows).fill(row).join(', ');
}
