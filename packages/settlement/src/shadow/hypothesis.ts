import { INTERVAL_QUALITIES } from '@microgrid/events';
import type { KnownContract } from '../runs/run-inputs.js';
import type { RunBasis } from '../runs/affected-intervals.js';
import { sameRules, type RunPeriod } from '../runs/contract-as-known.js';
import { joinedPeriod } from '../runs/joined-period.js';
import { settleStretches, type SettlementRun } from '../runs/settlement-run.js';
import { takesPart } from '../runs/substitute-missing.js';
import type { SettledPeriod } from '../settled-period.js';
import {
  settlementContract,
  type IntervalPrices,
  type SettlementContract,
} from '../settlement-contract.js';
import { isSettlementError } from '../settlement-error.js';
import type { StatesOfCharge } from '../sharing/export-bounds.js';
import type { SettlementGrid } from '../settlement-grid.js';
import { inferredCoefficients } from './inferred-coefficients.js';
import type { AllocationColumns } from './operator-allocation.js';
import type { DifferenceType } from './shadow-report.js';

/** Other rules that the operator may have settled by, such as coefficients notified before. */
export interface OtherRules {
  /** As evidence names them. */
  readonly name: string;
  readonly rules: Omit<KnownContract, 'knownMs'>;
}

/** Other readings that it may have settled, such as those known when it did. */
export interface OtherReadings {
  /** As evidence names them. */
  readonly name: string;
  readonly grid: SettlementGrid;
}

/**
 * Earlier versions of a run's period as what the operator may have settled by: it often works with the
 * contract and the readings known then.
 * @param runs versions of one period, the newest last.
 */
export function earlierVersions(runs: readonly SettlementRun[]): {
  readonly rules: readonly OtherRules[];
  readonly readings: readonly OtherReadings[];
} {
  const newest = runs.at(-1);
  if (newest === undefined) return { rules: [], readings: [] };
  const points = newest.basis.contract.pointIds.join('\n');
  const earlier = runs
    .slice(0, -1)
    .filter(({ basis }) => basis.contract.pointIds.join('\n') === points)
    .reverse();
  return {
    rules: earlier
      .filter(({ basis }) => !sameRules(basis.known, newest.basis.known))
      .map(({ id, basis }) => ({ name: `the contract of ${id}`, rules: basis.known })),
    readings: earlier.map(({ id, basis }) => ({ name: `of ${id}`, grid: basis.grid })),
  };
}

/** One thing that may be different at the operator's. */
export interface Change {
  readonly type: DifferenceType;
  readonly description: string;
  readonly grid?: SettlementGrid;
  readonly rules?: Omit<KnownContract, 'knownMs'>;
  readonly coefficients?: Readonly<Record<string, string>>;
}

/** Changes one on top of the other, each settled: what the differences are taken apart by. */
export interface Hypothesis {
  readonly id: string;
  readonly steps: readonly { readonly change: Change; readonly settled: SettledPeriod }[];
}

const SUBSTITUTED = INTERVAL_QUALITIES.indexOf('substituted');
const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** The run's own prices of a part of its period: what is tried is another allocation, not other prices. */
function pricesOfPart({ contract }: RunBasis, { startMs, endMs }: RunPeriod): IntervalPrices {
  const from = (startMs - contract.startMs) / contract.resolutionMs;
  const to = (endMs - contract.startMs) / contract.resolutionMs;
  const part = (series: Float64Array): Float64Array => series.slice(from, to);
  const { prices } = contract;
  return {
    import: part(prices.import),
    export: part(prices.export),
    internal: part(prices.internal),
  };
}

/** The run's own states of charge of a part of its period. */
function statesOfPart(
  { contract, statesOfCharge = new Map() }: RunBasis,
  { startMs, endMs }: RunPeriod,
): StatesOfCharge {
  const from = (startMs - contract.startMs) / contract.resolutionMs;
  const to = (endMs - contract.startMs) / contract.resolutionMs;
  return new Map([...statesOfCharge].map(([point, states]) => [point, states.slice(from, to)]));
}

/** The marked intervals without those that lack readings of a point that takes part. */
function whereKnown(
  { contract, grid }: Pick<RunBasis, 'contract' | 'grid'>,
  wanted: Uint8Array,
): Uint8Array {
  const size = contract.pointIds.length;
  return wanted.map((mark, interval) => {
    for (let point = 0; mark === 1 && point < size; point++) {
      if (grid.quality[interval * size + point] !== MISSING) continue;
      if (takesPart(contract, interval, point)) return 0;
    }
    return mark;
  });
}

/** The run's period settled with a change, in the marked intervals; undefined where that cannot be. */
function settledWith(
  run: SettlementRun,
  changes: readonly Change[],
  wanted: Uint8Array,
): SettledPeriod | undefined {
  const { basis, request } = run;
  const known = changes.reduce<KnownContract>(
    (last, { rules }) => ({ ...last, ...rules }),
    basis.known,
  );
  const grid = changes.reduce((last, change) => change.grid ?? last, basis.grid);
  const contractFor = (period: RunPeriod): SettlementContract =>
    settlementContract(known.community, period, {
      ...(known.files && { files: known.files }),
      statesOfCharge: statesOfPart(basis, period),
      knownPrices: () => pricesOfPart(basis, period),
    });
  try {
    const contract = contractFor(request.period);
    const samePoints = contract.pointIds.join('\n') === basis.contract.pointIds.join('\n');
    if (!samePoints) return undefined;
    const known = whereKnown({ contract, grid }, wanted);
    return joinedPeriod(contract, settleStretches({ contract, grid }, contractFor, known));
  } catch (error) {
    // What cannot be settled explains nothing.
    if (isSettlementError(error)) return undefined;
    throw error;
  }
}

