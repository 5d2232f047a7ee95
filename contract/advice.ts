/** What is known of a task's use, and what is advised from it. */

/** How people weigh one way of calling a task against another. */
export const adviceCriteria = [
  'latency',
  'simplicity',
  'userExperience',
  'errorHandling',
  'throughput',
  'resources',
  'debugging',
  'consistency',
] as const;
export type AdviceCriterion = (typeof adviceCriteria)[number];

export const comparedModes = ['sync', 'async', 'hybrid'] as const;
export type ComparedMode = (typeof comparedModes)[number];

export const adviceModes = ['sync', 'async', 'hybrid', 'wait'] as const;
/** `wait`: a bounded wait, and then in the background. */
export type AdviceMode = (typeof adviceModes)[number];

/** 1 (poor) to 5 (good), and the sentence that says why, from what was measured. */
export type AdviceCell = { rating: number; why: string };

export type AdviceRow = { criterion: AdviceCriterion } & Record<ComparedMode, AdviceCell>;

export const adviceWarningCodes = [
  'sync-for-everything',
  'async-for-everything',
  'no-retry',
  'polling-too-often',
  'blocking-on-async',
  'long-waits',
] as const;
export type AdviceWarningCode = (typeof adviceWarningCodes)[number];

/** A common mistake that was seen. `count`: how often, in the days that `TaskUsage` covers. */
export type AdviceWarning = { code: AdviceWarningCode; message: string; count: number };

export type Advice = {
  mode: AdviceMode;
  reasons: string[];
  /** 0…1: grows with the runs that were measured and with the distance to the nearest threshold. */
  confidence: number;
  /** What would have to be otherwise for another mode to be advised. */
  wouldChange: string[];
  matrix: AdviceRow[];
  warnings: AdviceWarning[];
};

/** How a task was called in the last seven days, today included. */
export type TaskUsage = {
  /** Midnight (UTC) of the first of these days that has a figure; null: none has. */
  since: string | null;
  /** Calls by the mode that they asked for. */
  sync: number;
  async: number;
  hybrid: number;
  auto: number;
  /** Times that a job which was not final was read. The window's own reads do not count. */
  polls: number;
  /** Polls that came before the time that the answer before had suggested (`Retry-After`). */
  wastedPolls: number;
  /** Jobs that were asked for `async` and polled within a second. */
  polledAtOnce: number;
  /** Times that someone waited for the end of a job that had been asked for `async`. */
  waits: number;
  /** Callers that were held longer than 30 s. */
  longWaits: number;
};

/** One bar of the distribution of run times: a share of the runs took from `fromMs` to `toMs`. */
export type RunTimeBar = { fromMs: number; toMs: number; share: number };
