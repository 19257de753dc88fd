import { parseCommunity } from '@microgrid/community';
import { settlementContract } from './settlement-contract.js';

const HOUR = 3_600_000;
const START = Date.parse('2026-06-01T00:00:00Z');

function community(series: string): ReturnType<typeof parseCommunity> {
  const dayAhead = { type: 'dayAhead', series, factor: '0.9', adder: '0', resolution: 'PT60M' };
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'village',
      name: 'Village',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.2', export: dayAhead, internal: '0.1' },
      members: [{ id: 'a', meteringPoints: [{ id: 'a-1' }] }],
    }),
  );
}

const files = new Map([
  ['omie.csv', 'start,price_per_mwh,area\n2026-06-01T00:00Z,50,PT\n2026-06-01T01:00Z,-10,PT\n'],
]);

test('a price that follows the day-ahead market is that of the contract’s file at each interval', () => {
  const period = { startMs: START, endMs: START + 2 * HOUR };
  for (const series of ['omie.csv', 'omie.csv#PT']) {
    const { prices, market } = settlementContract(community(series), period, { files });
    expect([...prices.export]).toEqual([45_000, -9_000]);
    expect([...prices.import]).toEqual([200_000, 200_000]);
    expect([...market.keys()]).toEqual([series]);
  }
});

test('an interval without a day-ahead price is refused, never priced at 0', () => {
  const late = { startMs: START + HOUR, endMs: START + 3 * HOUR };
  expect(() => settlementContract(community('omie.csv'), late, { files })).toThrow(
    /series omie.csv: no price at 2026-06-01T02:00:00Z/,
  );
  expect(() => settlementContract(community('other.csv'), late, { files })).toThrow(
    /series other.csv: got none, expected this day-ahead series/,
  );
});
