import { accrue, chargesInForce } from '../charge/accrue.js';
import type { Charge } from '../charge/charge.js';
import { validityDates, type ChargeLine } from '../charge/charge-lines.js';
import { ChargePrices } from '../charge/charge-prices.js';
import type { EnergySource } from '../charge/energy-source.js';
import { IntervalSource } from '../charge/interval-source.js';
import { registerPeriod, RegisterSource } from '../charge/register-source.js';
import { segmentsOf, type Segment } from '../charge/segments.js';
import type {
  BillingPeriod,
  IntervalEnergies,
  RegisterUsage,
  Usage,
  UsageFacts,
} from '../charge/usage.js';
import { parseFraction, type Fraction } from '../number/fraction.js';
import type { Rounding } from '../number/rounding.js';
import { billOf } from './bill-lines.js';
import { checkRegisterBill } from './check-register-bill.js';
import { taxed } from './vat-parts.js';
import { rateDates, VatRates } from './vat-rates.js';
import type { Vat } from './vat.js';

/** A line of a bill: what a charge comes to at one price and one VAT rate. */
export interface BillLine extends ChargeLine {
  /** VAT percentage, decimal text; absent outside the scope of VAT. */
  readonly vatPercent?: string;
  /** Category of the VAT, which is its id unless it names another; absent outside the scope of VAT. */
  readonly vatCategory?: string;
  /** Net: rounded where the rounding point is `line`, else exact. */
  readonly net: Fraction;
  /** VAT on the net: rounded where VAT's rounding point is `line`, else exact. 0 without VAT. */
  readonly vatAmount: Fraction;
}

/** All lines of one VAT category and percentage (EN 16931's VAT breakdown). */
export interface VatCategory {
  /** The category, which is the VAT's id unless it names another; absent outside the scope of VAT. */
  readonly vat?: string;
  /** VAT percentage, decimal text; absent for what is outside its scope. */
  readonly vatPercent?: string;
  /** Sum of the lines' nets: rounded where the rounding point is `category`. */
  readonly net: Fraction;
  /** Rounded where VAT's rounding point is `category`; the sum of the lines' where it is `line`. */
  readonly vatAmount: Fraction;
}

/** Net, VAT and their sum. */
export interface BillTotal {
  readonly net: Fraction;
  readonly vat: Fraction;
  readonly gross: Fraction;
}

/** A bill with every component exact. Amounts are positive when the member pays. */
export interface Bill {
  /** In order of charge, price period, price and VAT rate. */
  readonly lines: readonly BillLine[];
  readonly categories: readonly VatCategory[];
  /**
   * After rounding; net + vat = gross. At the rounding point `total` net and gross are rounded and VAT
   * is their difference, so that what is paid is rounded once.
   */
  readonly total: BillTotal;
  /** Without any rounding of money. */
  readonly exact: BillTotal;
  /** total.gross - exact.gross: what goes to the account `rounding`. */
  readonly roundingDifference: Fraction;
}

/** The rules of a bill, laid out over the segments in which none of them changes. */
export interface BillPlan {
  readonly charges: readonly Charge[];
  readonly rounding: Rounding;
  readonly segments: readonly Segment[];
  readonly inForce: readonly (readonly Charge[])[];
  readonly vatRates: VatRates;
}

/**
 * The bill of a point or member: charges, VAT and rounding applied to what was used.
 * Check rules that come from a file with `parseCharges`, `parseVat` and `parseRounding` first.
 * @param usage intervals, each at the price of its own time, or registers over whole days.
 * @throws TariffError `bad-usage`, `missing-price`, `unaligned-period`; `invalid-charges` for a charge
 *   whose VAT is not there.
 */
export function bill(
  charges: readonly Charge[],
  vat: readonly Vat[],
  rounding: Rounding,
  usage: Usage,
): Bill {
  if ('energies' in usage) return billsFor(charges, vat, rounding, usage)(usage);
  const period = registerPeriod(usage);
  const plan = planFor(charges, vat, rounding, period);
  checkRegisterBill(plan, usage);
  const source = new RegisterSource(new ChargePrices(period, rounding.price), usage);
  return billFrom(plan, source, usage, usage.months);
}

/** {@link bill} for many points of one period: prices are looked up once. */
export function billsFor(
  charges: readonly Charge[],
  vat: readonly Vat[],
  rounding: Rounding,
  period: BillingPeriod,
): (usage: IntervalEnergies) => Bill {
  const plan = planFor(charges, vat, rounding, period);
  const prices = new ChargePrices(period, rounding.price);
  return (usage) => billFrom(plan, new IntervalSource(prices, usage), usage);
}

/** Lays the rules of a bill out over a period. @throws TariffError `invalid-charges`. */
export function planFor(
  charges: readonly Charge[],
  vat: readonly Vat[],
  rounding: Rounding,
  period: BillingPeriod,
): BillPlan {
  const used = vat.filter(({ id }) => charges.some((charge) => charge.vat === id));
  const segments = segmentsOf(period, [...validityDates(charges), ...rateDates(used)]);
  return {
    charges,
    rounding,
    segments,
    inForce: chargesInForce(charges, segments, period.timeZone),
    vatRates: new VatRates(vat, segments, period.timeZone),
  };
}

function billFrom(
  plan: BillPlan,
  source: EnergySource,
  facts: UsageFacts,
  months?: RegisterUsage['months'],
): Bill {
  const { rounding, vatRates } = plan;
  const accruals = accrue({
    ...plan,
    source,
    facts,
    ...(months !== undefined && { months: parseFraction(months) }),
  });
  return billOf(taxed(accruals, { vatRates, source, facts }), rounding);
}
