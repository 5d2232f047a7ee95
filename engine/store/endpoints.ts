/** Where webhooks go, and what they are signed with. */

import type { Database } from 'better-sqlite3';

/** A row of `endpoints`: times in milliseconds since 1970. */
export type EndpointRow = {
  number: number;
  id: string;
  url: string;
  secret: string;
  description: string | null;
  registered: 0 | 1;
  enabled: 0 | 1;
  off_reason: string | null;
  created_at: number;
  updated_at: number;
};

export function prepareEndpoints(db: Database) {
  const insert = db.prepare<[Omit<EndpointRow, 'number'>]>(
    `INSERT INTO endpoints (id, url, secret, description, registered, enabled, off_reason, created_at, updated_at)
     VALUES (@id, @url, @secret, @description, @registered, @enabled, @off_reason, @created_at, @updated_at)`,
  );
  const amend = db.prepare<[EndpointRow]>(
    `UPDATE endpoints SET secret = @secret, description = @description, registered = @registered, enabled = @enabled,
       off_reason = @off_reason, updated_at = @updated_at WHERE number = @number`,
  );
  const byId = db.prepare<[string], EndpointRow>('SELECT * FROM endpoints WHERE id = ?');
  const bySecret = db.prepare<[string, string], EndpointRow>('SELECT * FROM endpoints WHERE url = ? AND secret = ?');
  // What a person registered stands for its address before what submissions made of it.
  const byUrl = db.prepare<[string], EndpointRow>('SELECT * FROM endpoints WHERE url = ? ORDER BY registered DESC, number LIMIT 1');
  const after = db.prepare<[number, number], EndpointRow>('SELECT * FROM endpoints WHERE number > ? ORDER BY number LIMIT ?');
  const turnOff = db.prepare('UPDATE endpoints SET enabled = 0, off_reason = ?, updated_at = ? WHERE id = ? AND enabled = 1');
  const remove = db.prepare('DELETE FROM endpoints WHERE id = ?');
  // Each OFFSET is bounded by a limit of contract/limits.ts.
  const nthRegistered = db
    .prepare<[number], number>('SELECT number FROM endpoints WHERE registered = 1 ORDER BY number LIMIT 1 OFFSET ?')
    .pluck();
  const forgetMade = db.prepare(
    `DELETE FROM endpoints WHERE registered = 0
       AND number <= (SELECT number FROM endpoints WHERE registered = 0 ORDER BY number DESC LIMIT 1 OFFSET ?)`,
  );

  return {
    insertEndpoint: (row: Omit<EndpointRow, 'number'>) => insert.run(row),
    /** Writes what a person may decide of an endpoint. */
    amendEndpoint: (row: EndpointRow) => amend.run(row),
    findEndpoint: (id: string) => byId.get(id) ?? null,
    /** The endpoint of an address, and of that secret if one is given. */
    endpointOf: (url: string, secret: string | undefined) => (secret === undefined ? byUrl.get(url) : bySecret.get(url, secret)) ?? null,
    /** Oldest first. */
    endpointsAfter: (number: number, limit: number) => after.all(number, limit),
    turnEndpointOff: (id: string, reason: string, at: number) => turnOff.run(reason, at, id),
    deleteEndpoint: (id: string) => remove.run(id).changes === 1,
    hasRegistered: (count: number) => nthRegistered.get(count - 1) !== undefined,
    /** Keeps the newest `kept` of those that submissions made. */
    forgetMade: (kept: number) => forgetMade.run(kept),
  };
}
