import { NotUnderstood } from '../case-error.js';
import type { CaseFile } from '../case-file.js';
import type { Executor, Vector } from '../executor.js';
import { isList, isRecord, plainName, textOf, type Json, type JsonRecord } from '../json.js';
import { AllocationAnswers } from './allocation-answers.js';
import {
  CONSUMER_NAMES,
  consumersOf,
  membersOf,
  MIXED_NAMES,
  named,
  PLANT_NAMES,
  plantsOf,
  POOL_NAMES,
  series,
} from './allocation-input.js';
import {
  allocationKey,
  COEFFICIENT_TABLES,
  GROUP_NAMES,
  KEY_NAMES,
  PAIR_NAMES,
  PRIORITY_NAMES,
  withCoefficients,
} from './allocation-key.js';
import type { AllocationProblem, Consumer, Plant } from './allocation-problem.js';
import { EX_POST_FILE, EX_POST_NAMES, exPostFile } from './ex-post-file.js';
import { isSeries, noteVectors, type NoteVector } from './note-vectors.js';

const DURATION_NAMES = ['intervalmin', 'interval', 'minutes', 'resolution', 'resolutionmin'];
const UNUSED_NAMES = ['unused', 'unusedshare', 'unusedrule', 'leftover'];
const NETTING_NAMES = ['netting'];
const SUM_NAMES = ['sum', 'renormalise'];

const KNOWN = [
  EX_POST_NAMES,
  POOL_NAMES, PLANT_NAMES, CONSUMER_NAMES, MIXED_NAMES, DURATION_NAMES, UNUSED_NAMES, NETTING_NAMES,
  SUM_NAMES, COEFFICIENT_TABLES, GROUP_NAMES, KEY_NAMES, PAIR_NAMES, PRIORITY_NAMES,
].flat(); // prettier-ignore

/** What an input shares out, or nothing where it holds no pool and no claims. */
export function allocationProblem(
  input: JsonRecord,
  country: string,
): AllocationProblem | undefined {
  const plants = plantsIn(input);
  const unlabelled = named(input, CONSUMER_NAMES);
  const mixed = named(input, MIXED_NAMES);
  const claims = [
    ...(unlabelled === undefined ? groupedClaims(named(input, GROUP_NAMES)) : []),
    ...(unlabelled === undefined ? [] : claimsOf(unlabelled)),
    ...(mixed === undefined ? [] : membersOf(mixed, 'members')),
  ];
  if (claims.length === 0) return undefined;
  if (plants.length === 0 && !claims.some(({ injected }) => injected !== undefined))
    return undefined;
  for (const key of Object.keys(input)) {
    if (!KNOWN.includes(plainName(key))) throw new NotUnderstood(`input.${key} means nothing here`);
  }
  const consumers = withCoefficients(input, claims);
  const minutes = minutesOf(named(input, DURATION_NAMES));
  const given = named(input, EX_POST_NAMES);
  return {
    minutes,
    plants: plants.length > 0 ? plants : [],
    consumers,
    ...(given === undefined
      ? { key: allocationKey(input, consumers) }
      : {
          key: { type: 'exPost', file: EX_POST_FILE, values: 'energy' },
          files: exPostFile(given, minutes),
        }),
    ...unusedOf(named(input, UNUSED_NAMES)),
    netting: named(input, NETTING_NAMES) === 'interval' ? 'interval' : 'none',
    country,
    listed: isListed(plants, consumers),
  };
}

function plantsIn(input: JsonRecord): Plant[] {
  return Object.entries(input).flatMap(([key, value]) => {
    const name = plainName(key);
    if (PLANT_NAMES.includes(name) && !isScalar(value)) return plantsOf(value, 'plant');
    if (POOL_NAMES.includes(name) || PLANT_NAMES.includes(name)) {
      if (isRecord(value)) return plantsOf(value, 'plant');
      return [{ id: 'plant', energies: series(value, key) }];
    }
    return [];
  });
}

const isScalar = (value: Json): boolean =>
  typeof value === 'string' ||
  typeof value === 'number' ||
  (isSeries(value) && value.every((one) => !isRecord(one)));

/** Consumers by name; one number or list is all of them together. */
function claimsOf(value: Json): Consumer[] {
  return isScalar(value)
    ? [{ id: 'consumers', energies: series(value, 'consumption') }]
    : consumersOf(value, 'consumer');
}

/** Consumers that stand only in their groups: `groups: [{ members: { A: "2" } }]`. */
function groupedClaims(groups: Json | undefined): Consumer[] {
  const list = isRecord(groups) ? Object.values(groups) : isList(groups) ? groups : [];
  return list.flatMap((group) => {
    const members = isRecord(group) ? named(group, [...MIXED_NAMES, ...CONSUMER_NAMES]) : undefined;
    return isRecord(members) ? consumersOf(members, 'consumer') : [];
  });
}

function isListed(plants: readonly Plant[], consumers: readonly Consumer[]): boolean {
  const lengths = new Set([...plants, ...consumers].map(({ energies }) => energies.length));
  if (lengths.size > 1) throw new NotUnderstood('lists of different lengths');
  return !lengths.has(1);
}

