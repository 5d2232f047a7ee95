/** Tasks that come with the program, to be tried as they are and changed at will: a copy in the user's folder is the user's. */

import { z } from 'zod';
import type { Mode } from './job.ts';
import type { JsonObject } from './json.ts';

export const exampleStates = ['absent', 'loaded', 'changed'] as const;
/** `loaded`: the task's file is the example as it ships. `changed`: a file of that name is there and says something else. */
export type ExampleState = (typeof exampleStates)[number];

export type Example = {
  /** The task's name once it is loaded. */
  name: string;
  title: string;
  /** What it does, and why it goes the way that it goes. */
  description: string;
  /** The well-known case of the lab that it is the real thing of; null: of none. */
  preset: string | null;
  /** How it is meant to be called. */
  mode: Exclude<Mode, 'auto'>;
  /** The bounded wait that it is meant to be called with; null: none. */
  waitMs: number | null;
  /** A payload that works on a fresh machine, or shows what happens when what it needs is not there. */
  payload: JsonObject;
  state: ExampleState;
  /** Where the task's file is, or would be. */
  path: string;
};

/** What loading did. */
export type LoadedExample = Example & {
  /** Where the user's own version was put that had to make room; null: there was none. */
  keptAs: string | null;
};

export const exampleLoadSchema = z.strictObject({ replace: z.boolean().default(false) }).default({ replace: false });
/** `replace`: put the example in place of a file that was changed. That one is kept beside it under another name. */
export type ExampleLoad = z.output<typeof exampleLoadSchema>;
