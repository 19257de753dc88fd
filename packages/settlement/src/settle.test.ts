import fc from 'fast-check';
import { parseCommunity } from '@microgrid/community';
import { generatedPeriod, gridOf, HOURS, START_MS } from './generated-period.test-data.js';
import { intervalCost, pointCost } from './member-days.js';
import { referenceInterval } from './reference-settlement.test-data.js';
import { settle } from './settle.js';
import { settlementContract } from './settlement-contract.js';
import { isSettlementError } from './settlement-error.js';
import { settlementSummary } from './settlement-summary.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const seed = 20260621;

/** The steps of every interval, before and after its capacity is asked for. */
const INTAKE = ['open', 'receiveReading', 'applyRules'];
const AFTER = ['match', 'attributeExport', 'supplyRest', 'issueEvent'];

function row(column: Float64Array, size: number, interval: number): number[] {
  return Array.from(column.subarray(interval * size, (interval + 1) * size));
}

function sum(values: readonly number[]): bigint {
  return values.reduce((total, value) => total + BigInt(value), 0n);
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isSettlementError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

/** Two homes; the first with a plant. */
function twoHomes(extra: object = {}): ReturnType<typeof parseCommunity> {
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'two',
      name: 'Two homes',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'none',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: [
        { id: 'a', meteringPoints: [{ id: 'a' }] },
        { id: 'b', meteringPoints: [{ id: 'b' }] },
      ],
      ...extra,
    }),
  );
}

function settleHour(
  community: ReturnType<typeof parseCommunity>,
  imports: number[],
  exports: number[],
) {
  const contract = settlementContract(community, {
    startMs: START_MS,
    endMs: START_MS + 3_600_000,
  });
  return settle(contract, gridOf(contract, { imports, exports }), { checkLaws: true });
}

describe('settle, on generated communities', () => {
  test('gives what a plain reading of the rules gives, of any magnitude up to 2^53', () => {
    const seen = { curtailed: 0, within: 0, fixed: 0, shared: 0 };
    fc.assert(
      fc.property(
        fc.oneof(
          generatedPeriod(6, 20),
          generatedPeriod(6, 20_000_000),
          generatedPeriod(5, Number.MAX_SAFE_INTEGER),
        ),
        ({ community, contract, grid }) => {
          const settled = settle(contract, grid);
          const size = settled.points.length;
          for (let interval = 0; interval < HOURS; interval++) {
            const startMs = START_MS + interval * 3_600_000;
            const expected = referenceInterval(
              community,
              startMs,
              row(grid.importMilliwattHours, size, interval),
              row(grid.exportMilliwattHours, size, interval),
            );
            expect(row(settled.sharedInMilliwattHours, size, interval)).toEqual(expected.sharedIn);
            expect(row(settled.sharedOutMilliwattHours, size, interval)).toEqual(
              expected.sharedOut,
            );
            expect(settled.capacity[interval]).toBe(expected.capacity === 'within' ? 0 : 1);
            seen[expected.capacity]++;
            if (expected.sharedIn.some((share) => share > 0)) seen.shared++;
          }
          if (community.sharingKey.type === 'fixed') seen.fixed++;
        },
      ),
      { numRuns: 300 * scale, seed },
    );
    // Otherwise the comparison would say nothing.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
  });

  test('conserves energy and money in every interval, and pays nothing that was not injected', () => {
    fc.assert(
      fc.property(generatedPeriod(7, 20_000_000), ({ contract, grid }) => {
        const settled = settle(contract, grid);
        const size = settled.points.length;
        for (let interval = 0; interval < HOURS; interval++) {
          const sharedIn = row(settled.sharedInMilliwattHours, size, interval);
          const sharedOut = row(settled.sharedOutMilliwattHours, size, interval);
          const consumed = row(settled.consumedMilliwattHours, size, interval);
          const injected = row(settled.injectedMilliwattHours, size, interval);
          expect(sum(sharedIn)).toBe(sum(sharedOut));
          expect(sum(sharedIn)).toBe(BigInt(settled.sharedMilliwattHours[interval] ?? -1));
          expect(settled.sharedMilliwattHours[interval]).toBeLessThanOrEqual(
            contract.transformerLimit,
          );
          for (let point = 0; point < size; point++) {
            expect(sharedIn[point]).toBeLessThanOrEqual(consumed[point] ?? -1);
            expect(sharedIn[point]).toBeLessThanOrEqual(contract.importLimits?.[point] ?? Infinity);
            expect(sharedOut[point]).toBeLessThanOrEqual(injected[point] ?? -1);
            expect(sharedOut[point]).toBeLessThanOrEqual(
              contract.exportLimits?.[point] ?? Infinity,
            );
          }
          const paid = settled.points.reduce(
            (total, _, point) => total + pointCost(settled, interval, point),
            0n,
          );
          expect(paid).toBe(intervalCost(settled, interval));
        }
      }),
      { numRuns: 150 * scale, seed },
    );
  });

  test('keeps the laws of the net at every firing', () => {
    fc.assert(
      fc.property(generatedPeriod(5, 1000), ({ contract, grid }) => {
        settle(contract, grid, { checkLaws: true });
      }),
      { numRuns: 60 * scale, seed },
    );
  });

  test('does not depend on the order of members and points in the file', () => {
    fc.assert(
      fc.property(generatedPeriod(6, 20_000_000), ({ community, contract, grid }) => {
        const turned = parseCommunity(
          JSON.stringify({
            ...community,
            members: community.members
              .toReversed()
              .map((member) => ({ ...member, meteringPoints: member.meteringPoints.toReversed() })),
          }),
        );
        const again = settle(settlementContract(turned, contract), grid);
        expect(settlementSummary(again)).toEqual(settlementSummary(settle(contract, grid)));
      }),
      { numRuns: 40 * scale, seed },
    );
  });

  test('never gives a point less when it claims more, while no transformer limit binds', () => {
    let grew = 0;
    fc.assert(
      fc.property(
        generatedPeriod(6, 20_000_000),
        fc.nat(),
        fc.integer({ min: 1, max: 5_000_000 }),
        ({ contract, grid }, pick, more) => {
          const free = { ...contract, transformerLimit: Infinity };
          const cell = pick % grid.importMilliwattHours.length;
          const before = settle(free, grid).sharedInMilliwattHours[cell] ?? 0;
          const imports = grid.importMilliwattHours.slice();
          imports[cell] = (imports[cell] ?? 0) + more;
          const after =
            settle(free, { ...grid, importMilliwattHours: imports }).sharedInMilliwattHours[cell] ??
            0;
          if (after > before) grew++;
          expect(after).toBeGreaterThanOrEqual(before);
        },
      ),
      { numRuns: 200 * scale, seed },
    );
    expect(grew).toBeGreaterThan(10);
  });
});

