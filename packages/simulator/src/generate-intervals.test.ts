import type { SiteConfig } from '@microgrid/plant';
import { parseInstant } from '@microgrid/units';
import { generateIntervals } from './index.js';

const startMs = parseInstant('2026-06-21T00:00:00Z');
const endMs = startMs + 86_400_000;
const place = { latitudeDegrees: 38.7, longitudeDegrees: -9.1 };
const meter = { kind: 'gridMeter', id: 'meter' } as const;
const house = { kind: 'house', id: 'house' } as const;
const store = {
  capacityMilliwattHours: 8_000_000,
  maxChargeWatts: 3000,
  maxDischargeWatts: 3000,
};
const pv = { kind: 'pv', id: 'pv', array: { peakWatts: 4000 } } as const;

const sites: SiteConfig[] = [
  { id: 'b', ...place, devices: [meter, house, pv] },
  { id: 'a', ...place, devices: [meter, house] },
  { id: 'c', ...place, devices: [meter, house, pv, { kind: 'battery', id: 'battery', store }] },
];

const rows = generateIntervals({ sites, seed: 5, startMs, endMs });
const total = (id: string, field: 'importMilliwattHours' | 'exportMilliwattHours'): number =>
  rows.filter((row) => row.meteringPoint === id).reduce((sum, row) => sum + row[field], 0);

describe('generated intervals', () => {
  it('cover the period without gap or overlap, ordered by start, then metering point', () => {
    expect(rows).toHaveLength(3 * 96);
    rows.forEach((row, index) => {
      expect(row.meteringPoint).toBe(['a', 'b', 'c'][index % 3]);
      expect(row.startMs).toBe(startMs + Math.floor(index / 3) * 900_000);
      expect(row.endMs).toBe(row.startMs + 900_000);
      expect(Number.isSafeInteger(row.importMilliwattHours)).toBe(true);
      expect(Math.min(row.importMilliwattHours, row.exportMilliwattHours)).toBeGreaterThanOrEqual(
        0,
      );
    });
  });

  it('are the same for the same options and others for another seed', () => {
    expect(generateIntervals({ sites, seed: 5, startMs, endMs })).toEqual(rows);
    expect(generateIntervals({ sites, seed: 6, startMs, endMs })).not.toEqual(rows);
  });

  it('show what the devices do: a consumer never exports, PV does, a battery keeps more at home', () => {
    expect(total('a', 'exportMilliwattHours')).toBe(0);
    expect(total('b', 'exportMilliwattHours')).toBeGreaterThan(5_000_000);
    expect(total('c', 'exportMilliwattHours')).toBeLessThan(total('b', 'exportMilliwattHours'));
    expect(total('c', 'importMilliwattHours')).toBeLessThan(total('b', 'importMilliwattHours'));
  });
});
