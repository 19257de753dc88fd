import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed, ROOT, run } from './command.js';
import { one, sum, type Count } from './count.js';

interface JestSummary {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** Runs jest and counts its tests; a suite that did not even load counts as one failed check. */
export function jest(args: readonly string[], cwd = ROOT): Count {
  const folder = mkdtempSync(join(tmpdir(), 'microgrid-jest-'));
  const file = join(folder, 'summary.json');
  try {
    const ok = run(installed('jest'), ['--json', `--outputFile=${file}`, ...args], cwd);
    const summary = read(file);
    if (summary === undefined) return one(false);
    const counted: Count = {
      passed: summary.numPassedTests,
      failed: summary.numFailedTests + summary.numRuntimeErrorTestSuites,
      skipped: summary.numPendingTests + summary.numTodoTests,
    };
    return ok || counted.failed > 0 ? counted : sum([counted, one(false)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): JestSummary | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JestSummary;
  } catch {
    return undefined;
  }
}