describe('settle, on small cases worked by hand', () => {
  test('shares a short pool in proportion to the claims', () => {
    const settled = settleHour(twoHomes(), [3_000_000, 1_000_000], [0, 2_000_000]);
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([1_500_000, 500_000]);
    expect(Array.from(settled.sharedOutMilliwattHours)).toEqual([0, 2_000_000]);
    expect(settled.firings(0)).toEqual([...INTAKE, 'passCapacity', ...AFTER]);
    // a: 1.5 kWh at 0.25 + 1.5 kWh at 0.12; b: 0.5 at 0.25 + 0.5 at 0.12 - 2 at 0.12.
    expect(pointCost(settled, 0, 0)).toBe(555_000_000_000n);
    expect(pointCost(settled, 0, 1)).toBe(-55_000_000_000n);
  });

  test('curtails the shared quantity pro rata over a transformer limit, and reports it', () => {
    const limited = twoHomes({ transformer: { limitKilovoltAmperes: '1' } });
    const settled = settleHour(limited, [3_000_000, 1_000_000], [0, 2_000_000]);
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([750_000, 250_000]);
    expect(Array.from(settled.sharedOutMilliwattHours)).toEqual([0, 1_000_000]);
    expect(Array.from(settled.curtailedMilliwattHours)).toEqual([1_000_000]);
    expect(settled.firings(0)).toEqual([...INTAKE, 'exceedCapacity', 'curtail', ...AFTER]);
  });

  test('leaves a quantity at exactly the limit alone', () => {
    const limited = twoHomes({ transformer: { limitKilovoltAmperes: '2' } });
    const settled = settleHour(limited, [3_000_000, 1_000_000], [0, 2_000_000]);
    expect(Array.from(settled.capacity)).toEqual([0]);
    expect(Array.from(settled.sharedMilliwattHours)).toEqual([2_000_000]);
  });

  test('cuts a claim to its point limit, with the power factor, and gives the rest to others', () => {
    const limited = twoHomes({
      members: [
        {
          id: 'a',
          meteringPoints: [{ id: 'a', importLimitKilovoltAmperes: '1', powerFactor: '0.9' }],
        },
        { id: 'b', meteringPoints: [{ id: 'b' }] },
      ],
    });
    const settled = settleHour(limited, [3_000_000, 900_000], [0, 1_000_000]);
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([500_000, 500_000]);
    expect(Array.from(settled.capacity)).toEqual([1]);
  });

  test('leaves what a fixed coefficient cannot use with the injecting point', () => {
    const fixed = twoHomes({ sharingKey: { type: 'fixed', coefficients: { a: '0.5', b: '0.3' } } });
    const settled = settleHour(fixed, [2_000_000, 100_000], [0, 1_000_000]);
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([500_000, 100_000]);
    expect(Array.from(settled.sharedOutMilliwattHours)).toEqual([0, 600_000]);
  });

  test('nets import against export within the interval and prices what is left', () => {
    const netted = twoHomes({ netting: 'interval' });
    const settled = settleHour(netted, [1_000_000, 500_000], [400_000, 900_000]);
    expect(Array.from(settled.consumedMilliwattHours)).toEqual([600_000, 0]);
    expect(Array.from(settled.injectedMilliwattHours)).toEqual([0, 400_000]);
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([400_000, 0]);
    expect(Array.from(settled.importMilliwattHours)).toEqual([1_000_000, 500_000]);
    expect(pointCost(settled, 0, 0)).toBe(200_000n * 250_000n + 400_000n * 120_000n);
  });

  test('lets a point take part from its first day to before its last, and supplies it always', () => {
    const dated = twoHomes({
      members: [
        { id: 'a', validFrom: '2026-06-22', meteringPoints: [{ id: 'a' }] },
        { id: 'b', meteringPoints: [{ id: 'b' }] },
      ],
    });
    const contract = settlementContract(dated, {
      startMs: START_MS,
      endMs: START_MS + 3 * 3_600_000,
    });
    const grid = gridOf(contract, { imports: [5, 0, 5, 0, 5, 0], exports: [0, 9, 0, 9, 0, 9] });
    const settled = settle(contract, grid);
    // 21:00Z and 22:00Z are the 21st in Lisbon, 23:00Z is the 22nd.
    expect(Array.from(settled.sharedInMilliwattHours)).toEqual([0, 0, 0, 0, 5, 0]);
    expect(pointCost(settled, 0, 0)).toBe(5n * 250_000n);
  });
});

