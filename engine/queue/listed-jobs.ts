/** A page of jobs as the reader found them, with what only memory knows. */

import type { Job } from '../../contract/job.ts';
import type { JobListAnswer } from '../store/job-list.ts';
import type { ListedPage } from './backend.ts';

/**
 * The page, as an object or as text, when it is asked for the one or the other.
 * @param total as the counters know it; null: as the reader counted
 * @param progressOf the progress of a run as JSON, by its job's row number; null: none is known
 */
export function listedJobs(answer: JobListAnswer, total: number | null, progressOf: (seq: number) => string | null): ListedPage {
  const texts = [...answer.texts];
  for (const { place, seq } of answer.running) {
    const progress = progressOf(seq);
    if (progress !== null) texts[place] = withProgress(texts[place] ?? '', progress);
  }
  const { next, exact } = answer;
  const counted = answer.total ?? total ?? 0;
  const head = { next, total: counted, exact, estimate: answer.estimate ?? counted };
  const jobs = () => `[${texts.join(',')}]`;
  return {
    ...head,
    get jobs() {
      return JSON.parse(jobs()) as Job[];
    },
    get text() {
      return `{"jobs":${jobs()},${JSON.stringify(head).slice(1)}`;
    },
  };
}

/** Few jobs of a page run, and fewer tell how far they are. */
function withProgress(text: string, progress: string): string {
  return JSON.stringify({ ...(JSON.parse(text) as Job), progress: JSON.parse(progress) });
}
