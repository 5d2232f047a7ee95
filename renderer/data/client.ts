/** The window's one way to the engine: plain fetch on its own origin (`app://switchyard` or the browser window's address). */

import './without-eval.ts';
import { clientHeader, createClient } from '../../contract/client.ts';

export const client = createClient((path, { method, headers, body, signal }) => {
  const request: RequestInit = { method, headers: { ...headers, [clientHeader]: 'window' }, cache: 'no-store', credentials: 'same-origin' };
  if (body !== undefined) request.body = body;
  // The window always hands over the platform's own signal; the contract only asks for the part it needs.
  if (signal) request.signal = signal as AbortSignal;
  return fetch(path, request);
});
