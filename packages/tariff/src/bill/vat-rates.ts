import { startOfLocalDay } from '@microgrid/units/calendar';
import type { Segment } from '../charge/segments.js';
import { addFractions, ZERO, type Fraction } from '../number/fraction.js';
import { TariffError } from '../tariff-error.js';
import type { Vat, VatRate } from './vat.js';

/** The part of a billing period in which one rate of a VAT holds. */
export interface VatSpan {
  readonly rate: VatRate;
  readonly startMs: number;
  readonly endMs: number;
  readonly days: Fraction;
}

/** The dates at which some rate begins. */
export function rateDates(vat: readonly Vat[]): string[] {
  return vat.flatMap(({ rates }) => rates.map(({ validFrom }) => validFrom));
}

/** The rate of a VAT in each segment, as the whole span of segments in which it holds. */
export function vatSpans(vat: Vat, segments: readonly Segment[], timeZone: string): VatSpan[] {
  const rates = vat.rates
    .map((rate) => ({ rate, fromMs: startOfLocalDay(timeZone, rate.validFrom) }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const rateOf = segments.map(({ startMs }) => {
    const rate = rates.findLast(({ fromMs }) => fromMs <= startMs);
    if (rate !== undefined) return rate.rate;
    throw new TariffError(
      'missing-price',
      `VAT ${vat.id}: got a first rate from ${rates[0]?.rate.validFrom ?? 'nowhere'}, expected one at the beginning of the billing period; add the rate before it`,
    );
  });
  const spans = new Map<VatRate, VatSpan>();
  for (const [position, segment] of segments.entries()) {
    const rate = rateOf[position] as VatRate;
    const span = spans.get(rate);
    spans.set(rate, {
      rate,
      startMs: span?.startMs ?? segment.startMs,
      endMs: segment.endMs,
      days: addFractions(span?.days ?? ZERO, segment.days),
    });
  }
  return rateOf.map((rate) => spans.get(rate) as VatSpan);
}
