import { formatRatio, parseRatio } from '@microgrid/units';
import type { Accrual, PricedEnergy } from '../charge/accrual.js';
import { accrue, directAccruals, withPercents, type AccrualInput } from '../charge/accrue.js';
import { chargeDirection, type Charge } from '../charge/charge.js';
import { lineKey } from '../charge/charge-lines.js';
import { ChargePrices } from '../charge/charge-prices.js';
import { IntervalSource } from '../charge/interval-source.js';
import { roundEnergy } from '../charge/round-energy.js';
import type { IntervalUsage } from '../charge/usage.js';
import { divideFractions, multiplyFractions, type Fraction } from '../number/fraction.js';
import type { Rounding } from '../number/rounding.js';
import { billOf } from './bill-lines.js';
import { planFor, type Bill, type BillLine } from './bill.js';
import { blockShares, splitByVat, type TaxedAccrual } from './vat-parts.js';
import type { Vat } from './vat.js';

/** What an interval, or what holds whatever the energy, adds to a line of a bill. Exact. */
export interface BillPart {
  /** The line of the whole period. */
  readonly line: BillLine;
  readonly quantity: Fraction;
  /** Currency per unit at that time, also where the line has no one price, as with day-ahead prices. */
  readonly price: Fraction;
  /** Positive is paid by the member. */
  readonly amount: Fraction;
}

/** A bill and what it is made of. The parts of all intervals and the standing ones are its exact lines. */
export interface BillParts {
  readonly bill: Bill;
  /** What the energy of one interval adds, by its position in the period; percentages of it too. */
  readonly at: (interval: number) => BillPart[];
  /** What is due for the time itself: charges per day, kVA-day and month, and percentages of them. */
  readonly standing: readonly BillPart[];
}

/**
 * A bill by its parts: which lines the energy of an interval went into, at which price, with which VAT.
 * The kWh of a VAT block are in no order of time: each interval has the part of it that its line has.
 * Rounded kWh are spread over the line in proportion. Rounding of money is of the whole lines alone.
 * @throws TariffError as `bill`.
 */
export function billParts(
  charges: readonly Charge[],
  vat: readonly Vat[],
  rounding: Rounding,
  usage: IntervalUsage,
): BillParts {
  const plan = planFor(charges, vat, rounding, usage);
  const { segments, inForce, vatRates } = plan;
  const source = new IntervalSource(new ChargePrices(usage, rounding.price), usage);
  const input: AccrualInput = { ...plan, source, facts: usage };
  const direct = directAccruals(input);
  const accruals = accrue(input);
  const shares = blockShares(accruals, { vatRates, source, facts: usage });
  const taxed = (parts: readonly Accrual[], shareOf: (one: Accrual) => Fraction | undefined) =>
    parts.flatMap((one) => splitByVat(one, shareOf(one), vatRates));
  const bill = billOf(
    taxed(accruals, (one) => shares.get(one)),
    rounding,
  );
  const shareOfWhole = new Map(accruals.map((one) => [wholeKey(one), shares.get(one)]));
  const lines = new Map(bill.lines.map((line) => [billLineKey(line), line]));
  const partsOf = (parts: readonly Accrual[]): BillPart[] =>
    taxed(parts, (one) => shareOfWhole.get(wholeKey(one))).flatMap((one) => billPart(one, lines));

  const at = (interval: number): BillPart[] => {
    const ms = usage.startMs + interval * usage.resolutionMs;
    const own: AccrualInput = {
      ...input,
      inForce: inForce.map((list, position) => {
        const { startMs = 0, endMs = 0 } = segments[position] ?? {};
        return ms >= startMs && ms < endMs ? list.filter(isOfEnergy) : [];
      }),
      source: {
        priced: (charge, segment): PricedEnergy[] => source.pricedAt(charge, segment, interval),
        total: source.total.bind(source),
      },
    };
    const energies = directAccruals(own);
    const { energy } = rounding;
    return partsOf(
      withPercents(energy === undefined ? energies : roundEnergy(energies, energy, direct), own),
    );
  };
  const ofTime = { ...input, inForce: inForce.map((list) => list.filter(isOfTime)) };
  return { bill, at, standing: partsOf(accrue(ofTime)) };
}

function isOfEnergy({ per }: Charge): boolean {
  return per === 'kWh' || per === 'percent';
}

function isOfTime({ per }: Charge): boolean {
  return per !== 'kWh';
}

/** What tells the accruals of a bill apart. */
function wholeKey(accrual: Accrual): string {
  return `${accrual.segment}|${lineKey(accrual)}`;
}

function billLineKey({ charge, period, price, vatPercent }: Omit<BillLine, 'net'>): string {
  const unitPrice = price === undefined ? null : `${price.numerator}/${price.denominator}`;
  return `${JSON.stringify([charge, period ?? null, unitPrice])}|${vatPercent ?? ''}`;
}

function billPart(
  { accrual, percent }: TaxedAccrual,
  lines: ReadonlyMap<string, BillLine>,
): BillPart[] {
  const { quantity, amount, charge } = accrual;
  const spelled = percent === undefined ? '' : formatRatio(parseRatio(percent));
  const line = lines.get(`${lineKey(accrual)}|${spelled}`);
  if (line === undefined) return [];
  const sign = chargeDirection(charge) === 'charge' ? 1n : -1n;
  const price =
    accrual.price ??
    divideFractions(multiplyFractions(amount, { numerator: sign, denominator: 1n }), quantity);
  return [{ line, quantity, price, amount }];
}