describe('settle refuses', () => {
  test('a missing interval of a member, naming point and time; never takes it as zero', () => {
    const contract = settlementContract(twoHomes(), {
      startMs: START_MS,
      endMs: START_MS + 3_600_000,
    });
    const grid = gridOf(contract, { imports: [1, NaN], exports: [0, NaN] });
    grid.quality[1] = 4;
    expect(codeOf(() => settle(contract, grid))).toMatch(
      /^missing-interval: b at 2026-06-21T21:00:00Z: quality missing, expected /,
    );
  });

  test('but not a missing interval of a point that takes no part', () => {
    const dated = twoHomes({
      members: [
        { id: 'a', meteringPoints: [{ id: 'a' }] },
        { id: 'b', meteringPoints: [{ id: 'b', validFrom: '2026-07-01' }] },
      ],
    });
    const contract = settlementContract(dated, { startMs: START_MS, endMs: START_MS + 3_600_000 });
    const grid = gridOf(contract, { imports: [7, NaN], exports: [0, NaN] });
    grid.quality[1] = 4;
    const settled = settle(contract, grid);
    expect(settlementSummary(settled).members['b']?.importMilliwattHours).toBe('0');
    expect(grid.importMilliwattHours[1]).toBeNaN();
  });

  test.each([
    ['a negative energy', [-1, 0], /^bad-value: a at 2026-06-21T21:00:00Z: got import -1/],
    ['a fraction of a mWh', [0, 0.5], /^bad-value: b at/],
    ['NaN that is not called missing', [NaN, 0], /^bad-value: a at/],
    ['a total beyond 2^53 - 1', [2 ** 53 - 1, 1], /^out-of-range: interval 2026-06-21T21:00:00Z/],
  ])('%s', (_, imports, message) => {
    const contract = settlementContract(twoHomes(), {
      startMs: START_MS,
      endMs: START_MS + 3_600_000,
    });
    expect(codeOf(() => settle(contract, gridOf(contract, { imports, exports: [0, 0] })))).toMatch(
      message,
    );
  });

  test('a grid of other points, another span or another length', () => {
    const contract = settlementContract(twoHomes(), {
      startMs: START_MS,
      endMs: START_MS + 3_600_000,
    });
    const grid = gridOf(contract, { imports: [1, 1], exports: [0, 0] });
    expect(codeOf(() => settle(contract, { ...grid, points: ['a', 'c'] }))).toBe(
      'bad-grid: grid: points[1] is c, expected b',
    );
    expect(codeOf(() => settle(contract, { ...grid, endMs: grid.endMs + 1 }))).toMatch(/^bad-grid/);
    expect(codeOf(() => settle(contract, { ...grid, quality: new Uint8Array(1) }))).toBe(
      'bad-grid: grid: quality has 1 values, expected 2',
    );
  });

  test('a period that is no whole number of intervals', () => {
    expect(
      codeOf(() => settlementContract(twoHomes(), { startMs: START_MS, endMs: START_MS + 1000 })),
    ).toMatch(/^bad-period: period 2026-06-21T21:00:00Z to 2026-06-21T21:00:01Z: expected /);
  });
});
