import { addFractions } from '../number/fraction.js';
import { PriceEntries, type PriceEntry, type PriceTable } from './price-table.js';

/** The table whose price is the sum of two tables' prices, interval by interval. */
export function addTables(a: PriceTable, b: PriceTable): PriceTable {
  const entries = new PriceEntries();
  const pairs = new Map<number, number>();
  const width = b.entries.length;
  const index = a.index.map((left, interval) => {
    const right = b.index[interval] as number;
    const pair = left * width + right;
    let at = pairs.get(pair);
    if (at === undefined) {
      at = entries.add(sum(a.entries[left] as PriceEntry, b.entries[right] as PriceEntry));
      pairs.set(pair, at);
    }
    return at;
  });
  return { entries: entries.entries, index };
}

function sum(a: PriceEntry, b: PriceEntry): PriceEntry {
  const names = [...new Set([a.name, b.name].filter((name) => name !== undefined))];
  return {
    price: addFractions(a.price, b.price),
    listed: a.listed && b.listed,
    ...(names.length > 0 && { name: names.join(' + ') }),
  };
}
