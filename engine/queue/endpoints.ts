/** Where webhooks go: found or made by the jobs that name an address, and kept by people. */

import { Problem } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import type { Endpoint, EndpointInput, EndpointPatch } from '../../contract/notify.ts';
import { endpointAddress, newSecret } from '../notify/endpoint-address.ts';
import type { EndpointRow } from '../store/endpoints.ts';
import { timeOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { cursorNumber } from './cursor.ts';
import { timeOrderedId } from './time-ordered-id.ts';

export class Endpoints {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Inside a transaction: the endpoint that a message to this address belongs to, made where there is none. */
  endpointFor(url: string, secret: string | undefined): EndpointRow {
    const { endpoints } = this.#store;
    const address = endpointAddress(url);
    const known = endpoints.endpointOf(address, secret);
    if (known) return known;
    const made = this.#insert({ url: address, secret: secret ?? newSecret(), registered: 0, description: null });
    endpoints.forgetMade(limits.endpointsMade);
    return made;
  }

  list({ limit, cursor }: { limit: number; cursor: string | undefined }): { endpoints: Endpoint[]; next: string | null } {
    const rows = this.#store.endpoints.endpointsAfter(cursorNumber(cursor), limit + 1);
    const page = rows.slice(0, limit);
    return { endpoints: page.map(endpointOf), next: rows.length > limit ? String(page.at(-1)?.number) : null };
  }

  get(id: string): Endpoint {
    return endpointOf(this.#find(id));
  }

  /** One that submissions have made of the same address and secret becomes this one. @throws Problem wrong-state */
  async make({ url, description, secret }: EndpointInput): Promise<Endpoint> {
    const { endpoints, commit } = this.#store;
    const address = endpointAddress(url);
    return commit.write('may', () => {
      const known = endpoints.endpointOf(address, secret);
      if (known?.registered === 1)
        throw new Problem(
          'wrong-state',
          `There is an endpoint of ${address} already: ${known.id}. Change that one, or give another secret.`,
        );
      if (endpoints.hasRegistered(limits.endpoints))
        throw new Problem('wrong-state', `There are ${limits.endpoints} endpoints already. Delete some first.`);
      const chosen = { description: description ?? null, registered: 1 as const };
      if (!known) return endpointOf(this.#insert({ url: address, secret: secret ?? newSecret(), ...chosen }));
      return endpointOf(this.#amend({ ...known, ...chosen }));
    });
  }

  async patch(id: string, { description, enabled, secret }: EndpointPatch): Promise<Endpoint> {
    return this.#store.commit.write('may', () => {
      const row = this.#find(id);
      const other = secret === undefined ? null : this.#store.endpoints.endpointOf(row.url, secret);
      if (other && other.id !== id) throw new Problem('wrong-state', `Endpoint ${other.id} has the same address and secret.`);
      return endpointOf(
        this.#amend({
          ...row,
          description: description === undefined ? row.description : description,
          secret: secret ?? row.secret,
          ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0, off_reason: enabled ? null : 'by hand' }),
        }),
      );
    });
  }

  async delete(id: string): Promise<void> {
    await this.#store.commit.write('may', () => {
      this.#find(id);
      this.#store.endpoints.deleteEndpoint(id);
    });
  }

  #insert(chosen: Pick<EndpointRow, 'url' | 'secret' | 'registered' | 'description'>): EndpointRow {
    const at = this.#now();
    const row = { ...chosen, id: timeOrderedId(at), enabled: 1 as const, off_reason: null, created_at: at, updated_at: at };
    const { lastInsertRowid } = this.#store.endpoints.insertEndpoint(row);
    return { ...row, number: Number(lastInsertRowid) };
  }

  #amend(changed: EndpointRow): EndpointRow {
    const row = { ...changed, updated_at: this.#now() };
    this.#store.endpoints.amendEndpoint(row);
    return row;
  }

  #find(id: string): EndpointRow {
    const row = this.#store.endpoints.findEndpoint(id);
    if (!row) throw new Problem('not-found', `There is no endpoint ${id}. It may have been deleted.`);
    return row;
  }
}

function endpointOf(row: EndpointRow): Endpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    secret: row.secret,
    enabled: row.enabled === 1,
    offReason: row.off_reason,
    registered: row.registered === 1,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}
