import { randomBytes } from 'node:crypto';

/** What names an endpoint: query and fragment differ from job to job. */
export function endpointAddress(url: string): string {
  const address = new URL(url);
  address.search = '';
  address.hash = '';
  return address.href;
}

/** Standard Webhooks: 24 to 64 random bytes. */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
