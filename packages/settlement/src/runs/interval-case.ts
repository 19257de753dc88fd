import { tokensIn } from '@microgrid/petri';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { agreementPlace } from '../case-net.js';
import { energyMarking } from '../energy-net.js';
import { beginCase, continueCase, whereabouts, type RunningCase } from '../running-case.js';
import type { SettlementContract } from '../settlement-contract.js';
import { SettlementError } from '../settlement-error.js';
import type { SettlementParameters } from '../settlement-parameters.js';
import type { SettlementRun } from './settlement-run.js';
import { versionedEnergyNet, type VersionedReading } from './versioned-net.js';

/** Position of an interval in a run's period. */
function positionOf({ basis, id }: SettlementRun, startMs: EpochMs): number {
  const { contract } = basis;
  const interval = (startMs - contract.startMs) / contract.resolutionMs;
  if (Number.isInteger(interval) && interval >= 0 && interval < contract.intervals) return interval;
  throw new SettlementError(
    'bad-period',
    `interval: got ${formatInstant(startMs)}, expected the start of an interval of ${id}`,
  );
}

/** What a run settled in an interval; 0 where a point that takes no part has no reading. */
function readingOf({ settled }: SettlementRun, interval: number, rules: number): VersionedReading {
  const size = settled.points.length;
  const cut = (column: Float64Array): Float64Array =>
    column.slice(interval * size, (interval + 1) * size);
  return {
    accepted: true,
    rules,
    importMilliwattHours: cut(settled.importMilliwattHours),
    exportMilliwattHours: cut(settled.exportMilliwattHours),
  };
}

function sameReading(a: VersionedReading, b: VersionedReading): boolean {
  const same = (x: Float64Array, y: Float64Array): boolean =>
    x.length === y.length && x.every((value, index) => value === y[index]);
  return (
    same(a.importMilliwattHours, b.importMilliwattHours) &&
    same(a.exportMilliwattHours, b.exportMilliwattHours)
  );
}

const agreed = (step: 'correctLate' | 'correctUpheld' | 'resettle', token: unknown = {}) => ({
  place: agreementPlace(step),
  token,
});

/** The case after the next version: late readings, or the same ones under other rules. */
function corrected(
  energy: RunningCase,
  before: VersionedReading,
  next: VersionedReading,
): RunningCase {
  const inputs =
    sameReading(before, next) && before.rules === next.rules
      ? [agreed('correctUpheld')]
      : sameReading(before, next)
        ? [agreed('correctUpheld', { reading: next })]
        : [{ place: 'reading', token: next }, agreed('correctLate')];
  return continueCase(energy, [...inputs, agreed('resettle')]);
}

/** What the net came to has to be what was published. */
function checkIssued(energy: RunningCase, run: SettlementRun, interval: number): void {
  const size = run.settled.points.length;
  const { sharedInMilliwattHours, sharedOutMilliwattHours } = run.settled;
  for (const [place, column] of [
    ['sharedIn', sharedInMilliwattHours],
    ['sharedOut', sharedOutMilliwattHours],
  ] as const) {
    const [issued] = tokensIn(energy.marking, place) as Float64Array[];
    for (let point = 0; point < size; point++) {
      const found = issued?.[point];
      const published = column[interval * size + point];
      if (found === published) continue;
      throw new SettlementError(
        'not-conserved',
        `${run.id}, interval ${interval}, ${run.settled.points[point] ?? ''}: the net comes to ${place} ${found ?? 'nothing'}, ${published ?? 'nothing'} was published`,
      );
    }
  }
}

/**
 * The energy case of one interval through all versions of its period: first readings, then for each
 * further version the net's correction: the version is taken back exactly and the next one made, from
 * late readings, other rules, or the same again. `caseJournal` gives its journal, which `replay` repeats.
 * The versions before an interval's first readings leave it waiting; a version that withdraws its
 * readings again is where its case stops.
 * @param runs all versions of a period, the first one first.
 * @throws SettlementError `bad-period`, or `not-conserved` where the net comes to something else than was
 *   published.
 */
export function intervalCase(
  runs: readonly SettlementRun[],
  startMs: EpochMs,
  given: Partial<Omit<SettlementParameters, 'netting'>> = {},
): RunningCase {
  const versions = runs.filter(({ version }, index) => runs[index - 1]?.version !== version);
  const contracts: SettlementContract[] = versions.map(({ basis }) => basis.contract);
  const net = versionedEnergyNet(contracts, {
    corrections: Math.max(1, versions.length - 1),
    ...given,
  });
  let energy = beginCase(net, energyMarking(net, contracts[0] as SettlementContract, startMs));
  let before: VersionedReading | undefined;
  for (const [rules, run] of versions.entries()) {
    const interval = positionOf(run, startMs);
    if (run.stopped.includes(startMs)) {
      if (before === undefined) continue;
      return energy;
    }
    const next = readingOf(run, interval, rules);
    energy =
      before === undefined
        ? continueCase(energy, [{ place: 'reading', token: next }])
        : corrected(energy, before, next);
    if (whereabouts(energy).issued === undefined) {
      throw new SettlementError(
        'not-conserved',
        `${run.id}, ${formatInstant(startMs)}: the settlement net came to rest before its event`,
      );
    }
    checkIssued(energy, run, interval);
    before = next;
  }
  return energy;
}
