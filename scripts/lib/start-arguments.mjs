/** What `npm start -- …` takes. */

/**
 * @param {string[]} args
 * @returns {{ port: number | null } | { problem: string }} port null: not asked for
 */
export function readStartArguments(args) {
  const usage = 'usage: npm start [-- --port N]';
  /** @type {number | null} */
  let port = null;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const value = word.startsWith('--port=') ? word.slice('--port='.length) : word === '--port' ? args[++index] : undefined;
    if (value === undefined) return { problem: word === '--port' ? `--port needs a number; ${usage}` : `${word} is not known; ${usage}` };
    if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) return { problem: `--port must be a number from 0 to 65535, and not ${value}` };
    port = Number(value);
  }
  return { port };
}
