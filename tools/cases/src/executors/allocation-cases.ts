import { NotUnderstood } from '../case-error.js';
import type { CaseFile } from '../case-file.js';
import { compare, expectsRefusal, type Actual } from '../compare.js';
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
  WITHIN_NAMES,
  withCoefficients,
  words,
} from './allocation-key.js';
import { isScalar, plantsIn } from './allocation-plants.js';
import type { AllocationProblem, Consumer, Plant } from './allocation-problem.js';
import { inOneUnit } from './energy-units.js';
import { EX_POST_FILE, EX_POST_NAMES, exPostFile } from './ex-post-file.js';
import { noteExpectation, noteInput } from './allocation-notes.js';
import { noteVectors } from './note-vectors.js';

const DURATION_NAMES = ['intervalmin', 'interval', 'minutes', 'resolution', 'resolutionmin'];
const UNUSED_NAMES = ['unused', 'unusedshare', 'unusedpart', 'unusedrule', 'leftover', 'reoffer'];
const NETTING_NAMES = ['netting'];
const SUM_NAMES = ['sum', 'renormalise'];

const KNOWN = [
  EX_POST_NAMES,
  POOL_NAMES, PLANT_NAMES, CONSUMER_NAMES, MIXED_NAMES, DURATION_NAMES, UNUSED_NAMES, NETTING_NAMES,
  SUM_NAMES, COEFFICIENT_TABLES, GROUP_NAMES, KEY_NAMES, PAIR_NAMES, PRIORITY_NAMES, WITHIN_NAMES,
].flat(); // prettier-ignore

/** What an input shares out, or nothing where it holds no pool and no claims. */
export function allocationProblem(
  stated: JsonRecord,
  country: string,
): AllocationProblem | undefined {
  const { input, size } = inOneUnit(stated);
  const producers = plantsIn(input);
  const unlabelled = named(input, CONSUMER_NAMES);
  const mixed = named(input, MIXED_NAMES);
  const claims = [
    ...(unlabelled === undefined ? groupedClaims(named(input, GROUP_NAMES)) : []),
    ...(unlabelled === undefined ? [] : claimsOf(unlabelled)),
    ...(mixed === undefined ? [] : membersOf(mixed, 'members')),
  ];
  if (claims.length === 0) return undefined;
  if (producers.length === 0 && !claims.some(({ injected }) => injected !== undefined))
    return undefined;
  for (const key of Object.keys(input)) {
    if (!KNOWN.includes(plainName(key))) throw new NotUnderstood(`input.${key} means nothing here`);
  }
  const { plants, consumers } = withProsumers(producers, withCoefficients(input, claims));
  const minutes = minutesOf(named(input, DURATION_NAMES));
  const given = named(input, EX_POST_NAMES);
  return {
    minutes,
    plants,
    consumers,
    ...(given === undefined
      ? { key: allocationKey(input, consumers) }
      : {
          key: { type: 'exPost', file: EX_POST_FILE, values: 'energy' },
          files: exPostFile(given, minutes),
        }),
    ...unusedOf(named(input, UNUSED_NAMES), words(input)),
    netting: named(input, NETTING_NAMES) === 'interval' ? 'interval' : 'none',
    country,
    size,
    listed: isListed(plants, consumers),
  };
}

/** Who is named as a producer and as a consumer is one point that does both. */
function withProsumers(
  plants: readonly Plant[],
  consumers: readonly Consumer[],
): Pick<AllocationProblem, 'plants' | 'consumers'> {
  const both = (id: string): boolean =>
    plants.some((one) => one.id === id) && consumers.some((one) => one.id === id);
  return {
    plants: plants.filter(({ id }) => !both(id)),
    consumers: consumers.map((one) => {
      const { energies: injected, ...plant } = plants.find(({ id }) => id === one.id) ?? {};
      if (injected === undefined) return one;
      if (one.injected !== undefined)
        throw new NotUnderstood(`${one.id}: what it injects is stated twice`);
      return { ...plant, ...one, injected };
    }),
  };
}

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

