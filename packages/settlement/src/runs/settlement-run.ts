import { runKindVerdict } from '@microgrid/community';
import type { Filled } from '@microgrid/metering';
import { SOURCE_PRECEDENCE } from '@microgrid/metering';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { settle } from '../settle.js';
import type { SettledPeriod } from '../settled-period.js';
import type { SettlementContract } from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';
import { MISSING_QUALITY, type SettlementGrid } from '../settlement-grid.js';
import type { RunBasis } from './affected-intervals.js';
import { checkCompleteness, completeness, runRuleOf, type Completeness } from './completeness.js';
import { contractOfVersion, newestContract, type RunPeriod } from './contract-as-known.js';
import { joinedPeriod, type SettledPiece } from './joined-period.js';
import { frameOf, NOT_KNOWN, readingsAsKnown, type PeriodReadings } from './period-readings.js';
import type { RunCalendar } from './run-calendar.js';
import { inputsAsKnownOn, type RunInputs } from './run-inputs.js';
import type { RunKind } from './run-kind.js';
import { statesAsKnown } from './states-of-charge.js';
import { substituteMissing, takesPart, type SubstitutionPolicy } from './substitute-missing.js';

/** Which run is made. */
export interface RunRequest {
  readonly period: RunPeriod;
  readonly kind: RunKind;
  /** The run sees what was known at this instant, nothing later. */
  readonly asKnownOnMs: EpochMs;
  readonly calendar: RunCalendar;
  /** Load profiles that the calendar's substitution methods name. */
  readonly profiles?: SubstitutionPolicy['profiles'];
}

/** A run of a period: one version of its settlement, reproducible from the inputs and the request. */
export interface SettlementRun {
  /** `<community>/<start>/<end>/v<version>`. */
  readonly id: string;
  /** 1 for the first; the next one where a later run came to something else. */
  readonly version: number;
  /** Id of the version this one takes the place of; absent for the first. */
  readonly previous?: string;
  readonly request: RunRequest;
  readonly basis: RunBasis;
  readonly settled: SettledPeriod;
  readonly completeness: Completeness;
  /** Intervals that were made up, with method and sources. */
  readonly substituted: readonly Filled[];
  /** Starts of intervals that wait for a member's readings: nothing of them is settled. */
  readonly stopped: readonly EpochMs[];
  /** Metering points in the readings that the contract does not name. */
  readonly unknownPoints: readonly string[];
}

/** What a run rests on before anything is settled. */
export interface PreparedRun {
  readonly basis: RunBasis;
  readonly inputs: RunInputs;
  readonly completeness: Completeness;
  readonly substituted: readonly Filled[];
  /** 1 where an interval waits for readings. */
  readonly waits: Uint8Array;
  readonly unknownPoints: readonly string[];
}

const OPERATOR = SOURCE_PRECEDENCE.indexOf('dso-file');

/** Where the operator's numbers count, what the community's own gateways say is preliminary. */
function checkDecider(
  { known, contract }: RunBasis,
  { source, grid }: PeriodReadings,
  kind: RunKind,
): void {
  if (runKindVerdict(known.community, kind, 'gateway').outcome === 'eligible') return;
  const size = contract.pointIds.length;
  const own = source.findIndex(
    (from, cell) =>
      from !== OPERATOR &&
      from !== NOT_KNOWN &&
      grid.quality[cell] !== MISSING_QUALITY &&
      takesPart(contract, Math.floor(cell / size), cell % size),
  );
  if (own === -1) return;
  const at = formatInstant(contract.startMs + Math.floor(own / size) * contract.resolutionMs);
  throw new SettlementError(
    'run-not-allowed',
    `${kind} run: ${contract.pointIds[own % size] ?? ''} at ${at} comes from ${SOURCE_PRECEDENCE[source[own] ?? -1] ?? 'nowhere'}; the network operator decides in ${known.community.id}, so only a preliminary run can rest on it: expected the operator's readings`,
  );
}

/** Intervals in which a point that takes part has no energy: 1. */
function waitingIntervals({ contract, grid }: RunBasis): Uint8Array {
  const size = contract.pointIds.length;
  const waits = new Uint8Array(contract.intervals);
  for (let cell = 0; cell < grid.quality.length; cell++) {
    if (grid.quality[cell] !== MISSING_QUALITY) continue;
    const interval = Math.floor(cell / size);
    if (takesPart(contract, interval, cell % size)) waits[interval] = 1;
  }
  return waits;
}

