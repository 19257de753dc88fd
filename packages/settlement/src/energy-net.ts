import {
  createMarking,
  run,
  type Firing,
  type Marking,
  type Net,
  type Token,
  type TokenWeight,
} from '@microgrid/petri';
import type { EpochMs } from '@microgrid/units';
import { agreementPlace, caseNet, type ControlToken } from './case-net.js';
import type { EnergyCase, IntervalReading, SupersededVersion } from './energy-case.js';
import { energyBehaviours } from './energy-steps.js';
import type { SettlementContract } from './settlement-contract.js';
import { isEnergyPlace, type StepName } from './settlement-net.js';
import { SettlementError } from './settlement-error.js';
import { settlementParameters, type SettlementParameters } from './settlement-parameters.js';
import { Workspace, type ColumnSource } from './workspace.js';

const EMITTING: ReadonlySet<StepName> = new Set<StepName>([
  'refuseReading',
  'substitute',
  'giveUpRepair',
  'issueEvent',
  'correctLate',
  'correctUpheld',
  'resettle',
  'escalateLate',
  'escalateUpheld',
  'noteLate',
  'close',
  'closeManually',
]);

type Side = 'importMilliwattHours' | 'exportMilliwattHours';

/** The exact sum of a column, whatever its size. */
function columnWeight(column: Float64Array): bigint {
  return column.reduce((sum, value) => sum + BigInt(value), 0n);
}

/** Readings that are on their way in, and those that others took the place of. */
function outside(side: Side): Record<string, TokenWeight<unknown>> {
  const of = (reading: IntervalReading | undefined): bigint =>
    // Refused readings are no energy.
    reading?.accepted === true ? columnWeight(reading[side]) : 0n;
  return {
    reading: (token) => of(token as IntervalReading),
    profile: (token) => of(token as IntervalReading),
    late: (token) => of((token as ControlToken<IntervalReading>).data),
    reversing: (token) => of((token as ControlToken<EnergyCase>).data?.correction),
    [agreementPlace('correctUpheld')]: (token) =>
      of((token as { readonly reading?: IntervalReading }).reading),
    unsettledReadings: (token) =>
      (token as readonly IntervalReading[]).reduce((sum, reading) => sum + of(reading), 0n),
    superseded: (token) =>
      (token as readonly SupersededVersion[]).reduce(
        (sum, version) => sum + columnWeight(version[side]),
        0n,
      ),
  };
}

/** The parameters of a contract's nets: netting is the contract's, the rest as given or by default. */
export function contractParameters(
  contract: SettlementContract,
  given: Partial<Omit<SettlementParameters, 'netting'>> = {},
): SettlementParameters {
  return settlementParameters({ ...given, netting: contract.community.netting });
}

/**
 * The net that settles one interval of a community: a token is a column over all metering points, and
 * each transition fires once per version, whatever their number.
 * @param columns where columns come from; default new ones.
 */
export function energyNet(
  contract: SettlementContract,
  parameters: SettlementParameters = contractParameters(contract),
  columns?: ColumnSource,
): Net {
  const workspace = new Workspace(contract, columns);
  return energyNetOf(parameters, energyBehaviours(workspace), [workspace.zero]);
}

/**
 * The net of an energy case with its behaviours.
 * @param zeros columns known to hold nothing.
 */
export function energyNetOf(
  parameters: SettlementParameters,
  behaviours: ReturnType<typeof energyBehaviours>,
  zeros: readonly Float64Array[],
): Net {
  return caseNet<EnergyCase, Float64Array>({
    name: 'energy',
    parameters,
    behaviours,
    emitting: EMITTING,
    isZero: (column) => zeros.includes(column) || column.every((value) => value === 0),
    weigh: columnWeight,
    records: { superseded: ['resettle'], unsettledReadings: ['escalateLate', 'noteLate'] },
    outsideWeights: {
      consumption: outside('importMilliwattHours'),
      generation: outside('exportMilliwattHours'),
    },
  });
}

/** The marking an energy case starts from: not opened, nothing read. */
export function energyMarking(
  net: Net,
  contract: SettlementContract,
  startMs: EpochMs,
  nowMs = startMs,
): Marking {
  const zero = new Float64Array(contract.pointIds.length);
  const columns = net.structure.places.map(({ name }) => name).filter(isEnergyPlace);
  const values = Object.fromEntries(columns.map((place) => [place, [zero]]));
  const data: EnergyCase = { startMs };
  return createMarking(
    net,
    { ...values, start: [{ data }], superseded: [[]], unsettledReadings: [[]] },
    { nowMs },
  );
}

/** An interval's case when it is opened and its readings are there. */
export interface OpenedCase {
  /** Good until the next case is opened: a new object for every interval would cost as much as two steps. */
  readonly marking: Marking;
  /** What fired until then. */
  readonly firings: readonly Firing[];
}

/**
 * Opens the cases of many intervals one after the other. They open alike, so it is done once: the
 * marking is that of the first one with the interval and its readings in it.
 */
export function openedCases(
  net: Net,
  contract: SettlementContract,
): (startMs: EpochMs, reading: IntervalReading) => OpenedCase {
  const { marking, firings } = run(net, energyMarking(net, contract, contract.startMs));
  const [waiting] = marking.places['waitingForData'] ?? [];
  if (waiting === undefined)
    throw new SettlementError('not-conserved', 'an energy case does not open');
  const { nextSequence, nowMs } = marking;
  const places: Record<string, readonly Token[]> = { ...marking.places };
  const opened: OpenedCase = {
    marking: { nowMs, nextSequence: nextSequence + 1, places },
    firings,
  };
  return (startMs, reading) => {
    const data: EnergyCase = { startMs };
    places['waitingForData'] = [{ ...waiting, value: { data } }];
    places['reading'] = [{ sequence: nextSequence, value: reading, atMs: nowMs }];
    return opened;
  };
}
