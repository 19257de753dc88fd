import { lintBetaExcerpt, lintBetaFile } from '@microgrid/community';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { ofMillionths } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from '../json.js';

/** A file as a case writes it: its rows or its text, and its name where that matters. */
function lint(sample: Json): Actual {
  if (!isRecord(sample)) throw new NotUnderstood('a sample: expected rows or a text');
  const { rows, text, name } = sample;
  const content = isList(rows) ? rows.map((row) => `${textOf(row)}\r\n`).join('') : text;
  if (typeof content !== 'string') throw new NotUnderstood('a sample: expected rows or a text');
  // Samples shorten the names of supply points; a name that is meant as one is checked.
  const whole = /^ES\d{16}/m.test(content);
  // Rows without a name are taken for those of a year of 8760 hours, of which the rule speaks.
  const file = textOf(name ?? 'sample_2026.txt');
  const options = { checkCups: whole };
  const reading = lintBetaFile(content, file, options);
  // Samples by rows show some hours of a year, not all.
  const problems = isList(rows) ? lintBetaExcerpt(content, file, options) : reading.problems;
  const { data } = reading;
  // A name is a warning to a reader, but an operator takes no file of another name.
  const named =
    name === undefined
      ? []
      : reading.problems.filter(({ expected }) => expected.startsWith('<CAU>'));
  const errors = [...problems.filter(({ severity }) => severity === 'error'), ...named];
  return {
    valid: errors.length === 0,
    why: errors
      .map(({ path, found, expected }) => `${path} ${found}, expected ${expected}`)
      .join('; '),
    ...(data && { hours: ofMillionths(BigInt(data.hours) * 1_000_000n), cups: data.cups }),
  };
}

function samplesOf(input: JsonRecord): readonly Json[] | undefined {
  if (isList(input['samples'])) return input['samples'];
  return 'rows' in input || 'text' in input ? [input] : undefined;
}

/** Spanish coefficient files, `CUPS;coefficient` or `CUPS;hour;coefficient`: whether they are valid. */
export const betaFileCases: Executor = {
  kind: 'format',
  run({ input, expected, domain }) {
    if (!isRecord(input) || domain !== 'format') return undefined;
    const samples = samplesOf(input);
    if (samples === undefined) return undefined;
    const separator = input['separator'] ?? ';';
    if (separator !== ';')
      throw new NotUnderstood(`a file with the separator ${textOf(separator)}`);
    const actual = samples.map(lint);
    return [{ name: '', expected, actual: isList(expected) ? actual : (actual[0] ?? null) }];
  },
};
