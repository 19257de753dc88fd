import { CaseFileError } from './case-error.js';
import { isList, isRecord, textOf, type Json, type JsonRecord } from './json.js';

/** A worked case: what goes in, what must come out, how exactly, and where it was published. */
export interface CaseFile {
  readonly id: string;
  readonly title: string;
  /** What kind of rule it is about, as `allocation`, `price`, `bill`. */
  readonly domain: string;
  /** Country code, or `-`. */
  readonly country: string;
  readonly formula: string;
  readonly input: Json;
  readonly expected: Json;
  /** `exact`, or the most a number may differ. */
  readonly tolerance: string;
  readonly notes: string;
}

const text = (record: JsonRecord, field: string): string => {
  const value = record[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};

/**
 * Reads the cases of a file: one, or a list of them.
 * @throws CaseFileError for text that is no JSON, and for a case without an id, input and expected.
 */
export function parseCases(content: string, source: string): CaseFile[] {
  let value: Json;
  try {
    value = JSON.parse(content) as Json;
  } catch (error) {
    throw new CaseFileError(`${source}: ${(error as Error).message}, expected JSON`);
  }
  return isList(value)
    ? value.map((one, index) => caseOf(one, `${source}[${index}]`))
    : [caseOf(value, source)];
}

/** A number, a text that holds one, a record of an absolute one; without any it is exact. */
function toleranceOf(value: Json | undefined, source: string): string {
  if (value === undefined || value === null) return 'exact';
  const stated = isRecord(value) ? (value['abs'] ?? value['absolute']) : value;
  const said = textOf(stated);
  const number = /\d*\.?\d+(?:e[+-]?\d+)?/i.exec(said)?.[0];
  if (/exact/i.test(said)) return 'exact';
  if (number !== undefined && !/rel|%/i.test(said)) return number;
  throw new CaseFileError(
    `${source}: tolerance: got ${JSON.stringify(value)}, expected "exact" or the most a number may differ`,
  );
}

function caseOf(value: Json, source: string): CaseFile {
  if (!isRecord(value)) throw new CaseFileError(`${source}: expected a JSON object`);
  const { id, input, expected } = value;
  if (typeof id !== 'string' || input === undefined || expected === undefined) {
    throw new CaseFileError(`${source}: expected the fields id, input and expected`);
  }
  return {
    id,
    title: text(value, 'title'),
    domain: text(value, 'domain'),
    country: text(value, 'country'),
    formula: text(value, 'formula'),
    input,
    expected,
    tolerance: toleranceOf(value['tolerance'], source),
    notes: text(value, 'notes'),
  };
}