/** The run's readings with some cells changed. */
function changedGrid(
  { basis: { grid } }: SettlementRun,
  change: (cell: number) => readonly [imported: number, exported: number] | undefined,
): SettlementGrid | undefined {
  const importMilliwattHours = grid.importMilliwattHours.slice();
  const exportMilliwattHours = grid.exportMilliwattHours.slice();
  let found = false;
  for (let cell = 0; cell < grid.quality.length; cell++) {
    if (grid.quality[cell] === MISSING) continue;
    const energies = change(cell);
    if (energies === undefined) continue;
    [importMilliwattHours[cell], exportMilliwattHours[cell]] = energies;
    found = true;
  }
  return found ? { ...grid, importMilliwattHours, exportMilliwattHours } : undefined;
}

/** Points that the operator speaks of, but not in this interval, settled as if they had nothing. */
function withoutUnsaid(run: SettlementRun, theirs: AllocationColumns): SettlementGrid | undefined {
  const size = theirs.named.length;
  return changedGrid(run, (cell) => {
    const said = !Number.isNaN(theirs.sharedIn[cell]) || !Number.isNaN(theirs.sharedOut[cell]);
    return said || theirs.named[cell % size] !== 1 ? undefined : [0, 0];
  });
}

/** What was made up here settled as nothing. */
function withoutMadeUp(run: SettlementRun): SettlementGrid | undefined {
  const { quality } = run.basis.grid;
  return changedGrid(run, (cell) =>
    (quality[cell] as number) >= SUBSTITUTED ? [0, 0] : undefined,
  );
}

/** The readings that the operator tells. */
function withTheirs(run: SettlementRun, theirs: AllocationColumns): SettlementGrid | undefined {
  const { grid, known } = run.basis;
  const { consumedMilliwattHours, injectedMilliwattHours } = run.settled;
  const netting = known.community.netting === 'interval';
  return changedGrid(run, (cell) => {
    const [consumed, injected] = [theirs.consumed[cell] as number, theirs.injected[cell] as number];
    const takes = Number.isNaN(consumed) ? consumedMilliwattHours[cell] : consumed;
    const gives = Number.isNaN(injected) ? injectedMilliwattHours[cell] : injected;
    const same = takes === consumedMilliwattHours[cell] && gives === injectedMilliwattHours[cell];
    if (same) return undefined;
    // Where the two are netted already, one of them is nothing.
    if (netting && takes !== 0 && gives !== 0) return undefined;
    return netting
      ? [takes as number, gives as number]
      : [
          Number.isNaN(consumed) ? (grid.importMilliwattHours[cell] as number) : consumed,
          Number.isNaN(injected) ? (grid.exportMilliwattHours[cell] as number) : injected,
        ];
  });
}

/** What may be different at the operator's, missing data first, then readings, then the key. */
function changesToTry(
  run: SettlementRun,
  theirs: AllocationColumns,
  unit: number,
  rules: readonly OtherRules[],
  readings: readonly OtherReadings[],
): Change[] {
  const of = (
    type: DifferenceType,
    description: string,
    grid: SettlementGrid | undefined,
  ): Change[] => (grid === undefined ? [] : [{ type, description, grid }]);
  const { community } = run.basis.known;
  const coefficients = inferredCoefficients(run.settled, theirs, unit);
  return [
    ...of(
      'missing data',
      'settled again without the points that it has no figure of in the interval',
      withoutUnsaid(run, theirs),
    ),
    ...of(
      'missing data',
      'settled again without the intervals that were made up here',
      withoutMadeUp(run),
    ),
    ...of('quality', 'settled again with the readings that it tells', withTheirs(run, theirs)),
    ...readings.flatMap(({ name, grid }) =>
      of('quality', `settled again with the readings ${name}`, grid),
    ),
    ...rules.map((other): Change => ({
      type: 'coefficient',
      description: `settled again by ${other.name}`,
      rules: other.rules,
    })),
    ...(community.sharingKey.type === 'proportional'
      ? []
      : [
          {
            type: 'coefficient' as const,
            description: 'settled again pro rata to consumption',
            rules: { community: { ...community, sharingKey: { type: 'proportional' as const } } },
          },
        ]),
    ...(coefficients === undefined
      ? []
      : [
          {
            type: 'coefficient' as const,
            description: 'settled again with the constant coefficients that its figures imply',
            coefficients,
            rules: {
              community: { ...community, sharingKey: { type: 'fixed' as const, coefficients } },
            },
          },
        ]),
  ];
}

/**
 * Everything that is tried on the marked intervals: each change alone, then other readings together with
 * another key.
 */
export function hypotheses(
  run: SettlementRun,
  theirs: AllocationColumns,
  unit: number,
  wanted: Uint8Array,
  others: {
    readonly rules: readonly OtherRules[];
    readonly readings: readonly OtherReadings[];
  },
): Hypothesis[] {
  const changes = changesToTry(run, theirs, unit, others.rules, others.readings);
  const alone = changes.flatMap((change) => {
    const settled = settledWith(run, [change], wanted);
    return settled === undefined ? [] : [{ change, settled }];
  });
  const single = alone.map((step): Hypothesis => ({ id: step.change.description, steps: [step] }));
  const both = alone
    .filter(({ change }) => change.grid !== undefined)
    .flatMap((first) =>
      changes
        .filter(({ rules }) => rules !== undefined)
        .flatMap((change): Hypothesis[] => {
          const settled = settledWith(run, [first.change, change], wanted);
          if (settled === undefined) return [];
          const id = `${first.change.description}; ${change.description}`;
          return [{ id, steps: [first, { change, settled }] }];
        }),
    );
  return [...single, ...both];
}