function minutesOf(value: Json | undefined): number {
  if (value === undefined) return 15;
  const text = textOf(value);
  const minutes = Number(/^PT(\d+)M$/.exec(text)?.[1] ?? (text === 'PT1H' ? 60 : text));
  if ([5, 10, 15, 30, 60].includes(minutes)) return minutes;
  throw new NotUnderstood(`an interval of ${text}`);
}

function unusedOf(value: Json | undefined): { readonly unused?: 'grid' | 'member' | 'pool' } {
  if (value === undefined) return {};
  const text = textOf(value);
  if (/pool|offer|round|redistrib/i.test(text)) return { unused: 'pool' };
  if (/member|own/i.test(text)) return { unused: 'member' };
  if (/grid|feed/i.test(text)) return { unused: 'grid' };
  throw new NotUnderstood(`the unused share goes to ${text}`);
}

function answered(problem: AllocationProblem, expected: JsonRecord, name: string): Vector {
  const answers = new AllocationAnswers(problem);
  const actual = Object.entries(expected)
    .filter(([key]) => key !== 'why' && key !== 'note')
    .map(([key, value]) => [key, answers.answer(key, value)] as const);
  return { name, expected, actual: Object.fromEntries(actual) };
}

/** The problem a note's vector states: values put in the place of the case's own. */
function noteProblem(
  input: JsonRecord,
  country: string,
  { given, text }: NoteVector,
): AllocationProblem | undefined {
  const values = { ...input };
  for (const [name, value] of given) {
    const total = /^(\w+)\s+total$/.exec(name)?.[1];
    const field = Object.keys(input).find((key) => plainName(key) === plainName(total ?? name));
    const own = consumerField(values, name);
    if (field !== undefined) values[field] = value;
    else if (own !== undefined) Object.assign(values, own(value));
    else throw new NotUnderstood(`notes ${JSON.stringify(text)}: ${name} is nothing of the input`);
  }
  return allocationProblem(values, country);
}

/** A field of the only consumer, as `c` or `k`. */
function consumerField(input: JsonRecord, name: string): ((value: Json) => JsonRecord) | undefined {
  const field = Object.entries(input).find(([key]) => CONSUMER_NAMES.includes(plainName(key)));
  if (field === undefined || !isRecord(field[1])) return undefined;
  const [key, consumers] = field;
  const [only, ...others] = Object.entries(consumers);
  if (only === undefined || others.length > 0 || !isRecord(only[1]) || !(name in only[1])) {
    return undefined;
  }
  const [id, fields] = only;
  return (value) => ({ [key]: { [id]: { ...fields, [name]: value } } });
}

/** A note's results under the names and by the points the case's own expectation has. */
function noteExpectation(
  expected: JsonRecord,
  note: NoteVector,
  problem: AllocationProblem,
): JsonRecord {
  const out: Record<string, Json> = {};
  const ids = new Set([...problem.plants, ...problem.consumers].map(({ id }) => id));
  for (const [name, value] of note.expected) {
    const whole = Object.keys(expected).find(
      (key) => key === name || key.startsWith(`${name}_of_`),
    );
    if (ids.has(name)) {
      const field = Object.entries(expected).find(([, one]) => isRecord(one) && name in one)?.[0];
      if (field === undefined)
        throw new NotUnderstood(`notes: ${name} is nothing of the expectation`);
      out[field] = { ...(out[field] as JsonRecord | undefined), [name]: value };
    } else if (whole !== undefined && isRecord(expected[whole])) {
      const [only = ''] = Object.keys(expected[whole]);
      out[whole] = { [only]: value };
    } else {
      out[whole ?? name] = value;
    }
  }
  return out;
}

function noteRuns(one: CaseFile, input: JsonRecord, expected: JsonRecord): Vector[] {
  return noteVectors(one.notes).flatMap((note) => {
    const problem = noteProblem(input, one.country, note);
    if (problem === undefined) return [];
    return [answered(problem, noteExpectation(expected, note, problem), `notes: ${note.text}`)];
  });
}

/** A pool shared out over claims, in one interval or several. */
export const allocationCases: Executor = {
  kind: 'allocation',
  run(one) {
    const { input, country } = one;
    if (isList(input) && isList(one.expected)) {
      const { expected } = one;
      if (!input.every((each) => isRecord(each) && allocationProblem(each, country)))
        return undefined;
      return input.map((each, index) => {
        const problem = isRecord(each) ? allocationProblem(each, country) : undefined;
        const wanted = expected[index];
        if (problem === undefined || !isRecord(wanted)) throw new NotUnderstood(`vector ${index}`);
        return answered(problem, wanted, `vector ${index}`);
      });
    }
    if (!isRecord(input)) return undefined;
    const problem = allocationProblem(input, country);
    if (problem === undefined) return undefined;
    if (!isRecord(one.expected)) throw new NotUnderstood('expected: expected named results');
    return [answered(problem, one.expected, ''), ...noteRuns(one, input, one.expected)];
  },
};
