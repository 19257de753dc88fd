import type { SettledPeriod } from '@microgrid/settlement';
import {
  divideFractions,
  fraction,
  multiplyFractions,
  subtractFractions,
  sumFractions,
  ZERO,
  type Fraction,
} from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import { Refused, type Actual } from '../compare.js';
import { isFraction, ofMillionths } from '../decimal.js';
import { isList, isRecord, plainName, type Json } from '../json.js';
import type { AllocationProblem } from './allocation-problem.js';
import { resultFactor } from './energy-units.js';
import { finerProblem } from './finer-energies.js';
import { settleProblem } from './settle-problem.js';

type Column = (settled: SettledPeriod, cell: number) => number;

const value = (column: Float64Array | undefined, cell: number): number => column?.[cell] ?? 0;
const sharedIn: Column = (one, cell) => value(one.sharedInMilliwattHours, cell);
const sharedOut: Column = (one, cell) => value(one.sharedOutMilliwattHours, cell);
const residual: Column = (one, cell) =>
  value(one.consumedMilliwattHours, cell) - value(one.sharedInMilliwattHours, cell);
/** All that a plant injects and nobody takes, whoever sells it. */
const unshared: Column = (one, cell) =>
  value(one.injectedMilliwattHours, cell) - value(one.sharedOutMilliwattHours, cell);
const takingPart: Column = (one, cell) =>
  value(one.consumedMilliwattHours, cell) + value(one.injectedMilliwattHours, cell);

/** Names that cases give to results, by what they mean. */
const MEANINGS: Readonly<Record<string, readonly string[]>> = {
  taken: [
    'alloc', 'allocated', 'allocation', 'allocations', 'g03', 'sharedin', 'eaut', 'covered',
    'received', 'selfconsumed', 'boughtfromcommunity', 'sharedenergy', 'coveredshare', 'eauth',
    'selfconsumption', 'autoconsumed', 'collective', 'sharedtoconsumers', 'taken',
  ],
  residual: ['net', 'residual', 'residualgrid', 'fromgrid', 'rest', 'supply', 'residualsupply', 'complement', 'supplied', 'gridimport'],
  part: ['share', 'shares', 'entitlement', 'entitlements', 'part', 'theoreticalshare', 'engi', 'eng', 'engh', 'engih', 'g02'],
  unused: ['unused', 'unusedshare', 'ownsurplus', 'membersurplus', 'surplusmember'],
  surplus: [
    'feedin', 'surplus', 'excess', 'excessinjected', 'surplustogrid', 'surplusgrid', 'gridfeedin',
    'togrid', 'soldtogrid', 'p01t', 'p01', 'exported', 'unshared',
  ],
  shared: ['shared', 'sharedtotal', 'totalshared', 'poolused', 'eshared', 'energyshared'],
  given: ['attributed', 'attribution', 'sharedout', 'given', 'plants', 'byplant'],
  takingPart: ['g01t', 'participating'],
}; // prettier-ignore

/** The settled intervals of a case, asked by the names cases use. */
export class AllocationAnswers {
  private readonly problem: AllocationProblem;
  private readonly factor: Fraction;
  private readonly settled: SettledPeriod | Refused;
  private whole: SettledPeriod | Refused | undefined;

  /** @param finest settle in the smallest unit that fits, not in mWh. */
  constructor(problem: AllocationProblem, finest = false) {
    const finer = finerProblem(problem, finest);
    this.problem = finer.problem;
    this.factor = finer.factor;
    this.settled = settleProblem(finer.problem);
  }

  /** That the input was refused, or that it was not. */
  verdict(): Actual {
    return this.settled instanceof Refused ? this.settled : 'accepted';
  }

  /** What came out under a name. @throws NotUnderstood for one that means nothing here. */
  answer(name: string, expected: Json): Actual {
    const factor = divideFractions(resultFactor(name, this.problem), this.factor);
    return times(this.answerInUnits(name, expected), factor);
  }

  private answerInUnits(name: string, expected: Json): Actual {
    if (this.settled instanceof Refused) return this.settled;
    const ofOne = /^(?:surplus|unused)_of_(.+?)(?:_to_grid)?$/.exec(name)?.[1];
    if (ofOne !== undefined) return this.unusedPart(ofOne);
    const plain = plainName(name);
    const summed = /^total_?(.+)$/i.exec(name)?.[1];
    if (summed !== undefined && !isRecord(expected) && !isList(expected)) {
      const each = this.answerInUnits(summed, expected);
      return Array.isArray(each) ? sumFractions(each as readonly Fraction[]) : each;
    }
    const meaning = Object.entries(MEANINGS).find(([, names]) => names.includes(plain))?.[0];
    if (meaning === undefined) throw new NotUnderstood(`expected.${name} means nothing here`);
    return isRecord(expected)
      ? Object.fromEntries(Object.keys(expected).map((id) => [id, this.ofPoint(meaning, id)]))
      : this.ofAll(meaning);
  }

