import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, type Pico } from '@microgrid/units';
import type { SettlementRun } from '../runs/settlement-run.js';
import type { SettledPeriod } from '../settled-period.js';
import { fileMistakes, type FileMistake } from './file-mistakes.js';
import { hypotheses, type Hypothesis, type OtherReadings, type OtherRules } from './hypothesis.js';
import {
  allocationColumns,
  NO_QUALITY,
  type AllocatedInterval,
  type AllocationColumns,
  type OperatorAllocation,
  type SharedFlow,
} from './operator-allocation.js';
import {
  ShadowSums,
  type Difference,
  type DifferenceType,
  type Evidence,
  type ShadowReport,
  type ShadowSum,
} from './shadow-report.js';

/** What the operator may have done differently, to be tried beside what is always tried. */
export interface ShadowOptions {
  /** Other rules, such as coefficients notified before. Default none. */
  readonly rules?: readonly OtherRules[];
  /** Other readings, such as those known when it settled. Default none. */
  readonly readings?: readonly OtherReadings[];
}

const FLOWS = ['sharedIn', 'sharedOut'] as const;
const SUBSTITUTED = INTERVAL_QUALITIES.indexOf('substituted');

/** A typed part of a figure's difference. */
interface Part {
  readonly type: DifferenceType;
  readonly evidence: Omit<Evidence, 'id' | 'intervals'>;
  readonly energy: number;
}

const NO_FIGURE = {
  type: 'missing data',
  description: 'the operator has no figure; all of ours is the difference',
} as const;
const WAITING = {
  type: 'missing data',
  description: 'this run waits for readings of the interval; all of its figure is the difference',
} as const;
const UNKNOWN_POINT = {
  type: 'missing data',
  description: 'the contract does not have the metering point; all of its figure is the difference',
} as const;
const MADE_UP = {
  type: 'quality',
  description:
    'one side made the reading up, as its quality says; no readings that prove it are known',
} as const;
const UNEXPLAINED = {
  type: 'unexplained',
  description: 'nothing that was tried comes to its figures',
} as const;

const oursOf = (settled: SettledPeriod, flow: SharedFlow): Float64Array =>
  flow === 'sharedIn' ? settled.sharedInMilliwattHours : settled.sharedOutMilliwattHours;

/** Finds out why figures differ, interval by interval. */
class Comparison {
  private readonly waits: ReadonlySet<number>;
  private readonly rounding: Omit<Evidence, 'id' | 'intervals'>;
  private readonly mistakes: readonly FileMistake[];
  private readonly tried: readonly Hypothesis[];

  constructor(
    private readonly run: SettlementRun,
    private readonly theirs: AllocationColumns,
    private readonly unit: number,
    others: Required<ShadowOptions>,
  ) {
    this.waits = new Set(run.stopped);
    this.rounding = {
      type: 'rounding',
      description: `at most ${unit} mWh, one unit of the last digit of its figures`,
    };
    const { settled } = run;
    const wanted = Uint8Array.from({ length: settled.intervals }, (_, interval) =>
      !this.isWaiting(interval) && this.differsBy(interval, unit) ? 1 : 0,
    );
    const some = wanted.includes(1);
    this.mistakes = some ? fileMistakes(settled, theirs, unit) : [];
    this.tried = some ? hypotheses(run, theirs, unit, wanted, others) : [];
  }

  isWaiting(interval: number): boolean {
    const { startMs, resolutionMs } = this.run.settled;
    return this.waits.has(startMs + interval * resolutionMs);
  }

  /** Whether some figure of an interval is further from ours than a number of mWh. */
  private differsBy(interval: number, most: number): boolean {
    return this.some(interval, (flow, cell) => {
      const figure = this.theirs[flow][cell] as number;
      const own = oursOf(this.run.settled, flow)[cell] as number;
      return Number.isNaN(figure) ? false : Math.abs(own - figure) > most;
    });
  }

