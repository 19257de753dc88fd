import { check, installed } from './command.js';
import { closingLine, sum, type Count } from './count.js';
import { jest } from './jest-run.js';
import { checkPackedPackages } from './packed-packages.js';
import { installSystemPrograms } from './system-programs.js';

/** Everything `npm test` checks, in the order in which a failure is cheapest to see. */
const steps: readonly (() => Count)[] = [
  () => check(installed('prettier'), ['--check', '--log-level', 'warn', '.']),
  // Through Nx: without its project graph the module-boundary rule skips itself in silence.
  () => check(installed('nx'), ['lint', 'workspace']),
  () => check(installed('nx'), ['run-many', '-t', 'typecheck']),
  () => check(installed('nx'), ['run-many', '-t', 'build']),
  // Jest leaves one core idle unless told otherwise: on two cores that is half of the machine.
  () => jest(['--maxWorkers=100%']),
  checkPackedPackages,
  () => jest(['--runInBand'], 'tools/e2e'),
];

installSystemPrograms();
const total = sum(steps.map((step) => step()));
console.log(`\n${closingLine(total)}`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