/** Where unused parts go. A key of ranks with equal parts inside means that they are offered again. */
function unusedOf(
  value: Json | undefined,
  said: string,
): { readonly unused?: 'grid' | 'member' | 'pool' } {
  if (value === undefined) {
    const again = /re.?(?:alloc|offer|distrib|affect)|r[ée]affect/i.test(said);
    const ranked = /prior/i.test(said) && /equal|[ée]galit/i.test(said);
    const never = /\b(?:not?|without|sans|un)\b.{0,12}re/i.test(said);
    return (again || ranked) && !never ? { unused: 'pool' } : {};
  }
  if (typeof value === 'boolean') return { unused: value ? 'pool' : 'grid' };
  const text = textOf(value);
  if (/pool|re.?alloc|offer|round|redistrib/i.test(text)) return { unused: 'pool' };
  if (/member|own/i.test(text)) return { unused: 'member' };
  if (/grid|feed/i.test(text)) return { unused: 'grid' };
  throw new NotUnderstood(`the unused share goes to ${text}`);
}

function answered(
  problem: AllocationProblem,
  expected: Json,
  name: string,
  tolerance: string,
): Vector {
  const inMilliwattHours = answersTo(problem, expected, false);
  // Where less than a mWh is allowed, a case may mean the quotients and not whole mWh.
  const allowsLess = Number(tolerance) < 1e-5;
  const differs = allowsLess && compare(expected, inMilliwattHours, tolerance).length > 0;
  const actual = differs ? answersTo(problem, expected, true) : inMilliwattHours;
  return { name, expected, actual };
}

function answersTo(problem: AllocationProblem, expected: Json, finest: boolean): Actual {
  const answers = new AllocationAnswers(problem, finest);
  if (expectsRefusal(expected)) return answers.verdict();
  if (!isRecord(expected)) throw new NotUnderstood('expected: expected named results');
  const actual = Object.entries(expected).map(
    ([key, value]) => [key, answers.answer(key, value)] as const,
  );
  return Object.fromEntries(actual);
}

function noteRuns(one: CaseFile, input: JsonRecord, expected: JsonRecord): Vector[] {
  return noteVectors(one.notes).flatMap((note) => {
    const problem = allocationProblem(noteInput(input, note), one.country);
    if (problem === undefined) return [];
    const wanted = noteExpectation(expected, note, problem);
    return [answered(problem, wanted, `notes: ${note.text}`, one.tolerance)];
  });
}

/** A list of cases over the fields they share, as a list of whole inputs. */
function casesOf(input: Json): Json {
  if (!isRecord(input) || !isList(input['cases'])) return input;
  const { cases, ...shared } = input;
  const whole = cases.map((own) => (isRecord(own) ? { ...shared, ...own } : undefined));
  const known = whole.filter((own) => own !== undefined);
  return known.length === whole.length ? known : input;
}

/** A pool shared out over claims, in one interval or several. */
export const allocationCases: Executor = {
  kind: 'allocation',
  run(one) {
    const { country, tolerance } = one;
    const input = casesOf(one.input);
    if (isList(input) && isList(one.expected)) {
      const { expected } = one;
      if (!input.every((each) => isRecord(each) && allocationProblem(each, country)))
        return undefined;
      return input.map((each, index) => {
        const problem = isRecord(each) ? allocationProblem(each, country) : undefined;
        const wanted = expected[index];
        if (problem === undefined || wanted === undefined)
          throw new NotUnderstood(`vector ${index}`);
        return answered(problem, wanted, `vector ${index}`, tolerance);
      });
    }
    if (!isRecord(input)) return undefined;
    const problem = allocationProblem(input, country);
    if (problem === undefined) return undefined;
    const notes = isRecord(one.expected) ? noteRuns(one, input, one.expected) : [];
    return [answered(problem, one.expected, '', tolerance), ...notes];
  },
};
