/** Copy this file into <home>/tasks/ and submit the task `slow-addition`: no restart, no registration. */
export default {
  title: 'Slow addition',
  description: 'Adds two numbers, slowly.',
  lane: 'io',
  input: {
    type: 'object',
    properties: { a: { type: 'number', title: 'First number' }, b: { type: 'number', title: 'Second number' } },
    required: ['a', 'b'],
    additionalProperties: false,
  },
  timeoutMs: 30_000,
  retry: { maxAttempts: 3 },
  declares: { idempotent: true },
  examples: [{ a: 2, b: 3 }],

  async run({ a, b }, task) {
    if (a < 0) throw task.failForGood('a must not be negative');
    for (let step = 1; step <= 10; step += 1) {
      // Ends at once when the job is cancelled or runs out of time.
      await waitFor(200, task.signal);
      task.progress(step * 10, `step ${step} of 10`);
    }
    task.log(`${a} + ${b} = ${a + b}`);
    return { sum: a + b };
  },
};

function waitFor(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
