import { formatInstant, formatResolution } from '@microgrid/units';
import { startOfLocalDay } from '@microgrid/units/calendar';
import type { AccessTariff, ListedTariff } from '../access-tariff.js';
import { expandCycle } from '../calendar/expand-cycle.js';
import {
  fraction,
  multiplyFractions,
  ONE,
  parseFraction,
  subtractFractions,
} from '../number/fraction.js';
import type { ComponentTariff, DatedTariff, SumTariff, Tariff } from '../tariff.js';
import { TariffError } from '../tariff-error.js';
import { addTables } from './combine-tables.js';
import { dayAheadTable, tipTable } from './market-table.js';
import { PriceEntries, type PriceContext, type PriceSpan, type PriceTable } from './price-table.js';
import { timeOfUseTable } from './time-of-use-table.js';

/**
 * The exact price of every interval of a span.
 * @throws TariffError `bad-span`; `unaligned-period` when the price changes inside an interval;
 *   `missing-price` where a market price, a voltage level or a version is missing.
 */
export function tariffTable(
  tariff: Tariff,
  span: PriceSpan,
  context: PriceContext = {},
): PriceTable {
  checkSpan(span);
  if (tariff.type === 'dated') return datedTable(tariff, span, context);
  return undatedTable(tariff, span, context);
}

function undatedTable(
  tariff: ComponentTariff | SumTariff,
  span: PriceSpan,
  context: PriceContext,
): PriceTable {
  switch (tariff.type) {
    case 'sum':
      return tariff.parts.map((part) => undatedTable(part, span, context)).reduce(addTables);
    case 'access':
      return accessTable(tariff, span, context);
    case 'dayAhead':
      return dayAheadTable(tariff, span, context);
    case 'tip':
      return tipTable(tariff, span, context);
    default:
      return listedTable(tariff, span);
  }
}

function listedTable(tariff: ListedTariff, span: PriceSpan): PriceTable {
  if (tariff.type === 'timeOfUse') return timeOfUseTable(tariff, span);
  if (tariff.type === 'cycle') return timeOfUseTable(expandCycle(tariff), span);
  const index = new Uint32Array((span.endMs - span.startMs) / span.resolutionMs);
  return { entries: [{ price: parseFraction(tariff.price), listed: true }], index };
}

function accessTable(tariff: AccessTariff, span: PriceSpan, context: PriceContext): PriceTable {
  const name = tariff.voltageLevel ?? context.voltageLevel;
  const level = name === undefined ? undefined : tariff.levels[name];
  if (level === undefined) {
    const names = Object.keys(tariff.levels).join(', ');
    throw new TariffError(
      'missing-price',
      `access tariff: voltage level: got ${name ?? 'none'}, expected one of ${names}`,
    );
  }
  const network = listedTable(level.network, span);
  if (level.cieg === undefined) return network;
  return addTables(
    network,
    reducedTable(listedTable(level.cieg, span), tariff.exemptionPercent ?? '0'),
  );
}

/** A table with every price reduced by a percentage. */
export function reducedTable(table: PriceTable, percent: string): PriceTable {
  const kept = subtractFractions(ONE, multiplyFractions(parseFraction(percent), fraction(1, 100)));
  return {
    index: table.index,
    entries: table.entries.map((entry) => ({
      ...entry,
      price: multiplyFractions(entry.price, kept),
    })),
  };
}

function datedTable(tariff: DatedTariff, span: PriceSpan, context: PriceContext): PriceTable {
  const versions = tariff.versions
    .map((version) => ({
      tariff: version.tariff,
      fromMs:
        version.validFrom === undefined
          ? -Infinity
          : startOfLocalDay(span.timeZone, version.validFrom),
    }))
    .sort((a, b) => a.fromMs - b.fromMs);
  const { startMs, endMs, resolutionMs } = span;
  if ((versions[0]?.fromMs ?? Infinity) > startMs) {
    throw new TariffError(
      'missing-price',
      `dated tariff: got a first version from ${tariff.versions[0]?.validFrom ?? ''}, expected one that holds at ${formatInstant(startMs)}`,
    );
  }
  const entries = new PriceEntries();
  const index = new Uint32Array((endMs - startMs) / resolutionMs);
  for (const [position, version] of versions.entries()) {
    const from = Math.max(startMs, version.fromMs);
    const to = Math.min(endMs, versions[position + 1]?.fromMs ?? Infinity);
    if (from >= to) continue;
    const part = undatedTable(
      version.tariff,
      { ...span, startMs: onGrid(from, span), endMs: onGrid(to, span) },
      context,
    );
    const positions = part.entries.map((entry) => entries.add(entry));
    const offset = (from - startMs) / resolutionMs;
    for (const [interval, entry] of part.index.entries()) {
      index[offset + interval] = positions[entry] as number;
    }
  }
  return { entries: entries.entries, index };
}

/** An instant that begins an interval. @throws TariffError `unaligned-period` for one inside. */
export function onGrid(ms: number, { startMs, resolutionMs }: PriceSpan): number {
  if ((ms - startMs) % resolutionMs === 0) return ms;
  throw new TariffError(
    'unaligned-period',
    `a version begins at ${formatInstant(ms)}, inside an interval of ${formatResolution(resolutionMs)}; let versions begin where intervals begin`,
  );
}

function checkSpan({ startMs, endMs, resolutionMs }: PriceSpan): void {
  const count = (endMs - startMs) / resolutionMs;
  if (Number.isInteger(count) && count >= 1) return;
  throw new TariffError(
    'bad-span',
    `prices from ${formatInstant(startMs)} to ${formatInstant(endMs)}: expected a whole number of intervals of ${formatResolution(resolutionMs)}`,
  );
}
