import { basename, extname } from 'node:path';
import {
  csvFileKind,
  fileProblemText,
  lintAllocationCsv,
  lintBetaFile,
  lintCoefficientCsv,
  lintContractFiles,
  lintPairCsv,
  safeParseCommunity,
  type ContractFiles,
  type FileProblem,
} from '@microgrid/community';
import { parseResolution } from '@microgrid/units';
import { readContractFiles } from '../contract-file-names.js';
import { RunnerError } from '../runner-error.js';
import { readText } from '../versions/load-history.js';

/** What was found in one file. */
export interface Linted {
  readonly file: string;
  /** What the file was taken for. */
  readonly kind:
    'community' | 'contract file' | 'coefficients' | 'pairs' | 'allocation' | 'beta file';
  /** Lines for a person, each with file, line, value and expectation. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** How lint reads files that do not say it themselves. */
export interface LintOptions {
  /** Interval length of coefficient files with times. Default PT15M. */
  readonly resolution?: string;
}

/** Checks contract and coefficient files. @throws RunnerError for a file that cannot be read. */
export function lintFiles(paths: readonly string[], options: LintOptions = {}): Linted[] {
  return paths.flatMap((path) => lintFile(path, options));
}

function lintFile(path: string, { resolution = 'PT15M' }: LintOptions): Linted[] {
  const text = readText(path, 'a contract or coefficient file');
  const name = basename(path);
  switch (extname(path).toLowerCase()) {
    case '.yaml':
    case '.yml':
    case '.json':
      return lintCommunity(path, text);
    case '.txt':
      return [linted(path, 'beta file', lintBetaFile(text, name).problems)];
    case '.csv':
      return [lintCsv(path, text, parseResolution(resolution))];
    default:
      throw new RunnerError(
        'bad-usage',
        `${path}: expected a community file (.yaml, .json), a Spanish coefficient file (.txt) or coefficients, pairs or an operator's allocation (.csv)`,
      );
  }
}

function lintCsv(path: string, text: string, resolutionMs: number): Linted {
  const name = basename(path);
  const kind = csvFileKind(text);
  if (kind === 'pairs') {
    return linted(path, kind, lintPairCsv(text, name, { resolutionMs }).problems);
  }
  if (kind === 'coefficients') {
    return linted(path, kind, lintCoefficientCsv(text, name, { resolutionMs }).problems);
  }
  return linted(path, 'allocation', lintAllocationCsv(text, name).problems);
}

function lintCommunity(path: string, text: string): Linted[] {
  const read = safeParseCommunity(text, path);
  if (!read.success) {
    return [
      { file: path, kind: 'community', errors: read.error.message.split('\n'), warnings: [] },
    ];
  }
  const community = read.data;
  const whole: Linted = { file: path, kind: 'community', errors: [], warnings: [] };
  let files: ContractFiles;
  try {
    files = readContractFiles(community, path);
  } catch (error) {
    return [{ ...whole, errors: [(error as Error).message] }];
  }
  const problems = lintContractFiles(community, files);
  return [
    whole,
    ...[...files.keys()].map((file) =>
      linted(
        file,
        'contract file',
        problems.filter((problem) => problem.file === file),
      ),
    ),
  ];
}

function linted(file: string, kind: Linted['kind'], problems: readonly FileProblem[]): Linted {
  const lines = (severity: FileProblem['severity']): string[] =>
    problems.filter((problem) => problem.severity === severity).map(fileProblemText);
  return { file, kind, errors: lines('error'), warnings: lines('warning') };
}
