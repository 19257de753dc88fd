import { INTERVAL_QUALITIES } from '@microgrid/events';
import { pointCost, type SettledPeriod } from '@microgrid/settlement';
import { formatInstant, formatMoney, formatPrice } from '@microgrid/units';
import { InvoicingError } from './invoicing-error.js';

/** The columns of a member's interval file. */
export const STATEMENT_CSV_HEADER =
  'start,end,metering_point,quality,import_kwh,export_kwh,shared_in_kwh,shared_out_kwh,import_price,export_price,internal_price,cost';

const MISSING = INTERVAL_QUALITIES.indexOf('missing');

/** What every member's rows of an interval have in common: made once per period. */
interface IntervalTexts {
  readonly span: readonly string[];
  readonly prices: readonly string[];
}

const texts = new WeakMap<SettledPeriod, IntervalTexts>();

function intervalTexts(settled: SettledPeriod): IntervalTexts {
  const known = texts.get(settled);
  if (known !== undefined) return known;
  const instants = Array.from({ length: settled.intervals + 1 }, (_, index) =>
    formatInstant(settled.startMs + index * settled.resolutionMs),
  );
  const { prices } = settled;
  const price = (series: Float64Array, interval: number): string =>
    formatPrice(series[interval] ?? NaN);
  const made = {
    span: instants.slice(1).map((end, index) => `${instants[index] ?? ''},${end}`),
    prices: Array.from({ length: settled.intervals }, (_, interval) =>
      [prices.import, prices.export, prices.internal]
        .map((series) => price(series, interval))
        .join(','),
    ),
  };
  texts.set(settled, made);
  return made;
}

/** kWh as canonical readings spell them: 3 decimals for whole Wh, else 6. Exact. */
function kilowattHours(energy: number): string {
  const whole = Math.floor(energy / 1_000_000);
  const rest = energy - whole * 1_000_000;
  if (rest % 1000 === 0) return `${whole}.${String(rest / 1000).padStart(3, '0')}`;
  return `${whole}.${String(rest).padStart(6, '0')}`;
}

const PICO = 1_000_000_000_000;

/** {@link pointCost} with 12 decimals; in numbers where every product and sum of it is a safe integer. */
function exactCost(settled: SettledPeriod, interval: number, point: number, cell: number): string {
  const { prices } = settled;
  const sharedIn = settled.sharedInMilliwattHours[cell] as number;
  const sharedOut = settled.sharedOutMilliwattHours[cell] as number;
  const supply =
    ((settled.consumedMilliwattHours[cell] as number) - sharedIn) *
    (prices.import[interval] as number);
  const exchange = (sharedIn - sharedOut) * (prices.internal[interval] as number);
  const surplus =
    ((settled.injectedMilliwattHours[cell] as number) - sharedOut) *
    (prices.export[interval] as number);
  if (Math.abs(supply) + Math.abs(exchange) + Math.abs(surplus) > Number.MAX_SAFE_INTEGER) {
    return formatMoney(pointCost(settled, interval, point), 12);
  }
  const cost = supply + exchange - surplus;
  const magnitude = Math.abs(cost);
  const whole = Math.floor(magnitude / PICO);
  const rest = String(magnitude - whole * PICO).padStart(12, '0');
  return `${cost < 0 ? '-' : ''}${whole}.${rest}`;
}

/**
 * A member's intervals as CSV: one row per interval and metering point, by start, then point. Prices
 * have 6 decimals; the cost is exact with 12, positive when the member pays. Rows of a time when a
 * point neither took part nor was read are absent. Lines end with LF.
 * @throws InvoicingError `unknown-member`.
 */
export function renderStatementCsv(settled: SettledPeriod, member: string): string {
  const position = settled.members.indexOf(member);
  if (position === -1) {
    throw new InvoicingError(
      'unknown-member',
      `member: got ${member}, expected one of the community's, such as ${settled.members[0] ?? ''}`,
    );
  }
  const { span, prices } = intervalTexts(settled);
  const size = settled.points.length;
  const own = settled.points.flatMap((id, point) =>
    settled.memberOfPoint[point] === position ? [{ id, point }] : [],
  );
  const rows = [STATEMENT_CSV_HEADER];
  for (let interval = 0; interval < settled.intervals; interval++) {
    for (const { id, point } of own) {
      const cell = interval * size + point;
      const quality = settled.quality[cell] as number;
      if (quality === MISSING) continue;
      rows.push(
        `${span[interval] ?? ''},${id},${INTERVAL_QUALITIES[quality] ?? ''},${kilowattHours(settled.importMilliwattHours[cell] as number)},${kilowattHours(settled.exportMilliwattHours[cell] as number)},${kilowattHours(settled.sharedInMilliwattHours[cell] as number)},${kilowattHours(settled.sharedOutMilliwattHours[cell] as number)},${prices[interval] ?? ''},${exactCost(settled, interval, point, cell)}`,
      );
    }
  }
  return `${rows.join('\n')}\n`;
}
