import type { EpochMs } from '@microgrid/units';
import { settle } from '../settle.js';
import type { SettledPeriod } from '../settled-period.js';
import { SettlementError } from '../settlement-error.js';
import { affectedIntervals } from './affected-intervals.js';
import { sameRules } from './contract-as-known.js';
import { differingIntervals } from './differing-intervals.js';
import { joinedPeriod, type SettledPiece } from './joined-period.js';
import type { RunInputs } from './run-inputs.js';
import { runKindOrder } from './run-kind.js';
import {
  prepareRun,
  runId,
  settleRun,
  settlePrepared,
  startsOf,
  stretches,
  type RunRequest,
  type SettlementRun,
} from './settlement-run.js';

/** A period settled again. */
export interface Resettlement {
  /** The new version; the previous one's, with the new request, where nothing came out differently. */
  readonly run: SettlementRun;
  /** Starts of the intervals that had to be settled again because something they depend on changed. */
  readonly recomputed: readonly EpochMs[];
  /** Of these, the ones that came out differently; each has a new version. */
  readonly changed: readonly EpochMs[];
}

/** A later run of a period: what changes but the period. */
export type ResettleRequest = Omit<RunRequest, 'period'>;

/** Kinds go on, never back; the same kind may be made again, and a dispute opens what was final. */
function checkOrder(previous: SettlementRun, { kind, asKnownOnMs }: ResettleRequest): void {
  const before = previous.request;
  const refuse = (what: string): never => {
    throw new SettlementError('run-not-allowed', `${kind} run after ${previous.id}: ${what}`);
  };
  if (runKindOrder(kind) < runKindOrder(before.kind)) {
    refuse(`got ${kind} after ${before.kind}, expected the same kind or a later one`);
  }
  if (before.kind === 'final' && kind === 'final') {
    refuse('the period is closed; expected a dispute to open it again');
  }
  if (asKnownOnMs < before.asKnownOnMs) {
    refuse('it would see less than the run before; expected the same instant or a later one');
  }
}

/** Stretches of intervals that a period keeps, as pieces of itself. */
function keptPieces(settled: SettledPeriod, kept: Uint8Array): SettledPiece[] {
  return stretches(kept).map(({ at, count }) => ({ settled, from: at, count, at }));
}

/**
 * Settles a period again from what is known now. Only intervals are settled again whose readings,
 * prices or rules are not those of the previous version; the result is that of a fresh run.
 * @param previous the newest version so far; what is given is a version after it.
 * @throws SettlementError `run-not-allowed` for a kind or instant before the previous one's, and what
 *   {@link settleRun} refuses.
 */
export function resettle(
  previous: SettlementRun,
  inputs: RunInputs,
  request: ResettleRequest,
): Resettlement {
  checkOrder(previous, request);
  const full: RunRequest = { ...request, period: previous.request.period };
  const prepared = prepareRun(inputs, full);
  const { basis, waits, completeness, substituted, unknownPoints } = prepared;
  const affected = affectedIntervals(previous.basis, basis);
  const wanted = affected.map((mark, interval) => (waits[interval] === 1 ? 0 : mark));
  const kept = affected.map((mark, interval) => (waits[interval] === 1 ? 0 : 1 - mark));
  if (!wanted.includes(1) && !kept.includes(1)) settle(basis.contract, basis.grid);
  const settled = joinedPeriod(basis.contract, [
    ...keptPieces(previous.settled, kept),
    ...settlePrepared(prepared, wanted),
  ]);
  const differs = differingIntervals(previous.settled, settled, affected);
  const isNew = differs.includes(1) || !sameRules(previous.basis.known, basis.known);
  const version = previous.version + (isNew ? 1 : 0);
  return {
    run: {
      ...(isNew ? { previous: previous.id } : previousOf(previous)),
      id: runId(basis, version),
      version,
      request: full,
      basis,
      settled,
      completeness,
      substituted,
      stopped: startsOf(basis, waits),
      unknownPoints,
    },
    recomputed: startsOf(basis, wanted),
    changed: startsOf(basis, differs),
  };
}

function previousOf({ previous }: SettlementRun): Pick<SettlementRun, 'previous'> {
  return previous === undefined ? {} : { previous };
}

/**
 * All versions of a period's settlement, the first by {@link settleRun}, the next ones by
 * {@link resettle}: what was published at each instant, made again from the inputs.
 */
export function settleVersions(
  inputs: RunInputs,
  first: RunRequest,
  later: readonly ResettleRequest[],
): readonly SettlementRun[] {
  const runs = [settleRun(inputs, first)];
  for (const request of later) {
    runs.push(resettle(runs.at(-1) as SettlementRun, inputs, request).run);
  }
  return runs;
}
