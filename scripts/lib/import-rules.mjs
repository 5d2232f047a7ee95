/** Checks who imports whom, and that every file was really looked at. */

import { globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import './read-using-declarations.mjs';

/** What the rules of .dependency-cruiser.mjs are about. */
export const fencedFolders = [
  'contract',
  'engine',
  'workers',
  'cli',
  'electron',
  'renderer',
  'lab',
  'test',
  'bench',
  'examples',
  'scripts',
];

/**
 * @param {string} root
 * @returns {Promise<{ examined: number, violations: string[] }>} no violations means that all is well
 */
export async function checkImports(root) {
  const files = sourceFiles(root);
  if (files.length === 0) return { examined: 0, violations: [`no source file was found in ${root}: nothing was examined`] };
  /** @type {{ default: import('dependency-cruiser').IConfiguration }} */
  const { default: configuration } = await import(pathToFileURL(join(root, '.dependency-cruiser.mjs')).href);
  const forbidden = configuration.forbidden ?? [];
  const { output } = await cruise(files, {
    ...configuration.options,
    ruleSet: { forbidden },
    validate: true,
    baseDir: root,
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text rather than with what it found');

  const seen = new Set(output.modules.map(({ source }) => source));
  const unseen = files.filter((file) => !seen.has(file));
  return {
    examined: files.length - unseen.length,
    violations: [
      ...unseen.map((file) => `not-examined: ${file}: the checker left it out`),
      ...output.summary.violations.map(({ rule, from, to, cycle }) => {
        const path = cycle ? [from, ...cycle.map(({ name }) => name)].join(' → ') : from === to ? from : `${from} → ${to}`;
        const comment = forbidden.find(({ name }) => name === rule.name)?.comment;
        return `${rule.name}: ${path}${comment ? `\n    ${comment}` : ''}`;
      }),
    ],
  };
}

/**
 * @param {string} root
 * @returns {string[]} every module of ours, as a path from the root with `/`
 */
export function sourceFiles(root) {
  const pattern = `{${fencedFolders.join(',')}}/**/*.{ts,tsx,mjs,js}`;
  return globSync(pattern, { cwd: root, exclude: (name) => name === 'node_modules' })
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
}
