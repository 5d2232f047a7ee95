/** What `npm test` consists of, and which parts of it were asked for. Pure. */

/** The folders under test/ that vitest runs. */
export const codeFolders = ['unit', 'engine', 'api', 'cli', 'faults', 'scripts', 'architecture'];

/**
 * In the order in which they run. `code` stands for all of `codeFolders`. The build comes before it, because what tests start as a process
 * of its own is what was built, where that is current (`test/support/programs.ts`).
 */
export const stepNames = /** @type {const} */ (['lint', 'types', 'imports', 'build', 'code', 'package', 'browser', 'electron']);

/** @typedef {typeof stepNames[number]} StepName */

/**
 * @param {string[]} args `--only a,b`; nothing means everything
 * @returns {{ steps: StepName[], folders: string[] } | { problem: string }} `folders` narrows the step `code`
 */
export function readPlan(args) {
  const known = [...stepNames, ...codeFolders];
  const usage = `usage: npm test [-- --only ${known.join('|')}], several with commas`;
  if (args.length === 0) return { steps: [...stepNames], folders: codeFolders };
  const value =
    args[0] === '--only' && args.length === 2
      ? args[1]
      : args[0]?.startsWith('--only=') && args.length === 1
        ? args[0].slice('--only='.length)
        : undefined;
  if (!value) return { problem: usage };
  const names = value.split(',');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) return { problem: `${unknown.join(', ')}: not a part of the tests; ${usage}` };
  const folders = codeFolders.filter((folder) => names.includes('code') || names.includes(folder));
  const steps = stepNames.filter((step) => names.includes(step) || (step === 'code' && folders.length > 0));
  return { steps, folders };
}

/** Steps that test what was built. */
export const needsBuild = new Set(/** @type {StepName[]} */ (['package', 'browser', 'electron']));
