/** The import rules as a command: prints each violation, and fails on any. */

import { root, runUnderNode24 } from './lib/go-on.mjs';

await runUnderNode24(import.meta.url, async () => {
  // Only now: on a fresh clone the packages were not there before.
  const { checkImports } = await import('./lib/import-rules.mjs');
  const { examined, violations } = await checkImports(root);
  for (const violation of violations) console.error(violation);
  console.log(`${examined} files examined, ${violations.length} violations of the import rules.`);
  if (violations.length > 0) process.exitCode = 1;
});
