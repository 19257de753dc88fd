import type { StatementLine } from '@microgrid/events';
import type { SettledPeriod } from '@microgrid/settlement';
import {
  billParts,
  fraction,
  multiplyFractions,
  parseFraction,
  type BillPart,
} from '@microgrid/tariff';
import { formatInstant, type EpochMs } from '@microgrid/units';
import { chargeLine, vatLine } from './bill-statement-lines.js';
import { InvoicingError } from '../invoicing-error.js';
import { exactNumber } from './exact-number.js';
import { chargedUsage, chargeRounding, type PointBill } from './point-bills.js';

/**
 * What something adds to a line of charges on a statement. Plain JSON; numbers are exact: decimals, or
 * `numerator/denominator` where no decimal is exact. Positive is paid by the member.
 */
export interface ChargePart {
  /** Key of the statement line that it went into. */
  readonly key: string;
  readonly meteringPoint: string;
  readonly charge: string;
  /** What the charge is levied on. */
  readonly on: string;
  /** Account at the other side. */
  readonly account: string;
  /** Price period (peak, off-peak ...). */
  readonly period?: string;
  readonly unit: 'kWh' | 'kVA-day' | 'day' | 'month' | 'currency';
  readonly quantity: string;
  /** Currency per unit at that time, before the direction: what is earned has a price above 0 too. */
  readonly price: string;
  /** 10^-12 currency units. */
  readonly exactPico: string;
  /** Absent outside the scope of VAT. */
  readonly vat?: {
    /** Key of the statement line of this VAT. */
    readonly key: string;
    /** Id of the VAT, and the percentage that this part has. */
    readonly id: string;
    readonly percent: string;
    /** VAT on the exact amount, 10^-12 currency units. */
    readonly exactPico: string;
  };
}

/** What a metering point's charges are made of. */
export interface PointChargeParts {
  /** What the energy of the interval that starts then adds; empty where the point takes no part. */
  readonly at: (startMs: EpochMs) => ChargePart[];
  /** What is due for the time, whatever the energy: per day, kVA-day or month, and percentages of that. */
  readonly standing: readonly ChargePart[];
  /** The statement lines that all parts together are, charges and VAT. */
  readonly lines: readonly StatementLine[];
}

const PICO = fraction(10n ** 12n);

/**
 * The charges and VAT of a metering point by what they come from. The parts of all intervals and the
 * standing ones are each line's exact amount, before it is brought to 10^-12.
 * @throws InvoicingError `missing-data` for an unknown point or an instant within an interval; TariffError
 *   as `pointBills`.
 */
export function chargeParts(settled: SettledPeriod, meteringPoint: string): PointChargeParts {
  const { charges = [], vat = [] } = settled.contract.community;
  const point = settled.points.indexOf(meteringPoint);
  if (point === -1) {
    throw new InvoicingError(
      'missing-data',
      `metering point: got ${meteringPoint}, expected one of the community's, such as ${settled.points[0] ?? ''}`,
    );
  }
  const usage = charges.length === 0 ? undefined : chargedUsage(settled, point);
  if (usage === undefined) return { at: () => [], standing: [], lines: [] };
  const { startMs, endMs, resolutionMs } = usage;
  const parts = billParts(charges, vat, chargeRounding(settled), usage);
  const pointBill: PointBill = { meteringPoint, bill: parts.bill };
  const told = (part: BillPart): ChargePart => chargePart(pointBill, part);
  return {
    at: (ms) => {
      const interval = (ms - startMs) / resolutionMs;
      if (!Number.isInteger(interval)) {
        throw new InvoicingError(
          'missing-data',
          `interval: got ${formatInstant(ms)}, expected the start of an interval`,
        );
      }
      return ms < startMs || ms >= endMs ? [] : parts.at(interval).map(told);
    },
    standing: parts.standing.map(told),
    lines: [
      ...parts.bill.lines.map((line) => chargeLine(meteringPoint, line)),
      ...parts.bill.categories.flatMap((category) => vatLine(pointBill, category)),
    ],
  };
}

function chargePart(pointBill: PointBill, part: BillPart): ChargePart {
  const { meteringPoint, bill } = pointBill;
  const { line, quantity, price, amount } = part;
  const { vat: id, vatPercent: percent, vatCategory } = line;
  const category = bill.categories.find(
    (one) => one.vat === vatCategory && one.vatPercent === percent,
  );
  const [vat] = category === undefined ? [] : vatLine(pointBill, category);
  const pico = multiplyFractions(amount, PICO);
  return {
    key: chargeLine(meteringPoint, line).charge?.key ?? '',
    meteringPoint,
    charge: line.charge,
    on: line.on,
    account: line.payTo,
    ...(line.period !== undefined && { period: line.period }),
    unit: line.unit,
    quantity: exactNumber(quantity),
    price: exactNumber(price),
    exactPico: exactNumber(pico),
    ...(id !== undefined &&
      percent !== undefined && {
        vat: {
          key: vat?.charge?.key ?? '',
          id,
          percent,
          exactPico: exactNumber(
            multiplyFractions(pico, multiplyFractions(parseFraction(percent), fraction(1n, 100n))),
          ),
        },
      }),
  };
}
