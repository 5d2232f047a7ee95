/** The tasks that come with the program, whether they are loaded, and loading them. */

import { useState } from 'react';
import type { Example } from '../../contract/example.ts';
import { client } from './client.ts';
import { useReloadOn } from './reload-on.ts';
import type { Resource } from './resource.ts';
import { useResource } from './resource.ts';

export function useExamples(): Resource<readonly Example[]> {
  const examples = useResource('examples', async (signal) => (await client.call('listExamples', { signal })).examples);
  useReloadOn(examples.reload, (event) => event.type === 'tasks.changed');
  return examples;
}

export type ExampleLoading = {
  busy: boolean;
  /** Why the last one could not be loaded. */
  error: Error | null;
  /**
   * Makes tasks of those that are not there yet, or of all; a file that the user changed stays as it is.
   * @returns why one could not be made, as `error` does; those before it are made
   */
  load(names?: readonly string[]): Promise<Error | null>;
};

export function useExampleLoading({ data, reload }: Resource<readonly Example[]>): ExampleLoading {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);

  const load = async (names?: readonly string[]) => {
    const absent = (data ?? []).filter(({ name, state }) => state === 'absent' && (names === undefined || names.includes(name)));
    setBusy(true);
    setError(null);
    try {
      // One by one, so that the first that fails is the one that is told of.
      for (const { name } of absent) await client.call('loadExample', { params: { name }, body: {} });
      return null;
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown : new Error(String(thrown));
      setError(why);
      return why;
    } finally {
      setBusy(false);
      reload();
    }
  };

  return { busy, error, load };
}