  private some(interval: number, test: (flow: SharedFlow, cell: number) => boolean): boolean {
    const size = this.run.settled.points.length;
    for (const flow of FLOWS) {
      for (let cell = interval * size; cell < (interval + 1) * size; cell++) {
        if (test(flow, cell)) return true;
      }
    }
    return false;
  }

  /** What takes the differences of an interval's figures apart: parts of each figure, in order. */
  partsOf(interval: number): (flow: SharedFlow, cell: number) => readonly Part[] {
    if (this.isWaiting(interval)) {
      return (flow, cell) => [
        { type: WAITING.type, evidence: WAITING, energy: -(this.theirs[flow][cell] as number) },
      ];
    }
    if (!this.differsBy(interval, this.unit)) return (flow, cell) => this.plain(flow, cell);
    const mistake = this.mistakes.find(
      (each) => each.seen[interval] === 1 && this.isMistake(each, interval),
    );
    if (mistake !== undefined) {
      return (flow, cell) => this.byMistake(mistake, flow, cell, interval);
    }
    const hypothesis = this.tried.find((each) => this.explains(each, interval));
    if (hypothesis === undefined) return (flow, cell) => this.plain(flow, cell);
    return (flow, cell) => this.byHypothesis(hypothesis, flow, cell);
  }

  private isMistake({ expected, type }: FileMistake, interval: number): boolean {
    const size = this.run.settled.points.length;
    return !this.some(interval, (flow, cell) => {
      const figure = this.theirs[flow][cell] as number;
      const value = expected(flow, interval, cell % size);
      if (Number.isNaN(figure) || value === undefined) return false;
      const own = oursOf(this.run.settled, flow)[cell] as number;
      const digit = type === 'unit' && own > 0 ? Math.max(this.unit, value / own) : this.unit;
      return Math.abs(figure - value) > digit;
    });
  }

  private explains({ steps }: Hypothesis, interval: number): boolean {
    const settled = steps.at(-1)?.settled as SettledPeriod;
    // With these readings it waits.
    if (!settled.firings(interval).includes('issueEvent')) return false;
    return !this.some(interval, (flow, cell) => {
      const figure = this.theirs[flow][cell] as number;
      if (Number.isNaN(figure)) return false;
      return Math.abs((oursOf(settled, flow)[cell] as number) - figure) > this.unit;
    });
  }

  private byMistake(
    { type, description, expected }: FileMistake,
    flow: SharedFlow,
    cell: number,
    interval: number,
  ): readonly Part[] {
    const value = expected(flow, interval, cell % this.run.settled.points.length);
    const figure = this.theirs[flow][cell] as number;
    if (Number.isNaN(figure) || value === undefined) return this.plain(flow, cell);
    const own = oursOf(this.run.settled, flow)[cell] as number;
    return [
      { type, evidence: { type, description }, energy: own - value },
      { type: 'rounding', evidence: this.rounding, energy: value - figure },
    ];
  }

  private byHypothesis({ steps }: Hypothesis, flow: SharedFlow, cell: number): readonly Part[] {
    const figure = this.theirs[flow][cell] as number;
    if (Number.isNaN(figure)) return this.plain(flow, cell);
    let before = oursOf(this.run.settled, flow)[cell] as number;
    const parts = steps.map(({ change, settled }): Part => {
      const { type, description, coefficients } = change;
      const value = oursOf(settled, flow)[cell] as number;
      const energy = before - value;
      before = value;
      return {
        type,
        evidence: { type, description, ...(coefficients && { coefficients }) },
        energy,
      };
    });
    return [...parts, { type: 'rounding', evidence: this.rounding, energy: before - figure }];
  }

