/** The platform's fetch over a Unix socket (or a named pipe), as a transport for the contract's client. */

import { Agent, fetch } from 'undici';
import type { Transport } from '../../contract/client.ts';

export type UnixFetch = {
  transport: Transport;
  /** Ends its connections; a leaked one would hold the test's process. */
  close(): Promise<void>;
};

export function unixFetch(socketPath: string): UnixFetch {
  const agent = new Agent({ connect: { socketPath }, connections: 64, pipelining: 1 });
  return {
    transport: (path, { method, headers, body, signal }) =>
      fetch(`http://localhost${path}`, {
        method,
        headers,
        dispatcher: agent,
        ...(body === undefined ? {} : { body }),
        // The contract knows only the part of AbortSignal that it uses; what comes here is a real one.
        ...(signal === undefined ? {} : { signal: signal as AbortSignal }),
      }),
    close: () => agent.destroy(),
  };
}
