import type { Database, Statement } from 'better-sqlite3';

/** Rows for one statement. To set a statement up (a cursor for the table and each of its indexes) costs more than to write a small row. */
const sizes = [64, 16, 4, 1] as const;

/** After so many runs a statement forgets what columns were long ago. To prepare it anew takes as long as to write 20 rows. */
const memory = 256;

/** What a column is in the rows of a statement: nothing in any, the same in all, or each row's own. */
const nothing = 0;
const same = 1;
const own = 2;

/** Rows that are gathered and then written, in their order, with as few statements as that takes. */
export class ManyRows {
  readonly #statements: RowsStatement[];
  #rows: (readonly unknown[])[] = [];

  /** @param sqlFor a statement that changes or makes exactly one row of the table for each row of `rows`, a SELECT of `columns`; no two rows are alike */
  constructor(db: Database, columns: readonly string[], sqlFor: (rows: string) => string) {
    this.#statements = sizes.map((size) => new RowsStatement(db, columns, size, sqlFor));
  }

  add(row: readonly unknown[]): void {
    this.#rows.push(row);
  }

  /** @throws what SQLite says, and an Error where a row was not there to be changed; then the transaction has to be undone */
  write(): void {
    let written = 0;
    for (const statement of this.#statements) {
      for (; this.#rows.length - written >= statement.size; written += statement.size) statement.run(this.#rows, written);
    }
    this.forget();
  }

  forget(): void {
    if (this.#rows.length > 0) this.#rows = [];
  }
}

/**
 * A statement for `size` rows. To bind a value costs more than SQLite takes to write it, and rows that come together are much alike: it binds
 * once what was the same in all rows of each run of late. A run that differs has it prepared anew.
 */
class RowsStatement {
  readonly size: number;
  readonly #db: Database;
  readonly #columns: readonly string[];
  readonly #sqlFor: (rows: string) => string;
  #statement: Statement | null = null;
  /** What it takes each column to be; and what each was in the runs since it last forgot. */
  #taken: Uint8Array;
  readonly #seen: Uint8Array;
  #runs = 0;
  #ownColumns: number[] = [];
  #sameColumns: number[] = [];
  #values: unknown[] = [];

  constructor(db: Database, columns: readonly string[], size: number, sqlFor: (rows: string) => string) {
    this.size = size;
    this.#db = db;
    this.#columns = columns;
    this.#sqlFor = sqlFor;
    this.#taken = new Uint8Array(columns.length);
    this.#seen = new Uint8Array(columns.length);
  }

  run(rows: readonly (readonly unknown[])[], from: number): void {
    if (this.#runs++ === memory) this.#forget();
    this.#look(rows, from);
    const statement = this.#prepared();
    const values = this.#values;
    let at = 0;
    for (let row = from; row < from + this.size; row++) for (const column of this.#ownColumns) values[at++] = rows[row]?.[column];
    for (const column of this.#sameColumns) values[at++] = rows[from]?.[column];
    const { changes } = statement.run(values);
    // Payloads may be large, and the next rows may be long in coming.
    values.fill(null);
    if (changes !== this.size) throw new Error(`${changes} rows of ${this.size} were changed by: ${this.#sqlFor('…')}`);
  }

  #look(rows: readonly (readonly unknown[])[], from: number): void {
    const seen = this.#seen;
    for (let column = 0; column < seen.length; column++) {
      if (seen[column] === own) continue;
      const value = rows[from]?.[column];
      if (value !== null) seen[column] = same;
      for (let row = from + 1; row < from + this.size && seen[column] !== own; row++) {
        if (rows[row]?.[column] !== value) seen[column] = own;
      }
    }
  }

  #prepared(): Statement {
    const { size } = this;
    const taken = this.#taken;
    if (this.#statement && this.#seen.every((kind, column) => kind <= (taken[column] ?? nothing))) return this.#statement;
    this.#taken = taken.map((kind, column) => Math.max(kind, this.#seen[column] ?? nothing));
    const numbersOf = (kind: number) => this.#columns.flatMap((_, column) => (this.#taken[column] === kind ? column : []));
    this.#ownColumns = numbersOf(own);
    this.#sameColumns = numbersOf(same);
    this.#values = new Array(this.#ownColumns.length * size + this.#sameColumns.length).fill(null);
    this.#statement = this.#db.prepare(this.#sqlFor(this.#rowsSql()));
    return this.#statement;
  }

  /** `WITH own (seq, payload) AS (VALUES (?, ?), (?, ?)) SELECT own.seq, ?, NULL, own.payload FROM own`. */
  #rowsSql(): string {
    const names = this.#ownColumns.map((column) => this.#columns[column]);
    const values = this.#columns.map((name, column) => ['NULL', '?', `own.${name}`][this.#taken[column] ?? nothing]).join(', ');
    if (names.length === 0) return `SELECT ${values}`;
    const row = `(${names.map(() => '?').join(', ')})`;
    return `WITH own (${names.join(', ')}) AS (VALUES ${Array(this.size).fill(row).join(', ')}) SELECT ${values} FROM own`;
  }

  #forget(): void {
    this.#runs = 0;
    if (this.#seen.some((kind, column) => kind !== this.#taken[column])) this.#statement = null;
    this.#taken.set(this.#seen);
    this.#seen.fill(nothing);
  }
}
