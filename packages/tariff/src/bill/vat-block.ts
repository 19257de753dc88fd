import type { Accrual } from '../charge/accrual.js';
import { contractedPower } from '../charge/contracted-power.js';
import type { EnergyFlow } from '../charge/charge-base.js';
import type { EnergySource } from '../charge/energy-source.js';
import type { UsageFacts } from '../charge/usage.js';
import {
  compareFractions,
  divideFractions,
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  sumFractions,
  ZERO,
  type Fraction,
} from '../number/fraction.js';
import { roundFraction } from '../number/rounding.js';
import { TariffError } from '../tariff-error.js';
import type { VatBlock } from './vat.js';
import type { VatSpan } from './vat-rates.js';

const DAYS_OF_LIMIT = fraction(30);

/** What the block of a VAT needs to know of a bill. */
export interface BlockInput {
  readonly span: VatSpan;
  readonly source: EnergySource;
  readonly facts: UsageFacts;
  /** The accruals of the same charge and price period in the same span. */
  readonly alike: readonly Accrual[];
}

/**
 * The part, 0 to 1, of an accrual that has the rate of the block. The kWh of a period are not in
 * order: the block takes the same part of each line's, or the part of its own price period.
 */
export function blockShare(block: VatBlock, accrual: Accrual, input: BlockInput): Fraction {
  const { upToKilovoltAmperes, firstKilowattHoursPer30Days } = block;
  if (upToKilovoltAmperes !== undefined) {
    const power = contractedPower(input.facts, 'the VAT block');
    if (compareFractions(power, parseFraction(upToKilovoltAmperes)) > 0) return ZERO;
  }
  if (firstKilowattHoursPer30Days === undefined) return ONE;
  if (accrual.charge.per !== 'kWh') return ZERO;
  const flow = accrual.charge.on as EnergyFlow;
  if (block.flows !== undefined && !block.flows.includes(flow)) return ZERO;
  const limit = limitOf(block, input);
  const own = sumFractions(input.alike.map(({ quantity }) => quantity));
  if (own.numerator === 0n) return ONE;
  const ownLimit = limitOfPeriod(block, limit, own, accrual, input);
  return compareFractions(own, ownLimit) <= 0 ? ONE : divideFractions(ownLimit, own);
}

/** The kWh of the block in the days of the span. */
function limitOf(block: VatBlock, { span, facts }: BlockInput): Fraction {
  const perThirtyDays =
    facts.largeFamily === true
      ? (block.largeFamilyKilowattHoursPer30Days ?? block.firstKilowattHoursPer30Days)
      : block.firstKilowattHoursPer30Days;
  const limit = divideFractions(
    multiplyFractions(parseFraction(perThirtyDays ?? '0'), span.days),
    DAYS_OF_LIMIT,
  );
  return block.limitRounding === undefined ? limit : roundFraction(limit, block.limitRounding);
}

/** The part of the limit that falls to the accruals like this one. */
function limitOfPeriod(
  block: VatBlock,
  limit: Fraction,
  own: Fraction,
  accrual: Accrual,
  { span, source }: BlockInput,
): Fraction {
  const share = shareOfPeriod(block, own, accrual, () => {
    const flows = block.flows ?? [accrual.charge.on as EnergyFlow];
    return sumFractions(flows.map((flow) => source.total(flow, span.startMs, span.endMs)));
  });
  const part = multiplyFractions(limit, share);
  return block.limitRounding === undefined ? part : roundFraction(part, block.limitRounding);
}

function shareOfPeriod(
  block: VatBlock,
  own: Fraction,
  { charge, period }: Accrual,
  total: () => Fraction,
): Fraction {
  if (block.periodShares === undefined) return divideFractions(own, total());
  const percent = period === undefined ? undefined : block.periodShares[period];
  if (percent !== undefined) return divideFractions(parseFraction(percent), fraction(100));
  throw new TariffError(
    'bad-usage',
    `charge ${charge.id}: got period ${period ?? 'none'}, expected one of the periods that share the VAT block: ${Object.keys(block.periodShares).join(', ')}`,
  );
}
