import type { CaseReport } from './run-cases.js';

/** Reports for people: one line per case, differences below it, the counts at the end. */
export function printReports(reports: readonly CaseReport[]): string {
  const width = Math.max(0, ...reports.map(({ id }) => id.length));
  const lines = reports.flatMap((report) => [
    `${report.outcome.padEnd(14)} ${report.id.padEnd(width)}  ${detail(report)}`,
    ...differences(report),
  ]);
  const count = (outcome: CaseReport['outcome']): number =>
    reports.filter((report) => report.outcome === outcome).length;
  lines.push(
    `${reports.length} cases: ${count('pass')} pass, ${count('fail')} fail, ${count('left')} left, ${count('not-understood')} not understood`,
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function detail(report: CaseReport): string {
  switch (report.outcome) {
    case 'pass':
      return `${report.kind}, ${report.vectors} ${report.vectors === 1 ? 'vector' : 'vectors'}`;
    case 'fail':
      return report.kind;
    default:
      return report.reason;
  }
}

function differences(report: CaseReport): string[] {
  if (report.outcome !== 'fail') return [];
  return report.differences.map(
    ({ vector, path, expected, actual }) =>
      `               ${vector === '' ? '' : `${vector}: `}${path === '' ? '' : `${path}: `}expected ${expected}, got ${actual ?? 'nothing that computes it'}`,
  );
}