  private ofPoint(meaning: string, id: string): Actual {
    const { problem } = this;
    const plant = problem.plants.some((one) => one.id === id);
    if (!plant && !problem.consumers.some((one) => one.id === id)) {
      throw new NotUnderstood(`expected values of ${id}, which the input does not have`);
    }
    switch (meaning) {
      case 'taken':
        return this.column(id, sharedIn);
      case 'residual':
        return this.column(id, residual);
      case 'part':
        return this.partOf(id);
      case 'unused':
        return this.unusedPart(id);
      case 'shared':
        return this.column(id, plant ? sharedOut : sharedIn);
      case 'surplus':
        return plant || this.injects(id) ? this.column(id, unshared) : this.unusedPart(id);
      case 'given':
        return this.column(id, sharedOut);
      case 'takingPart':
        return this.column(id, takingPart);
      default:
        throw new NotUnderstood(`expected one number for ${meaning}, not one by point`);
    }
  }

  private ofAll(meaning: string): Actual {
    const { consumers, plants } = this.problem;
    const everybody = [...plants, ...consumers].map(({ id }) => id);
    const total = (column: Column): Actual => this.column(everybody, column);
    switch (meaning) {
      case 'surplus':
        return total(unshared);
      case 'shared':
      case 'given':
        return total(sharedOut);
      case 'taken':
        return total(sharedIn);
      case 'residual':
        return total(residual);
      case 'part':
      case 'unused': {
        const [only, ...others] = consumers;
        if (only === undefined || others.length > 0) {
          throw new NotUnderstood(`expected the ${meaning} of one of several consumers`);
        }
        return this.ofPoint(meaning, only.id);
      }
      default:
        throw new NotUnderstood(`expected values by point for ${meaning}`);
    }
  }

  private injects(id: string): boolean {
    return this.problem.consumers.some((one) => one.id === id && one.injected !== undefined);
  }

  /** kWh of one or more points: a number, or a list where the case has a list of intervals. */
  private column(id: string | readonly string[], column: Column, from = this.settled): Actual {
    if (from instanceof Refused) return from;
    const ids = typeof id === 'string' ? [id] : id;
    const values = Array.from({ length: from.intervals }, (_, interval) =>
      sumFractions(
        ids.map((one) =>
          ofMillionths(column(from, interval * from.points.length + from.points.indexOf(one))),
        ),
      ),
    );
    return this.problem.listed ? values : (values[0] ?? null);
  }

  /** What a point would take if it could use everything: its part of the pool. */
  private partOf(id: string): Actual {
    const { problem } = this;
    const { type } = problem.key;
    if (type !== 'fixed' && type !== 'proportional') {
      throw new NotUnderstood('expected shares of a key whose parts depend on what others claim');
    }
    const injections = [
      ...problem.plants.map(({ energies }) => energies),
      ...problem.consumers.flatMap(({ injected }) => (injected ? [injected] : [])),
    ];
    const pool = Array.from({ length: injections[0]?.length ?? 0 }, (_, at) =>
      sumFractions(injections.flatMap((energies) => energies[at] ?? [])),
    );
    const claims = (at: number): Fraction =>
      sumFractions(problem.consumers.flatMap(({ energies }) => energies[at] ?? []));
    // Parts in proportion stay the same where all claims grow alike, here to more than the pool.
    // Of a claim at least one percent takes part, where there are participation factors.
    const leastPart = problem.consumers.some(({ percent }) => percent !== undefined) ? 100n : 1n;
    const enough = (energy: Fraction, at: number): Fraction => {
      const [all, needed] = [claims(at), pool[at] ?? ZERO];
      const times = all.numerator === 0n ? ZERO : divideFractions(needed, all);
      return multiplyFractions(
        energy,
        fraction((times.numerator / times.denominator + 1n) * leastPart),
      );
    };
    const consumers = problem.consumers.map((one) => ({
      ...one,
      energies: type === 'fixed' ? pool : one.energies.map(enough),
    }));
    this.whole ??= settleProblem({ ...problem, consumers });
    return this.column(id, sharedIn, this.whole);
  }

  private unusedPart(id: string): Actual {
    const part = this.partOf(id);
    const taken = this.column(id, sharedIn);
    if (part instanceof Refused) return part;
    const less = (a: Actual, b: Actual): Fraction =>
      subtractFractions(a as Fraction, b as Fraction);
    if (!Array.isArray(part)) return less(part, taken);
    return (part as readonly Actual[]).map((one, at) =>
      less(one, (taken as readonly Actual[])[at] ?? null),
    );
  }
}

/** Every number of a result times a factor. */
function times(actual: Actual, factor: Fraction): Actual {
  if (isFraction(actual)) return multiplyFractions(actual, factor);
  if (Array.isArray(actual)) {
    return (actual as readonly Actual[]).map((one) => times(one, factor));
  }
  if (typeof actual !== 'object' || actual === null || actual instanceof Refused) return actual;
  return Object.fromEntries(
    Object.entries(actual).map(([name, one]) => [
      name,
      one === undefined ? one : times(one, factor),
    ]),
  );
}
