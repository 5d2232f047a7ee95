/** What a message about the end of a job says. */

import type { Job } from '../../contract/job.ts';
import type { DeliveryEvent } from '../../contract/notify.ts';
import { stateWords } from '../../contract/states.ts';

const subjectLength = 200;

/** The body of a webhook. Made once: every try sends, and signs, the same text. Who else is told of the job is no receiver's business. */
export function webhookBody(event: DeliveryEvent, { notify: _, ...job }: Job): string {
  return JSON.stringify({ type: event, timestamp: job.finishedAt ?? job.createdAt, data: { job } });
}

/** A mail tells what happened and where to look. It holds neither payload nor result: they may be anything, and mail is read by many. */
export function mailText(job: Job): { subject: string; text: string } {
  const word = stateWords[job.state].toLowerCase();
  const reason = job.error?.message.trim().split('\n')[0] ?? '';
  const subject = `${job.task} ${word}${reason === '' || job.state === 'completed' ? '' : `: ${reason}`}`;
  const facts: [string, string | null][] = [
    ['Job', job.id],
    ['Task', job.task],
    ['State', word],
    ['Queue', job.queue],
    ['Tags', job.tags.length === 0 ? null : job.tags.join(', ')],
    ['Submitted', job.createdAt],
    ['Started', job.startedAt],
    ['Ended', job.finishedAt],
    ['Attempts', `${job.attempt} of ${job.maxAttempts}`],
    ['Error', job.error === null || job.state === 'completed' ? null : `${job.error.name}: ${job.error.message}`],
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : `${`${name}:`.padEnd(11)}${value}`));
  return {
    subject: oneLine(subject, subjectLength),
    text: `${lines.join('\n')}\n\nEverything of it:  switchyard get ${job.id} --attempts\nWhat it wrote:     switchyard logs ${job.id}\n`,
  };
}

/** Control characters would end the header. */
function oneLine(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
