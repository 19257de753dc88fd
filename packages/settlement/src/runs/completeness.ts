import { INTERVAL_QUALITIES } from '@microgrid/events';
import { formatInstant, parseRatio } from '@microgrid/units';
import type { SettlementContract } from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';
import { MISSING_QUALITY, type SettlementGrid } from '../settlement-grid.js';
import type { RunCalendar, RunRule } from './run-calendar.js';
import type { RunKind } from './run-kind.js';
import { takesPart } from './substitute-missing.js';

/** How much of some intervals is known by measurement. */
export interface KnownShare {
  /** Intervals of metering points that take part in sharing. */
  readonly neededIntervals: number;
  /** Of these, measured or corrected. */
  readonly measuredIntervals: number;
  /** Of these, without any energy. */
  readonly missingIntervals: number;
  /** Import and export of the needed intervals, gross, mWh; made-up values included. */
  readonly energyMilliwattHours: bigint;
  /** Of this, measured or corrected. */
  readonly measuredMilliwattHours: bigint;
}

/** What a run rests on. */
export interface Completeness {
  readonly total: KnownShare;
  /** By member id, in id order. */
  readonly members: Readonly<Record<string, KnownShare>>;
}

const CORRECTED = INTERVAL_QUALITIES.indexOf('corrected');

type Sums = { -readonly [K in keyof KnownShare]: KnownShare[K] };

const none = (): Sums => ({
  neededIntervals: 0,
  measuredIntervals: 0,
  missingIntervals: 0,
  energyMilliwattHours: 0n,
  measuredMilliwattHours: 0n,
});

function plus(a: KnownShare, b: KnownShare): Sums {
  return {
    neededIntervals: a.neededIntervals + b.neededIntervals,
    measuredIntervals: a.measuredIntervals + b.measuredIntervals,
    missingIntervals: a.missingIntervals + b.missingIntervals,
    energyMilliwattHours: a.energyMilliwattHours + b.energyMilliwattHours,
    measuredMilliwattHours: a.measuredMilliwattHours + b.measuredMilliwattHours,
  };
}

function shareOfPoint(contract: SettlementContract, grid: SettlementGrid, point: number): Sums {
  const { intervals } = contract;
  const size = contract.pointIds.length;
  const sums = none();
  for (let interval = 0; interval < intervals; interval++) {
    if (!takesPart(contract, interval, point)) continue;
    const cell = interval * size + point;
    const quality = grid.quality[cell] as number;
    sums.neededIntervals++;
    if (quality === MISSING_QUALITY) {
      sums.missingIntervals++;
      continue;
    }
    const energy =
      BigInt(grid.importMilliwattHours[cell] as number) +
      BigInt(grid.exportMilliwattHours[cell] as number);
    sums.energyMilliwattHours += energy;
    if (quality > CORRECTED) continue;
    sums.measuredIntervals++;
    sums.measuredMilliwattHours += energy;
  }
  return sums;
}

/** How much of a period is known by measurement, per member and in total. */
export function completeness(contract: SettlementContract, grid: SettlementGrid): Completeness {
  const members = contract.members.map(none);
  for (let point = 0; point < contract.pointIds.length; point++) {
    const member = contract.memberOfPoint[point] as number;
    members[member] = plus(members[member] as Sums, shareOfPoint(contract, grid, point));
  }
  return {
    total: members.reduce<KnownShare>(plus, none()),
    members: Object.fromEntries(
      contract.members.map((id, index) => [id, members[index] as KnownShare]),
    ),
  };
}

/** Whether part / whole reaches a share; of nothing, nothing is missing. */
function reaches(part: bigint, whole: bigint, share: string): boolean {
  const { numerator, scale } = parseRatio(share);
  return part * 10n ** BigInt(scale) >= numerator * whole;
}

const percent = (part: bigint, whole: bigint): string =>
  whole === 0n ? '100 %' : `${Number((part * 10_000n) / whole) / 100} %`;

/** What a share lacks of a minimum, in words; undefined when it reaches it. */
function lack(known: KnownShare, minimum: RunRule['minimum']['member']): string | undefined {
  const { neededIntervals, measuredIntervals, missingIntervals } = known;
  const { energyMilliwattHours: energy, measuredMilliwattHours: measured } = known;
  const needed = BigInt(neededIntervals);
  const counted = BigInt(measuredIntervals);
  if (!reaches(counted, needed, minimum.count)) {
    return `${percent(counted, needed)} of its intervals are measured (${measuredIntervals} of ${neededIntervals}, ${missingIntervals} missing), expected a share of at least ${minimum.count}`;
  }
  if (!reaches(measured, energy, minimum.energy)) {
    return `${percent(measured, energy)} of its energy is measured (${measured} of ${energy} mWh), expected a share of at least ${minimum.energy}`;
  }
  return undefined;
}

/**
 * The rule of a kind of run. @throws SettlementError `run-not-allowed` where the calendar has no such run.
 */
export function runRuleOf({ runs }: RunCalendar, kind: RunKind): RunRule {
  const rule = runs.find((each) => each.kind === kind);
  if (rule !== undefined) return rule;
  const known = runs.map((each) => each.kind).join(', ');
  throw new SettlementError(
    'run-not-allowed',
    `run kind: got ${kind}, expected one of the contract's run calendar: ${known}`,
  );
}

/**
 * Refuses a run that rests on less than its kind asks for, or, but for a preliminary one, than the
 * contract does (`minimumMeasuredEnergyShare`, of every member).
 * @throws SettlementError `incomplete` naming the first member (in id order) or the total.
 */
export function checkCompleteness(
  contract: SettlementContract,
  known: Completeness,
  { kind, minimum }: RunRule,
): void {
  const refuse = (what: string, words: string): never => {
    const period = `${formatInstant(contract.startMs)} to ${formatInstant(contract.endMs)}`;
    throw new SettlementError(
      'incomplete',
      `${kind} run of ${period}: ${what}: ${words}; wait for its readings or make an earlier kind of run`,
    );
  };
  const { minimumMeasuredEnergyShare = '0' } = contract.community;
  const energy = kind === 'preliminary' ? '0' : minimumMeasuredEnergyShare;
  for (const [member, share] of Object.entries(known.members)) {
    const words = lack(share, minimum.member) ?? lack(share, { energy, count: '0' });
    if (words !== undefined) refuse(`member ${member}`, words);
  }
  const words = lack(known.total, minimum.total);
  if (words !== undefined) refuse('all members', words);
}
