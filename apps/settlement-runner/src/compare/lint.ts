import { basename, extname } from 'node:path';
import {
  fileProblemText,
  lintAllocationCsv,
  lintBetaFile,
  lintCoefficientCsv,
  lintCoefficientTable,
  lintEnergyTable,
  lintPairCsv,
  lintPairTable,
  safeParseCommunity,
  type Community,
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
  readonly kind: 'community' | 'coefficients' | 'pairs' | 'allocation' | 'beta file';
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
  const header = (text.split('\n', 1)[0] ?? '').toLowerCase();
  const name = basename(path);
  if (header.includes('producer') && header.includes('consumer')) {
    return linted(path, 'pairs', lintPairCsv(text, name, { resolutionMs }).problems);
  }
  if (header.includes('coefficient')) {
    return linted(path, 'coefficients', lintCoefficientCsv(text, name, { resolutionMs }).problems);
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
  try {
    const files = readContractFiles(community, path);
    return [
      { file: path, kind: 'community', errors: [], warnings: [] },
      ...namedFiles(community).map(({ name, kind }) => {
        if (kind === 'pairs')
          return linted(name, kind, lintPairTable(files, name, community).problems);
        const lint = kind === 'allocation' ? lintEnergyTable : lintCoefficientTable;
        return linted(name, kind, lint(files, name, community).problems);
      }),
    ];
  } catch (error) {
    const { message } = error as Error;
    return [{ file: path, kind: 'community', errors: [message], warnings: [] }];
  }
}

/** The files a contract names and what they hold, by where they are named. */
function namedFiles({ sharingKey }: Community): { name: string; kind: Linted['kind'] }[] {
  const found: { name: string; kind: Linted['kind'] }[] = [];
  const walk = (value: unknown, kind: Linted['kind']): void => {
    if (typeof value !== 'object' || value === null) return;
    const { type } = value as { type?: unknown };
    const inside = type === 'pairs' ? 'pairs' : type === 'exPost' ? 'allocation' : kind;
    for (const [name, field] of Object.entries(value)) {
      if (name === 'file' && typeof field === 'string') found.push({ name: field, kind: inside });
      else walk(field, type === undefined ? kind : inside === kind ? 'coefficients' : inside);
    }
  };
  walk(sharingKey, 'coefficients');
  return found;
}

function linted(file: string, kind: Linted['kind'], problems: readonly FileProblem[]): Linted {
  const lines = (severity: FileProblem['severity']): string[] =>
    problems.filter((problem) => problem.severity === severity).map(fileProblemText);
  return { file, kind, errors: lines('error'), warnings: lines('warning') };
}
