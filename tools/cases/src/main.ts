import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { CaseFileError } from './case-error.js';
import { printReports } from './print-reports.js';
import { readCases, runCase } from './run-cases.js';

const DEFAULT_FOLDER = fileURLToPath(
  new URL('../../../../shared/cases/settlement', import.meta.url),
);

const program = new Command('cases')
  .description('Run worked settlement cases through the public API and report on each.')
  .argument(
    '[folder]',
    'folder of case files (default: MICROGRID_CASES, else ../shared/cases/settlement)',
  )
  .option('--json', 'print one JSON object per case')
  .exitOverride()
  .action((folder: string | undefined, options: { json?: true }) => {
    // npm changes to the package's folder; a path is meant from where the command was typed.
    const from = process.env['INIT_CWD'] ?? process.cwd();
    const { cases, unreadable } = readCases(
      resolve(from, folder ?? process.env['MICROGRID_CASES'] ?? DEFAULT_FOLDER),
    );
    const reports = [...cases.map((one) => runCase(one)), ...unreadable];
    process.stdout.write(
      options.json
        ? reports.map((report) => `${JSON.stringify(report)}\n`).join('')
        : printReports(reports),
    );
    const good = reports.every(({ outcome }) => outcome === 'pass' || outcome === 'left');
    process.exitCode = good ? 0 : 1;
  });

try {
  program.parse();
} catch (error) {
  if (error instanceof CaseFileError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  } else {
    const { exitCode } = error as { exitCode?: number };
    if (exitCode === undefined) throw error;
    process.exitCode = exitCode === 0 ? 0 : 2;
  }
}
