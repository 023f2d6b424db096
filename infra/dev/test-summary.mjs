// Adds up the test reports of all packages and closes with what failed and `N passed, N failed`; exits 1 on a failure or a missing
// report, in CI also on a skip.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
let passed = 0;
let failed = 0;
let skipped = 0;
const problems = [];

/** What each script of a package leaves. */
const REPORTS = { test: 'vitest.json', 'test:answers': 'answers.json' };
const MANIFESTS = ['{packages,services}/*/package.json', '{test,infra,test/parts}/package.json'];
for (const manifest of globSync(MANIFESTS, { cwd: root })) {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, manifest), 'utf8'));
  const names = Object.keys(REPORTS).filter((script) => scripts[script] !== undefined);
  for (const name of names) addReport(dirname(manifest), REPORTS[name]);
}

/**
 * @param {string} folder
 * @param {string} name
 */
function addReport(folder, name) {
  const file = join(root, folder, '.test-report', name);
  if (!existsSync(file)) {
    problems.push(`${folder}: no report ${name}`);
    failed += 1;
    return;
  }
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status !== 'failed') continue;
      problems.push(`${suite.name}: ${test.fullName}: ${(test.failureMessages[0] ?? 'no message').split('\n')[0]}`);
    }
    // A file that fails to load has no tests to count.
    if (suite.status === 'failed' && suite.assertionResults.every((test) => test.status !== 'failed')) {
      problems.push(`${suite.name}: ${suite.message.split('\n')[0]}`);
      failed += 1;
    }
  }
}

// A developer's machine may lack a tool such as strace; CI has them all.
if (skipped > 0 && process.env.CI !== undefined) {
  problems.push(`${skipped} tests were skipped: CI runs every one`);
  failed += skipped;
}
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`);
process.exit(failed === 0 ? 0 : 1);
