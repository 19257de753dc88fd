import { formatInstant } from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';
import type { Charge } from '../charge/charge.js';
import type { Segment } from '../charge/segments.js';
import { addFractions, ZERO, type Fraction } from '../number/fraction.js';
import { TariffError } from '../tariff-error.js';
import type { Vat, VatRate } from './vat.js';

/** The part of a billing period in which one rate of a VAT holds. */
export interface VatSpan {
  /** Category of the VAT. */
  readonly category: string;
  readonly rate: VatRate;
  readonly startMs: number;
  readonly endMs: number;
  readonly days: Fraction;
}

/** The dates at which some rate begins. */
export function rateDates(vat: readonly Vat[]): string[] {
  return vat.flatMap(({ rates }) => rates.map(({ validFrom }) => validFrom));
}

/** The rates of several VATs over the segments of a period, looked up when first asked for. */
export class VatRates {
  private readonly known = new Map<string, readonly (VatSpan | undefined)[]>();

  constructor(
    private readonly vat: readonly Vat[],
    private readonly segments: readonly Segment[],
    private readonly timeZone: string,
  ) {}

  /**
   * The rate of a charge's VAT in a segment; undefined for a charge without VAT.
   * @throws TariffError `invalid-charges` for a VAT that is not there, `missing-price` before its
   *   first rate.
   */
  spanAt(
    { id: charge, vat: id }: Pick<Charge, 'id' | 'vat'>,
    segment: number,
  ): VatSpan | undefined {
    if (id === undefined) return undefined;
    const vat = this.vat.find((one) => one.id === id);
    if (vat === undefined) {
      const names = this.vat.map((one) => one.id).join(', ') || 'none';
      throw new TariffError(
        'invalid-charges',
        `charge ${charge}: vat: got ${id}, expected one of ${names}`,
      );
    }
    let spans = this.known.get(id);
    if (spans === undefined) {
      spans = vatSpans(vat, this.segments, this.timeZone);
      this.known.set(id, spans);
    }
    const span = spans[segment];
    if (span !== undefined) return span;
    throw new TariffError(
      'missing-price',
      `VAT ${id} of charge ${charge}: got a first rate from ${rateDates([vat]).sort()[0] ?? ''}, expected one at ${formatInstant(this.segments[segment]?.startMs ?? 0)}; add the rate before it`,
    );
  }
}

/** The rate of a VAT in each segment, as the whole span of segments in which it holds. */
function vatSpans(
  vat: Vat,
  segments: readonly Segment[],
  timeZone: string,
): (VatSpan | undefined)[] {
  const rates = vat.rates
    .map((rate) => ({ rate, fromMs: startOfLocalDay(timeZone, rate.validFrom) }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const rateOf = segments.map(
    ({ startMs }) => rates.findLast(({ fromMs }) => fromMs <= startMs)?.rate,
  );
  const spans = new Map<VatRate, VatSpan>();
  for (const [position, segment] of segments.entries()) {
    const rate = rateOf[position];
    if (rate === undefined) continue;
    const span = spans.get(rate);
    spans.set(rate, {
      category: vat.category ?? vat.id,
      rate,
      startMs: span?.startMs ?? segment.startMs,
      endMs: segment.endMs,
      days: addFractions(span?.days ?? ZERO, segment.days),
    });
  }
  return rateOf.map((rate) => (rate === undefined ? undefined : spans.get(rate)));
}
