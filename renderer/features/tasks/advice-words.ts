import type { AdviceCriterion, AdviceMode, ComparedMode } from '../../../contract/advice.ts';

export const modeWords: Readonly<Record<AdviceMode, { short: string; what: string }>> = {
  sync: { short: 'sync', what: 'Wait for the result' },
  async: { short: 'async', what: 'Run it in the background' },
  hybrid: { short: 'hybrid', what: 'Answer at once with what is to be expected' },
  wait: { short: 'a bounded wait', what: 'Wait a little, then go on in the background' },
};

export const comparedWords: Readonly<Record<ComparedMode, string>> = { sync: 'Sync', async: 'Async', hybrid: 'Hybrid' };

export const criterionWords: Readonly<Record<AdviceCriterion, string>> = {
  latency: 'Latency',
  simplicity: 'Simplicity',
  userExperience: 'User experience',
  errorHandling: 'Error handling',
  throughput: 'Throughput',
  resources: 'Resources',
  debugging: 'Debugging',
  consistency: 'Consistency',
};
