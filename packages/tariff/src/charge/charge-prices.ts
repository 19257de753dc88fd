import { parseFraction } from '../number/fraction.js';
import { roundFraction, type RoundingStep } from '../number/rounding.js';
import type { PriceContext, PriceSpan, PriceTable } from '../price/price-table.js';
import { onGrid, reducedTable, tariffTable } from '../price/tariff-table.js';
import type { ComponentTariff, SumTariff, Tariff } from '../tariff.js';
import type { Charge } from './charge.js';
import type { Segment } from './segments.js';
import type { BillingPeriod } from './usage.js';

/** The prices of charges in a billing period, made once for all points that share it. */
export class ChargePrices {
  private readonly tables = new Map<Charge, Map<string, PriceTable>>();

  constructor(
    readonly period: BillingPeriod,
    private readonly priceRounding: RoundingStep | undefined,
  ) {}

  /**
   * The prices of a charge per kWh in a segment.
   * @throws TariffError as `tariffTable`; `unaligned-period` for a segment border inside an interval.
   */
  table(charge: Charge, segment: Segment, voltageLevel: string | undefined): PriceTable {
    const ofCharge = this.tables.get(charge) ?? new Map<string, PriceTable>();
    this.tables.set(charge, ofCharge);
    const key = `${segment.startMs}|${voltageLevel ?? ''}`;
    let table = ofCharge.get(key);
    if (table === undefined) {
      table = this.makeTable(charge, segment, voltageLevel);
      ofCharge.set(key, table);
    }
    return table;
  }

  private makeTable(
    charge: Charge,
    segment: Segment,
    voltageLevel: string | undefined,
  ): PriceTable {
    const { market } = this.period;
    const span: PriceSpan = {
      ...this.period,
      startMs: onGrid(segment.startMs, this.period),
      endMs: onGrid(segment.endMs, this.period),
    };
    const table = chargeTable(charge, span, {
      ...(market && { market }),
      ...(voltageLevel !== undefined && { voltageLevel }),
    });
    const step = this.priceRounding;
    if (step === undefined) return table;
    const entries = table.entries.map((entry) => ({
      ...entry,
      price: roundFraction(entry.price, step),
    }));
    return { index: table.index, entries };
  }
}

/** The prices of a charge per kWh, its exemption taken off. */
function chargeTable(charge: Charge, span: PriceSpan, context: PriceContext): PriceTable {
  const { rate, exemptionPercent } = charge;
  if (typeof rate === 'string') {
    // A rate may have 12 decimals, a listed price 6: it is a table of one price by itself.
    const index = new Uint32Array((span.endMs - span.startMs) / span.resolutionMs);
    const table = { entries: [{ price: parseFraction(rate), listed: true }], index };
    return exemptionPercent === undefined ? table : reducedTable(table, exemptionPercent);
  }
  if (exemptionPercent === undefined) return tariffTable(rate, span, context);
  if (hasAccess(rate)) return tariffTable(exempt(rate, exemptionPercent), span, context);
  return reducedTable(tariffTable(rate, span, context), exemptionPercent);
}

/** Whether an access tariff is in a tariff: then an exemption is of its CIEG part alone. */
export function hasAccess(tariff: Tariff): boolean {
  if (tariff.type === 'sum') return tariff.parts.some(hasAccess);
  if (tariff.type === 'dated') return tariff.versions.some((version) => hasAccess(version.tariff));
  return tariff.type === 'access';
}

function exempt(tariff: Tariff, exemptionPercent: string): Tariff {
  const component = (part: ComponentTariff): ComponentTariff =>
    part.type === 'access' ? { ...part, exemptionPercent } : part;
  const undated = (part: ComponentTariff | SumTariff): ComponentTariff | SumTariff =>
    part.type === 'sum' ? { ...part, parts: part.parts.map(component) } : component(part);
  if (tariff.type !== 'dated') return undated(tariff);
  return {
    ...tariff,
    versions: tariff.versions.map((version) => ({ ...version, tariff: undated(version.tariff) })),
  };
}
