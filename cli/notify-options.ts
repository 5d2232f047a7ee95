/** From the options of `submit` and `schedule add` to who is told of a job's end. */

import type { NotificationRequest } from '../contract/notify.ts';
import { type FinalState, finalStates } from '../contract/states.ts';
import type { SubmissionInput } from '../contract/submission.ts';
import type { Input, Option } from './command.ts';
import { UsageError } from './failures.ts';

export const notifyOptions = {
  'notify-webhook': { type: 'list', value: 'URL', help: 'tell this address when it has ended' },
  'notify-email': { type: 'list', value: 'ADDRESS', help: 'tell this person by mail when it has ended' },
  'notify-desktop': { type: 'flag', help: 'show a notification in the desktop app when it has ended' },
  'notify-on': { type: 'list', value: 'STATE', help: 'only of these ends: completed, dead, cancelled (default: all three)' },
} as const satisfies Record<string, Option>;

/** undefined: nobody. @throws UsageError */
export function readNotify(input: Input): SubmissionInput['notify'] {
  const on = readStates(input.list('notify-on'));
  const told = on.length === 0 ? {} : { on };
  const notify = [
    ...input.list('notify-webhook').map((url) => ({ type: 'webhook' as const, url, ...told })),
    ...input.list('notify-email').map((to) => ({ type: 'email' as const, to, ...told })),
    ...(input.flag('notify-desktop') ? [{ type: 'desktop' as const, ...told }] : []),
  ];
  if (notify.length === 0 && on.length > 0)
    throw new UsageError('--notify-on says when, and nobody is told: add --notify-webhook, --notify-email or --notify-desktop.');
  return notify.length === 0 ? undefined : notify;
}

function readStates(written: readonly string[]): NotificationRequest['on'] {
  const states = written.flatMap((list) => list.split(',')).map((state) => state.trim());
  const wrong = states.find((state) => !finalStates.some((known) => known === state));
  if (wrong !== undefined) throw new UsageError(`--notify-on must be ${finalStates.join(', ')}, not "${wrong}".`);
  return [...new Set(states)] as FinalState[];
}
