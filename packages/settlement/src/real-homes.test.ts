import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseCommunity } from '@microgrid/community';
import { intervalGrid, readCanonicalCsv } from '@microgrid/metering';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { pointCost } from './member-days.js';
import { referenceInterval } from './reference-settlement.test-data.js';
import { settle } from './settle.js';
import { settlementContract } from './settlement-contract.js';
import type { SettlementGrid } from './settlement-grid.js';
import { settlementSummary } from './settlement-summary.js';

/* One month of twelve real homes; the readings are not part of the project. */
const file = join(__dirname, '../../../../shared/data/homes/fontana-01-12_metered_hourly.csv.gz');
const run = existsSync(file) ? test : test.skip;

const ids = Array.from({ length: 12 }, (_, index) => `home-${String(index + 1).padStart(2, '0')}`);

run(
  'twelve real homes for a month settle as a plain reading of the rules says (readings needed)',
  () => {
    const community = parseCommunity(
      JSON.stringify({
        schema: 'microgrid/community/1',
        id: 'fontana',
        name: 'Twelve homes in Fontana',
        timeZone: 'America/Los_Angeles',
        resolution: 'PT60M',
        currency: 'EUR',
        netting: 'none',
        sharingKey: { type: 'proportional' },
        prices: { import: '0.250000', export: '0.050000', internal: '0.120000' },
        members: ids.map((id) => ({ id, meteringPoints: [{ id }] })),
      }),
    );
    const period = {
      startMs: startOfLocalDay('America/Los_Angeles', '2016-08-01'),
      endMs: startOfLocalDay('America/Los_Angeles', '2016-09-01'),
    };
    const contract = settlementContract(community, period);
    const columns = readCanonicalCsv(gunzipSync(readFileSync(file)), { file: 'fontana' });
    const grid: SettlementGrid = intervalGrid(columns, {
      ...period,
      points: contract.pointIds,
      resolutionMs: contract.resolutionMs,
    });
    const settled = settle(contract, grid, { checkLaws: true });
    expect(settled.intervals).toBe(744);
    const shares = ids.map(() => 0n);
    const costs = ids.map(() => 0n);
    for (let interval = 0; interval < 744; interval++) {
      const at = (column: Float64Array): number[] =>
        Array.from(column.subarray(interval * 12, interval * 12 + 12));
      const imports = at(grid.importMilliwattHours);
      const exports = at(grid.exportMilliwattHours);
      const startMs = period.startMs + interval * contract.resolutionMs;
      const { sharedIn, sharedOut } = referenceInterval(community, startMs, imports, exports);
      for (const [index] of ids.entries()) {
        const [taken, given] = [BigInt(sharedIn[index] ?? 0), BigInt(sharedOut[index] ?? 0)];
        const cost =
          (BigInt(imports[index] ?? 0) - taken) * 250_000n +
          (taken - given) * 120_000n -
          (BigInt(exports[index] ?? 0) - given) * 50_000n;
        expect(pointCost(settled, interval, index)).toBe(cost);
        shares[index] = (shares[index] ?? 0n) + taken;
        costs[index] = (costs[index] ?? 0n) + cost;
      }
    }
    const { members, totals } = settlementSummary(settled);
    for (const [index, id] of ids.entries()) {
      expect(members[id]?.sharedInMilliwattHours).toBe(String(shares[index]));
      expect(members[id]?.costPico).toBe(String(costs[index]));
    }
    expect(totals.sharedInMilliwattHours).toBe(totals.sharedOutMilliwattHours);
    expect(BigInt(totals.sharedInMilliwattHours)).toBeGreaterThan(0n);
  },
);
