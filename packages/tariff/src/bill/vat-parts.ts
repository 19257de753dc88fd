import type { Accrual } from '../charge/accrual.js';
import type { EnergySource } from '../charge/energy-source.js';
import { baseOf } from '../charge/percent-charges.js';
import type { UsageFacts } from '../charge/usage.js';
import {
  addFractions,
  divideFractions,
  multiplyFractions,
  ONE,
  subtractFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import { blockShare } from './vat-block.js';
import type { VatRates, VatSpan } from './vat-rates.js';

/** A part of an accrual that has one VAT rate. */
export interface TaxedAccrual {
  readonly accrual: Accrual;
  /** Percentage, decimal text, and category; absent outside the scope of VAT. */
  readonly percent?: string;
  readonly category?: string;
}

/** What VAT needs to know of a bill. */
export interface VatInput {
  readonly vatRates: VatRates;
  readonly source: EnergySource;
  readonly facts: UsageFacts;
}

/** Splits accruals by VAT rate. A percentage of charges of its own VAT is taxed as they are. */
export function taxed(accruals: readonly Accrual[], input: VatInput): TaxedAccrual[] {
  const shares = blockShares(accruals, input);
  return accruals.flatMap((accrual) => splitByVat(accrual, shares.get(accrual), input.vatRates));
}

/** The part, 0 to 1, of each accrual that has the rate of its VAT's block; nothing where there is none. */
export function blockShares(
  accruals: readonly Accrual[],
  input: VatInput,
): ReadonlyMap<Accrual, Fraction> {
  const spanOf = ({ charge, segment }: Accrual): VatSpan | undefined =>
    input.vatRates.spanAt(charge, segment);
  const groups = groupAlike(accruals, spanOf);
  // Percentages come after what they are percentages of, so shares of their base are known.
  const shares = new Map<Accrual, Fraction>();
  for (const accrual of accruals) {
    const span = spanOf(accrual);
    const block = span?.rate.block;
    if (span === undefined || block === undefined) continue;
    const alike = groups.get(groupKey(accrual, span)) ?? [accrual];
    const share =
      accrual.charge.per === 'percent' && block.firstKilowattHoursPer30Days !== undefined
        ? shareOfBase(accrual, accruals, shares)
        : blockShare(block, accrual, { ...input, span, alike });
    shares.set(accrual, share);
  }
  return shares;
}

/** An accrual by VAT rate. @param share its part that has the rate of the block; see {@link blockShares}. */
export function splitByVat(
  accrual: Accrual,
  share: Fraction | undefined,
  vatRates: VatRates,
): TaxedAccrual[] {
  const span = vatRates.spanAt(accrual.charge, accrual.segment);
  if (span === undefined) return [{ accrual }];
  const { category } = span;
  const { block, percent } = span.rate;
  if (block === undefined || share === undefined) return [{ accrual, percent, category }];
  const rest = subtractFractions(ONE, share);
  return [
    ...(share.numerator === 0n
      ? []
      : [{ accrual: part(accrual, share), percent: block.percent, category }]),
    ...(rest.numerator === 0n ? [] : [{ accrual: part(accrual, rest), percent, category }]),
  ];
}

function part(accrual: Accrual, share: Fraction): Accrual {
  if (share.numerator === share.denominator) return accrual;
  return {
    ...accrual,
    quantity: multiplyFractions(accrual.quantity, share),
    amount: multiplyFractions(accrual.amount, share),
  };
}

function groupKey({ charge, period }: Accrual, span: VatSpan): string {
  return JSON.stringify([charge.id, period ?? null, span.startMs]);
}

/** Accruals of one charge and price period while one VAT rate holds. */
function groupAlike(
  accruals: readonly Accrual[],
  spanOf: (accrual: Accrual) => VatSpan | undefined,
): Map<string, Accrual[]> {
  const groups = new Map<string, Accrual[]>();
  for (const accrual of accruals) {
    const span = spanOf(accrual);
    if (span === undefined) continue;
    const key = groupKey(accrual, span);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [accrual]);
    else group.push(accrual);
  }
  return groups;
}

function shareOfBase(
  accrual: Accrual,
  accruals: readonly Accrual[],
  shares: ReadonlyMap<Accrual, Fraction>,
): Fraction {
  let reduced = ZERO;
  let all = ZERO;
  for (const base of baseOf(accrual.charge, accrual.segment, accruals)) {
    all = addFractions(all, base.amount);
    if (base.charge.vat !== accrual.charge.vat) continue;
    reduced = addFractions(reduced, multiplyFractions(base.amount, shares.get(base) ?? ZERO));
  }
  return all.numerator === 0n ? ZERO : divideFractions(reduced, all);
}
