/**
 * A charge in a ledger. Sync, with strong consistency: money has moved or it has not, and the buyer must be told which. The key
 * makes a second try of the same charge harmless, whoever tries again: the queue, the shop or an impatient buyer.
 *
 * The connection lives as long as one run, and a run never waits while it is open: a thread that is ended (a time-out, a cancelled
 * job) leaves neither a lock nor half a charge. Never open the queue's own database.
 */

import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

type Payload = { key: string; account: string; cents: number };
type Task = { log(text: string): void; failForGood(message: string): Error };

/** `<home>/ledger.db`. */
const file = join(dirname(import.meta.dirname), 'ledger.db');
const busyMs = 2_000;

const schema = `
  CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, cents INTEGER NOT NULL CHECK (cents >= 0)) STRICT;
  CREATE TABLE IF NOT EXISTS charges (key TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts, cents INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO accounts VALUES ('ada', 100000);
`;

function charge(ledger: DatabaseSync, { key, account, cents }: Payload, task: Task) {
  const before = ledger.prepare('SELECT account, cents FROM charges WHERE key = ?').get(key);
  if (before && (before.account !== account || before.cents !== cents))
    throw task.failForGood(`The key ${key} was used for another charge`);
  const balance = ledger.prepare('SELECT cents FROM accounts WHERE name = ?').get(account)?.cents;
  if (balance === undefined) throw task.failForGood(`There is no account ${account}`);
  if (before) return { charged: true, again: true, balanceCents: Number(balance) };
  if (Number(balance) < cents) return { charged: false, again: false, balanceCents: Number(balance) };
  ledger.prepare('INSERT INTO charges VALUES (?, ?, ?)').run(key, account, cents);
  ledger.prepare('UPDATE accounts SET cents = cents - ? WHERE name = ?').run(cents, account);
  return { charged: true, again: false, balanceCents: Number(balance) - cents };
}

export default {
  title: 'Payment',
  description: 'Charges an account in a ledger, once for each key however often it is asked. Sync: money has moved or it has not.',
  lane: 'cpu',
  input: {
    type: 'object',
    properties: {
      key: { type: 'string', title: 'Key', description: 'the same for every try of the same charge', minLength: 1, maxLength: 200 },
      account: { type: 'string', title: 'Account', description: 'ada has 1,000.00 to begin with', minLength: 1, maxLength: 100 },
      cents: { type: 'integer', title: 'Cents', minimum: 1, maximum: 100_000_000 },
    },
    required: ['key', 'account', 'cents'],
    additionalProperties: false,
  },
  result: {
    type: 'object',
    properties: { charged: { type: 'boolean' }, again: { type: 'boolean' }, balanceCents: { type: 'integer' } },
    required: ['charged', 'again', 'balanceCents'],
  },
  timeoutMs: 10_000,
  declares: { interactive: true, needsResult: true, consistency: 'strong', idempotent: true },
  examples: [{ key: 'order-1001', account: 'ada', cents: 4_200 }],

  run(payload: Payload, task: Task) {
    const ledger = new DatabaseSync(file, { timeout: busyMs });
    try {
      ledger.exec(schema);
      // From here to COMMIT nobody else charges: what was read is still so when it is written.
      ledger.exec('BEGIN IMMEDIATE');
      const result = charge(ledger, payload, task);
      ledger.exec('COMMIT');
      task.log(`${payload.key}: ${result.again ? 'was charged before' : result.charged ? 'charged' : 'not enough money'}`);
      return result;
    } finally {
      // Without a COMMIT nothing of it happened.
      ledger.close();
    }
  },
};