  /** A figure by itself, where nothing explains its interval. */
  private plain(flow: SharedFlow, cell: number): readonly Part[] {
    const own = oursOf(this.run.settled, flow)[cell] as number;
    const figure = this.theirs[flow][cell] as number;
    if (Number.isNaN(figure)) {
      return [{ type: NO_FIGURE.type, evidence: NO_FIGURE, energy: own }];
    }
    const energy = own - figure;
    if (Math.abs(energy) <= this.unit) {
      return [{ type: 'rounding', evidence: this.rounding, energy }];
    }
    const told = this.theirs.quality[cell] as number;
    const madeUp =
      (this.run.settled.quality[cell] as number) >= SUBSTITUTED ||
      (told !== NO_QUALITY && told >= SUBSTITUTED);
    const evidence = madeUp ? MADE_UP : UNEXPLAINED;
    return [{ type: evidence.type, evidence, energy }];
  }
}

/** What a mWh more shared costs the member more, 10^-12 currency units. */
function worth(settled: SettledPeriod, flow: SharedFlow, interval: number): Pico {
  const { prices, internalAmounts } = settled;
  const market =
    flow === 'sharedIn'
      ? internalAmounts?.buyersPrices[interval]
      : internalAmounts?.sellersPrices[interval];
  const internal =
    market === undefined || Number.isNaN(market) ? (prices.internal[interval] as number) : market;
  return flow === 'sharedIn'
    ? BigInt(internal) - BigInt(prices.import[interval] as number)
    : BigInt(prices.export[interval] as number) - BigInt(internal);
}

type FlowSums = Record<SharedFlow, ShadowSums>;
const flowSums = (): FlowSums => ({ sharedIn: new ShadowSums(), sharedOut: new ShadowSums() });

/** Collects what was found, and adds it up by type, member and interval. */
class Findings {
  readonly differences: Difference[] = [];
  /** Flows that the operator has any figure of: only these are compared. */
  private readonly flows: readonly SharedFlow[];
  readonly totals = flowSums();
  readonly members: FlowSums[];
  readonly intervals: (ShadowSum & { start: string; flow: SharedFlow })[] = [];
  compared = 0;
  equal = 0;
  private readonly evidences = new Map<
    string,
    { readonly evidence: Omit<Evidence, 'intervals'>; readonly intervals: Set<number> }
  >();

  constructor(
    private readonly settled: SettledPeriod,
    private readonly theirs: AllocationColumns,
  ) {
    this.members = settled.members.map(flowSums);
    this.flows = FLOWS.filter(
      (flow) =>
        theirs[flow].some((figure) => !Number.isNaN(figure)) ||
        theirs.unknown.some((row) => (row.flow ?? 'sharedIn') === flow),
    );
  }

  get evidence(): Evidence[] {
    return [...this.evidences.values()].map(({ evidence, intervals }) => ({
      ...evidence,
      intervals: intervals.size,
    }));
  }

  interval(interval: number, comparison: Comparison): void {
    const { theirs } = this;
    const size = this.settled.points.length;
    const waits = comparison.isWaiting(interval);
    const partsOf = comparison.partsOf(interval);
    for (const flow of this.flows) {
      const own = new ShadowSums();
      for (let point = 0; point < size; point++) {
        const cell = interval * size + point;
        const told = theirs[flow][cell] as number;
        const figure = Number.isNaN(told) ? undefined : told;
        const value = waits ? undefined : (oursOf(this.settled, flow)[cell] as number);
        // Neither side has anything to say of it.
        if (figure === undefined && (value === undefined || value === 0)) continue;
        const sums = [own, this.totals[flow], this.memberOf(point)[flow]];
        for (const each of sums) each.figure(value, figure);
        if (figure !== undefined && value !== undefined) this.compared++;
        if (figure === value) this.equal++;
        else this.add(interval, flow, point, partsOf(flow, cell), sums);
      }
      if (own.differs) this.intervals.push({ start: this.startOf(interval), flow, ...own.sum() });
    }
  }

