import { compareIds } from '@microgrid/units';
import { lintBetaFile, type BetaFile, type BetaOptions } from './beta-file.js';
import type { FileProblem, FileReading, NamedText } from './file-problem.js';

/** Yearly files that may be sent at once. */
export const MOST_BETA_FILES = 20;

/**
 * Everything that is wrong with the yearly coefficient files of one self-consumption: in each of them,
 * and between them (one CAU, at most {@link MOST_BETA_FILES}). The content is in the order of names.
 */
export function lintBetaFiles(
  files: readonly NamedText[],
  options?: BetaOptions,
): FileReading<BetaFile[]> {
  const ordered = [...files].sort((a, b) => compareIds(a.name, b.name));
  const readings = ordered.map(({ name, text }) => lintBetaFile(text, name, options));
  const problems: FileProblem[] = readings.flatMap((reading) => [...reading.problems]);
  const [first] = ordered;
  if (first === undefined) return { problems, data: [] };
  const caus = new Set(ordered.map(({ name }) => name.replace(/_\d{4}\.txt$/, '')));
  const between = { file: first.name, severity: 'error', path: 'files' } as const;
  if (caus.size > 1) {
    const found = [...caus].map((cau) => JSON.stringify(cau)).join(', ');
    problems.push({ ...between, found, expected: 'files of one CAU' });
  }
  if (ordered.length > MOST_BETA_FILES) {
    const expected = `at most ${MOST_BETA_FILES} yearly files`;
    problems.push({ ...between, found: String(ordered.length), expected });
  }
  const data = readings.flatMap(({ data: file }) => (file === undefined ? [] : [file]));
  return problems.some(({ severity }) => severity === 'error') ? { problems } : { problems, data };
}
