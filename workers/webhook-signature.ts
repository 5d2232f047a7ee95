import { createHmac } from 'node:crypto';

/**
 * Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body` in base64, after its version.
 * @param secret `whsec_` and the key in base64 @param seconds since 1970
 */
export function webhookSignature(secret: string, id: string, seconds: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}
