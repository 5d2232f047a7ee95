/** Nothing but the queue itself is measured. */
export const emptyTask = 'export default { lane: "io", run() { return null; } };';

export const benchTasks = {
  empty: emptyTask,
  wait: 'export default { lane: "io", run: ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms, null)) };',
  spin: 'export default { lane: "cpu", run({ ms }) { const end = performance.now() + ms; while (performance.now() < end); return null; } };',
};
