import type { SettledPeriod } from '@microgrid/settlement';
import {
  billsFor,
  CENTS_PER_LINE,
  ENERGY_FLOWS,
  type Bill,
  type EnergyFlow,
  type IntervalEnergies,
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
  const { contract } = settled;
  const { charges = [], vat = [], timeZone } = contract.community;
  if (charges.length === 0) return [];
  const flows = ENERGY_FLOWS.filter((flow) => charges.some(({ on }) => on === flow));
  const rounding = chargeRounding(settled);
  const plans = new Map<string, (usage: IntervalEnergies) => Bill>();
  return contract.points.flatMap((point, index) => {
    const span = validSpan(settled, index);
    if (span.first >= span.end) return [];
    const key = `${span.first} ${span.end}`;
    const { startMs, resolutionMs } = settled;
    const plan =
      plans.get(key) ??
      billsFor(charges, vat, rounding, {
        startMs: startMs + span.first * resolutionMs,
        endMs: startMs + span.end * resolutionMs,
        resolutionMs,
        timeZone,
        market: contract.market,
      });
    plans.set(key, plan);
    const { contractedKilovoltAmperes, largeFamily, connection } = point;
    const bill = plan({
      energies: Object.fromEntries(flows.map((flow) => [flow, column(settled, index, span, flow)])),
      ...(contractedKilovoltAmperes !== undefined && { contractedKilovoltAmperes }),
      ...(connection !== undefined && { voltageLevel: connection.voltageLevel }),
      ...(largeFamily === true && { largeFamily }),
    });
    return [{ meteringPoint: point.id, bill }];
  });
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
