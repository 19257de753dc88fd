import { showValue } from '@microgrid/events';
import { CommunityError, type CommunityProblem } from '../community-error.js';

/** One place where a file that operators exchange is not as expected. */
export interface FileProblem extends CommunityProblem {
  /** The file's name. */
  readonly file: string;
  /** `error`: the file cannot be used; `warning`: it can, but the operator may refuse it. */
  readonly severity: 'error' | 'warning';
}

/** A text with its file's name. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The outcome of reading a file: everything wrong with it at once, and its content if there are no errors. */
export interface FileReading<T> {
  /** In order of lines. */
  readonly problems: readonly FileProblem[];
  /** Present exactly when no problem is an error. */
  readonly data?: T;
}

/** More problems than this are counted, not listed: a wrong column makes one on every line. */
const MOST_LISTED = 1000;

/** More lines than this in one message help nobody. */
const MOST_SHOWN = 20;

/** Collects what is wrong with one file. */
export class FileProblems {
  private readonly listed: FileProblem[] = [];
  private unlisted = 0;
  private refused = false;

  constructor(readonly file: string) {}

  /** Whether there is no error so far. */
  get clean(): boolean {
    return !this.refused;
  }

  /** @param path field of the line, as in `coefficient`; empty for the whole. */
  error(line: number | undefined, path: string, found: unknown, expected: string): void {
    this.refused = true;
    this.add('error', line, path, found, expected);
  }

  warning(line: number | undefined, path: string, found: unknown, expected: string): void {
    this.add('warning', line, path, found, expected);
  }

  /** Problems found elsewhere in the same file. */
  addAll(problems: readonly FileProblem[]): void {
    for (const problem of problems) {
      if (problem.severity === 'error') this.refused = true;
      this.listed.push(problem);
    }
  }

  private add(
    severity: FileProblem['severity'],
    line: number | undefined,
    path: string,
    found: unknown,
    expected: string,
  ): void {
    if (this.listed.length >= MOST_LISTED) {
      this.unlisted++;
      return;
    }
    this.listed.push({
      file: this.file,
      severity,
      path,
      ...(line !== undefined && { line }),
      found: showValue(found),
      expected,
    });
  }

  /** The outcome: `make` gives the content when there is no error. */
  reading<T>(make: () => T): FileReading<T> {
    const problems = [...this.listed].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    if (this.unlisted > 0) {
      problems.push({
        file: this.file,
        severity: 'error',
        path: '',
        found: `${this.unlisted} more problems`,
        expected: 'none; the first ones are listed',
      });
    }
    return this.refused ? { problems } : { problems, data: make() };
  }
}

/** A problem as one line: file, line, field, value, expectation. */
export function fileProblemText(problem: FileProblem): string {
  const { file, line, path, found, expected, severity } = problem;
  const where = line === undefined ? file : `${file}:${line}`;
  const what = severity === 'warning' ? 'warning: ' : '';
  return `${where}: ${what}${path === '' ? '' : `${path}: `}got ${found}, expected ${expected}`;
}

/**
 * The content of a reading.
 * @throws CommunityError `invalid-file` with every problem, when one is an error.
 */
export function contentOf<T>(reading: FileReading<T>): T {
  if ('data' in reading) return reading.data;
  const errors = reading.problems.filter(({ severity }) => severity === 'error');
  const shown = errors.slice(0, MOST_SHOWN).map(fileProblemText);
  if (errors.length > shown.length) {
    shown.push(`${errors[0]?.file ?? ''}: and ${errors.length - shown.length} more problems`);
  }
  throw new CommunityError('invalid-file', shown.join('\n'), errors);
}
