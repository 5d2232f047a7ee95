/** Turns what the test runners wrote into counts, and the counts into the last line. Pure. */

/** @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Tally notes: each skipped test with its reason, and what else a reader must know */

/** @param {Partial<Tally>} counts @returns {Tally} */
export function tally(counts) {
  return { passed: 0, failed: 0, skipped: 0, notes: [], ...counts };
}

/**
 * @param {any} report vitest's JSON report, null when it wrote none
 * @param {number | null} exitCode
 * @returns {Tally}
 */
export function tallyOfVitest(report, exitCode) {
  if (!report) return tally({ failed: 1, notes: ['vitest wrote no report'] });
  /** @type {any[]} */
  const tests = report.testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  return settle({
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: skipped.length,
    notes: skipped.map((/** @type {any} */ test) => `skipped: ${test.fullName}`),
    exitCode,
  });
}

/**
 * @param {any} report Playwright's JSON report, null when it wrote none
 * @param {number | null} exitCode
 * @returns {Tally}
 */
export function tallyOfPlaywright(report, exitCode) {
  if (!report) return tally({ failed: 1, notes: ['Playwright wrote no report'] });
  const { expected, unexpected, flaky, skipped } = report.stats;
  const notes = specsOf(report.suites).flatMap((spec) =>
    spec.tests
      .filter((/** @type {any} */ test) => test.status === 'skipped')
      .map((/** @type {any} */ test) => `skipped: ${spec.title}: ${reasonOf(test.annotations)}`),
  );
  return settle({ passed: expected, failed: unexpected + flaky, skipped, notes, exitCode });
}

/**
 * A runner that failed without a failed test (a file that does not load, a leaked process), or that ran nothing, is a failure too.
 * @param {Tally & { exitCode: number | null }} counts
 * @returns {Tally}
 */
function settle({ passed, failed, skipped, notes, exitCode }) {
  if (failed === 0 && exitCode !== 0)
    return {
      passed,
      failed: 1,
      skipped,
      notes: [...notes, `the runner ended with ${exitCode === null ? 'a signal' : `exit code ${exitCode}`}`],
    };
  if (passed + failed === 0) return { passed, failed: 1, skipped, notes: [...notes, 'no test was executed'] };
  return { passed, failed, skipped, notes };
}

/**
 * @param {any[]} suites
 * @returns {any[]}
 */
function specsOf(suites = []) {
  return suites.flatMap((suite) => [...(suite.specs ?? []), ...specsOf(suite.suites)]);
}

/** @param {{ type: string, description?: string }[]} annotations */
function reasonOf(annotations = []) {
  return annotations.find(({ type }) => type === 'skip' || type === 'fixme')?.description ?? 'no reason given';
}

/**
 * @param {Tally[]} tallies
 * @returns {{ line: string, exitCode: number }}
 */
export function summarise(tallies) {
  const sum = (/** @type {'passed' | 'failed' | 'skipped'} */ key) => tallies.reduce((total, one) => total + one[key], 0);
  const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
  return { line: `${passed} passed, ${failed} failed, ${skipped} skipped`, exitCode: failed > 0 || passed === 0 ? 1 : 0 };
}