  /** Figures of metering points that the contract does not have. */
  unknown(row: AllocatedInterval): void {
    const { meteringPoint, startMs, flow = 'sharedIn', allocatedMilliwattHours: energy } = row;
    if (energy === undefined || energy === 0) return;
    const interval = (startMs - this.settled.startMs) / this.settled.resolutionMs;
    this.totals[flow].figure(undefined, energy);
    this.totals[flow].difference(UNKNOWN_POINT.type, -energy, 0n);
    this.differences.push({
      type: UNKNOWN_POINT.type,
      evidence: this.evidenceOf(UNKNOWN_POINT, interval),
      meteringPoint,
      start: formatInstant(startMs),
      flow,
      milliwattHours: -energy,
      costPico: '0',
    });
  }

  private memberOf(point: number): FlowSums {
    return this.members[this.settled.memberOfPoint[point] as number] as FlowSums;
  }

  private startOf(interval: number): string {
    return formatInstant(this.settled.startMs + interval * this.settled.resolutionMs);
  }

  private add(
    interval: number,
    flow: SharedFlow,
    point: number,
    parts: readonly Part[],
    sums: readonly ShadowSums[],
  ): void {
    const { points, members, memberOfPoint } = this.settled;
    const perMilliwattHour = worth(this.settled, flow, interval);
    for (const { type, evidence, energy } of parts) {
      if (energy === 0) continue;
      const cost = BigInt(energy) * perMilliwattHour;
      for (const each of sums) each.difference(type, energy, cost);
      this.differences.push({
        type,
        evidence: this.evidenceOf(evidence, interval),
        meteringPoint: points[point] ?? '',
        member: members[memberOfPoint[point] ?? -1] ?? '',
        start: this.startOf(interval),
        flow,
        milliwattHours: energy,
        costPico: cost.toString(),
      });
    }
  }

  private evidenceOf(evidence: Part['evidence'], interval: number): string {
    const known = this.evidences.get(evidence.description);
    if (known !== undefined) {
      known.intervals.add(interval);
      return known.evidence.id;
    }
    const id = `e${this.evidences.size + 1}`;
    this.evidences.set(evidence.description, {
      evidence: { id, ...evidence },
      intervals: new Set([interval]),
    });
    return id;
  }
}

/** The sums of flows that either side has anything of. */
function sumsOf(sums: FlowSums): ShadowReport['flows'] {
  return Object.fromEntries(
    FLOWS.map((flow) => [flow, sums[flow].sum()] as const).filter(
      ([, { ours, theirs }]) => ours !== '0' || theirs !== '0',
    ),
  );
}

/**
 * Compares a run with the network operator's own allocation of the period, figure by figure. Every
 * difference is typed; a type that another figure could disprove is proved by settling the interval again
 * with what it says was different: all figures of the interval then have to be the operator's, to its
 * last digit. The parts add up to the difference exactly, per figure, member, interval and in all.
 * @throws SettlementError `bad-value`, `bad-grid`, `conflicting-inputs` for an allocation that cannot be
 *   read.
 */
export function shadowSettlement(
  run: SettlementRun,
  allocation: OperatorAllocation,
  { rules = [], readings = [] }: ShadowOptions = {},
): ShadowReport {
  const { settled, basis } = run;
  const theirs = allocationColumns(allocation, basis.contract);
  const unit = allocation.unitMilliwattHours;
  const comparison = new Comparison(run, theirs, unit, { rules, readings });
  const findings = new Findings(settled, theirs);
  for (let interval = 0; interval < settled.intervals; interval++) {
    findings.interval(interval, comparison);
  }
  for (const row of theirs.unknown) findings.unknown(row);
  const { community } = basis.known;
  return {
    run: run.id,
    community: community.id,
    start: formatInstant(settled.startMs),
    end: formatInstant(settled.endMs),
    currency: community.currency,
    compared: findings.compared,
    equal: findings.equal,
    outsidePeriod: theirs.outside,
    flows: sumsOf(findings.totals),
    members: Object.fromEntries(
      settled.members.map((id, index) => [id, sumsOf(findings.members[index] as FlowSums)]),
    ),
    intervals: findings.intervals,
    evidence: findings.evidence,
    differences: findings.differences,
  };
}