/** Everything up to the settling: what is known, what is made up for it, and whether that is enough. */
export function prepareRun(all: RunInputs, request: RunRequest): PreparedRun {
  const { kind, calendar, period, profiles, asKnownOnMs } = request;
  const rule = runRuleOf(calendar, kind);
  const inputs = inputsAsKnownOn(all, asKnownOnMs);
  const known = newestContract(inputs);
  const contract = contractOfVersion(known, inputs, period);
  const readings = readingsAsKnown(frameOf(contract), inputs.readings);
  const policy: SubstitutionPolicy = {
    methods: known.community.missing === 'substitute' ? calendar.substitution : [],
    holidays: calendar.holidays,
    ...(profiles && { profiles }),
  };
  const { grid, substituted } = substituteMissing(contract, readings.grid, inputs.readings, policy);
  const { statesOfCharge } = inputs;
  const basis: RunBasis = {
    known,
    contract,
    grid,
    ...(statesOfCharge && { statesOfCharge: statesAsKnown(statesOfCharge, contract) }),
  };
  checkDecider(basis, readings, kind);
  const measured = completeness(contract, grid);
  checkCompleteness(contract, measured, rule);
  const waits = waitingIntervals(basis);
  const { unknownPoints } = readings;
  return { basis, inputs, completeness: measured, substituted, waits, unknownPoints };
}

/** Stretches of consecutive intervals where `wanted` is 1. */
export function stretches(wanted: Uint8Array): { readonly at: number; readonly count: number }[] {
  const found: { at: number; count: number }[] = [];
  for (let at = 0; at < wanted.length; at++) {
    if (wanted[at] !== 1) continue;
    const last = found.at(-1);
    if (last !== undefined && last.at + last.count === at) last.count++;
    else found.push({ at, count: 1 });
  }
  return found;
}

function gridOfStretch(
  grid: SettlementGrid,
  period: RunPeriod,
  at: number,
  count: number,
): SettlementGrid {
  const size = grid.points.length;
  const [from, to] = [at * size, (at + count) * size];
  return {
    ...grid,
    ...period,
    importMilliwattHours: grid.importMilliwattHours.subarray(from, to),
    exportMilliwattHours: grid.exportMilliwattHours.subarray(from, to),
    quality: grid.quality.subarray(from, to),
  };
}

/**
 * Settles the marked intervals of a period, each stretch of them as a period of its own.
 * @param contractFor the same rules worked out for a part of the period.
 */
export function settleStretches(
  { contract, grid }: Pick<RunBasis, 'contract' | 'grid'>,
  contractFor: (period: RunPeriod) => SettlementContract,
  wanted: Uint8Array,
): SettledPiece[] {
  const { startMs, resolutionMs, intervals } = contract;
  return stretches(wanted).map(({ at, count }) => {
    if (count === intervals) return { settled: settle(contract, grid), from: 0, at, count };
    const fromMs = startMs + at * resolutionMs;
    const period = { startMs: fromMs, endMs: fromMs + count * resolutionMs };
    const settled = settle(contractFor(period), gridOfStretch(grid, period, at, count));
    return { settled, from: 0, at, count };
  });
}

/** {@link settleStretches} by what a run rests on. */
export function settlePrepared({ basis, inputs }: PreparedRun, wanted: Uint8Array): SettledPiece[] {
  const contractFor = (period: RunPeriod): SettlementContract =>
    contractOfVersion(basis.known, inputs, period);
  return settleStretches(basis, contractFor, wanted);
}

/** Id of a version of a period's settlement. */
export function runId({ known, contract }: RunBasis, version: number): string {
  const { startMs, endMs } = contract;
  return `${known.community.id}/${formatInstant(startMs)}/${formatInstant(endMs)}/v${version}`;
}

/** Instants of the intervals marked 1. */
export function startsOf({ contract }: RunBasis, marks: Uint8Array): EpochMs[] {
  return stretches(marks).flatMap(({ at, count }) =>
    Array.from(
      { length: count },
      (_, index) => contract.startMs + (at + index) * contract.resolutionMs,
    ),
  );
}

/**
 * Makes the first run of a period from what is known at the request's instant. An interval that lacks
 * the readings of a member who takes part waits, unless the contract lets them be substituted; it is
 * never settled with zeros.
 * @throws SettlementError `no-contract`, `conflicting-inputs`, `run-not-allowed`, `incomplete`, or what
 *   {@link settle} refuses.
 */
export function settleRun(inputs: RunInputs, request: RunRequest): SettlementRun {
  const prepared = prepareRun(inputs, request);
  const { basis, waits, completeness: known, substituted, unknownPoints } = prepared;
  const ready = waits.map((waiting) => 1 - waiting);
  // With nothing at all to settle, settling says what is missing first.
  if (!ready.includes(1)) settle(basis.contract, basis.grid);
  return {
    id: runId(basis, 1),
    version: 1,
    request,
    basis,
    settled: joinedPeriod(basis.contract, settlePrepared(prepared, ready)),
    completeness: known,
    substituted,
    stopped: startsOf(basis, waits),
    unknownPoints,
  };
}
