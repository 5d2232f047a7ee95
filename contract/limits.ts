/** Every bound that a caller can meet, in one place. `GET /v1/info` shows them. */
export const limits = {
  bodyBytes: 1_048_576,
  batchBodyBytes: 16_777_216,
  batchJobs: 10_000,
  /** Of what comes in. */
  jsonDepth: 64,
  /** Of what a task gives back or declares: the engine's stack is a quarter of its thread's, and holds some 3,000 levels. */
  resultDepth: 200,
  waitMs: 60_000,
  timeoutMs: 86_400_000,
  pageJobs: 500,
  pageBytes: 16_777_216,
  tags: 32,
  tagLength: 100,
  nameLength: 100,
  uniqueKeyLength: 255,
  searchLength: 200,
  /** Of a result in the database; a larger one goes to a file, up to `resultFileBytes`. */
  resultBytes: 1_048_576,
  resultFileBytes: 268_435_456,
  errorBytes: 65_536,
  logLineBytes: 8_192,
  logLinesPerJob: 20_000,
  logBytesPerJob: 4_194_304,
  /** As long as an ended job is kept: a key cannot outlast the job that it names. */
  uniqueForMs: 7 * 86_400_000,
  retryDelays: 100,
  retryRules: 50,
  idempotencyMs: 86_400_000,
  eventsKept: 20_000,
  cronLength: 200,
  /** Shortest and longest interval of a schedule. */
  scheduleEveryMs: 100,
  scheduleLongestMs: 366 * 86_400_000,
  /** Slots that `missed: all` makes up for, the newest. */
  missedSlots: 1_000,
  /** Unfinished jobs of one schedule, one waiting for the other. */
  scheduleLine: 1_000,
  /** Jobs that one operation may be about, and operations that may run at once. */
  operationJobs: 1_000_000,
  operations: 100,
  patchOperations: 100,
  /** Dependencies between the jobs of one workflow. */
  workflowEdges: 100_000,
  /** What a job is given of its parents' results, as JSON. */
  parentsBytes: 8_388_608,
  canaries: 1_000,
  /** Circuits that are known at once: past it the one that was used longest ago is forgotten. */
  circuits: 10_000,
  /** Of one job. */
  notifications: 10,
  mailRecipients: 20,
  urlLength: 2_048,
  /** Made by hand; and of those that submissions made, the newest. */
  endpoints: 1_000,
  endpointsMade: 10_000,
} as const;

export const defaults = {
  queue: 'default',
  timeoutMs: 60_000,
  /** After the abort signal, before the thread is ended. */
  cancelGraceMs: 5_000,
  /** How long a stopping engine waits for what runs. */
  drainMs: 10_000,
  /** JavaScript memory of a worker thread, in MiB. */
  threadHeapMiB: 1_024,
  /** A worker thread that holds more than this, heap and buffers, in MiB, is replaced between jobs. */
  threadRecycleMiB: 512,
} as const;
