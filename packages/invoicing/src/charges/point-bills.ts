import type { SettledPeriod } from '@microgrid/settlement';
import {
  billsFor,
  CENTS_PER_LINE,
  ENERGY_FLOWS,
  type Bill,
  type EnergyFlow,
  type IntervalEnergies,
  type IntervalUsage,
  type Rounding,
} from '@microgrid/tariff';

/** The bill of one metering point. */
export interface PointBill {
  readonly meteringPoint: string;
  readonly bill: Bill;
}

/** What charges are rounded to where the community's file names nothing. */
export function chargeRounding({ contract }: Pick<SettledPeriod, 'contract'>): Rounding {
  return contract.community.rounding ?? CENTS_PER_LINE;
}

type Column = (settled: SettledPeriod, cell: number) => number;

/** Each flow of a point in one interval, mWh. */
const FLOWS: Readonly<Record<EnergyFlow, Column>> = {
  import: (settled, cell) => settled.importMilliwattHours[cell] ?? 0,
  export: (settled, cell) => settled.exportMilliwattHours[cell] ?? 0,
  sharedIn: (settled, cell) => settled.sharedInMilliwattHours[cell] ?? 0,
  sharedOut: (settled, cell) => settled.sharedOutMilliwattHours[cell] ?? 0,
  supply: (settled, cell) =>
    (settled.consumedMilliwattHours[cell] ?? 0) - (settled.sharedInMilliwattHours[cell] ?? 0),
  surplus: (settled, cell) =>
    (settled.injectedMilliwattHours[cell] ?? 0) -
    (settled.sharedOutMilliwattHours[cell] ?? 0) -
    (settled.assignedOutMilliwattHours?.[cell] ?? 0) +
    (settled.ownSurplusMilliwattHours?.[cell] ?? 0),
};

/**
 * The price stack of the community's file applied to every metering point, in point order; a point
 * that takes part in some of the period is charged for that time. Empty without charges.
 * @throws TariffError for a price or contracted power that is missing.
 */
export function pointBills(settled: SettledPeriod): PointBill[] {
  const { charges = [], vat = [] } = settled.contract.community;
  if (charges.length === 0) return [];
  const rounding = chargeRounding(settled);
  const plans = new Map<string, (usage: IntervalEnergies) => Bill>();
  return settled.contract.points.flatMap(({ id }, index) => {
    const usage = chargedUsage(settled, index);
    if (usage === undefined) return [];
    const key = `${usage.startMs} ${usage.endMs}`;
    const plan = plans.get(key) ?? billsFor(charges, vat, rounding, usage);
    plans.set(key, plan);
    return [{ meteringPoint: id, bill: plan(usage) }];
  });
}

/**
 * What a point, by position, is charged for: the energies of the part of the period that it takes part in.
 * Undefined for a point that takes part in none of it.
 */
export function chargedUsage(settled: SettledPeriod, point: number): IntervalUsage | undefined {
  const { contract, startMs, resolutionMs } = settled;
  const { charges = [], timeZone } = contract.community;
  const span = validSpan(settled, point);
  const about = contract.points[point];
  if (about === undefined || span.first >= span.end) return undefined;
  const { contractedKilovoltAmperes, largeFamily, connection } = about;
  const flows = ENERGY_FLOWS.filter((flow) => charges.some(({ on }) => on === flow));
  return {
    meteringPoint: about.id,
    startMs: startMs + span.first * resolutionMs,
    endMs: startMs + span.end * resolutionMs,
    resolutionMs,
    timeZone,
    market: contract.market,
    energies: Object.fromEntries(flows.map((flow) => [flow, column(settled, point, span, flow)])),
    ...(contractedKilovoltAmperes !== undefined && { contractedKilovoltAmperes }),
    ...(connection !== undefined && { voltageLevel: connection.voltageLevel }),
    ...(largeFamily === true && { largeFamily }),
  };
}

interface Span {
  /** First interval and the one after the last. */
  readonly first: number;
  readonly end: number;
}

/** The intervals in which a point takes part. */
function validSpan(
  { contract, intervals, startMs, resolutionMs }: SettledPeriod,
  point: number,
): Span {
  const position = (ms: number): number => (ms - startMs) / resolutionMs;
  const from = position(contract.validFromMs[point] ?? startMs);
  const to = position(contract.validToMs[point] ?? Infinity);
  return {
    first: Math.ceil(Math.max(0, from)),
    end: Math.floor(Math.min(intervals, to)),
  };
}

function column(
  settled: SettledPeriod,
  point: number,
  { first, end }: Span,
  flow: EnergyFlow,
): Float64Array {
  const size = settled.points.length;
  const value = FLOWS[flow];
  const energies = new Float64Array(end - first);
  for (let interval = first; interval < end; interval++) {
    energies[interval - first] = value(settled, interval * size + point);
  }
  return energies;
}
