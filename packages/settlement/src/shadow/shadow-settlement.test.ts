import { formatInstant } from '@microgrid/units';
import fc from 'fast-check';
import { settleVersions } from '../runs/resettle.js';
import { settleRun, type SettlementRun } from '../runs/settlement-run.js';
import {
  DAY_MS,
  KNOWN_MS,
  MONDAY_MS,
  POINTS,
  QUARTER_MS,
  village,
  villageColumns,
  villageInputs,
  villageRequest,
  villageRows,
} from '../runs/village.test-data.js';
import { isSettlementError } from '../settlement-error.js';
import { earlierVersions } from './hypothesis.js';
import type { AllocatedInterval } from './operator-allocation.js';
import type { DifferenceType, ShadowReport } from './shadow-report.js';
import { shadowSettlement } from './shadow-settlement.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const NOON_MS = MONDAY_MS + 12 * 3_600_000;
const WATT_HOUR = 1000;

const run = settleRun(villageInputs(villageRows(2)), villageRequest(2));

/** What an operator says that settled like a run: consumers' figures, changed one by one. */
function figures(
  { settled }: SettlementRun,
  change: (row: AllocatedInterval, value: number) => AllocatedInterval | undefined = (row) => row,
): AllocatedInterval[] {
  const rows: AllocatedInterval[] = [];
  const size = settled.points.length;
  for (let cell = 0; cell < settled.sharedInMilliwattHours.length; cell++) {
    const meteringPoint = settled.points[cell % size] ?? '';
    if (meteringPoint === 'sol') continue;
    const value = settled.sharedInMilliwattHours[cell] ?? 0;
    const startMs = settled.startMs + Math.floor(cell / size) * QUARTER_MS;
    const row = change({ meteringPoint, startMs, allocatedMilliwattHours: value }, value);
    if (row !== undefined) rows.push(row);
  }
  return rows;
}

const inWattHours = (row: AllocatedInterval, value: number): AllocatedInterval => ({
  ...row,
  allocatedMilliwattHours: Math.round(value / WATT_HOUR) * WATT_HOUR,
});

function compare(
  rows: readonly AllocatedInterval[],
  options: Parameters<typeof shadowSettlement>[2] = {},
  own = run,
): ShadowReport {
  const report = shadowSettlement(own, { rows, unitMilliwattHours: WATT_HOUR }, options);
  expectToAddUp(report);
  return report;
}

/** Types with their number of parts. */
function counts(report: ShadowReport): Partial<Record<DifferenceType, number>> {
  const types = report.flows.sharedIn?.types ?? {};
  return Object.fromEntries(Object.entries(types).map(([type, { count }]) => [type, count]));
}

/** Parts add up to ours less theirs: by figure, interval, member and in all, in energy and money. */
function expectToAddUp(report: ShadowReport): void {
  for (const flow of ['sharedIn', 'sharedOut'] as const) {
    const own = report.differences.filter((each) => each.flow === flow);
    const energy = own.reduce((sum, each) => sum + BigInt(each.milliwattHours), 0n);
    const cost = own.reduce((sum, each) => sum + BigInt(each.costPico), 0n);
    const total = report.flows[flow];
    const difference = { milliwattHours: energy.toString(), costPico: cost.toString() };
    expect(total?.difference ?? { milliwattHours: '0', costPico: '0' }).toEqual(difference);
    expect(BigInt(total?.ours ?? 0) - BigInt(total?.theirs ?? 0)).toBe(energy);
    const intervals = report.intervals.filter((each) => each.flow === flow);
    for (const sums of [Object.values(report.members).map((member) => member[flow]), intervals]) {
      let left = total === undefined ? 0n : energy;
      for (const sum of sums) left -= BigInt(sum?.difference.milliwattHours ?? 0);
      const unknown = own.filter(({ member }) => member === undefined);
      for (const each of unknown) left -= BigInt(each.milliwattHours);
      expect(left).toBe(0n);
    }
    for (const sum of [total, ...intervals]) {
      const types = Object.values(sum?.types ?? {});
      expect(types.reduce((all, each) => all + BigInt(each.milliwattHours), 0n)).toBe(
        BigInt(sum?.difference.milliwattHours ?? 0),
      );
      expect(types.reduce((all, each) => all + BigInt(each.costPico), 0n)).toBe(
        BigInt(sum?.difference.costPico ?? 0),
      );
    }
  }
}

test('the same figures: nothing differs', () => {
  const report = compare(figures(run));
  expect(report).toMatchObject({ compared: 2 * 96 * 3, equal: 2 * 96 * 3, differences: [] });
  expect(report.flows.sharedOut).toBeUndefined();
});

test('rounding: at most one unit of their last digit', () => {
  const report = compare(figures(run, inWattHours));
  expect(Object.keys(counts(report))).toEqual(['rounding']);
  expect(report.evidence).toMatchObject([{ id: 'e1', type: 'rounding' }]);
  for (const { milliwattHours } of report.differences) {
    expect(Math.abs(milliwattHours)).toBeLessThanOrEqual(WATT_HOUR);
  }
});

test('money: what a mWh shared less costs, at the prices of its interval', () => {
  const rows = figures(run, (row, value) =>
    row.meteringPoint === 'ana' && row.startMs === NOON_MS
      ? { ...row, allocatedMilliwattHours: value - 20_000 }
      : row,
  );
  const [difference] = compare(rows).differences;
  // Ours shares 20 Wh more, at 0.12 in the place of 0.25: 0.0026 less to pay.
  expect(difference).toMatchObject({
    type: 'unexplained',
    meteringPoint: 'ana',
    member: 'm-ana',
    milliwattHours: 20_000,
    costPico: (-20_000n * 130_000n).toString(),
  });
});

test('missing data: no figure is no zero', () => {
  const rows = figures(run, (row) =>
    row.meteringPoint === 'bea' && row.startMs === NOON_MS ? undefined : row,
  );
  const report = compare(rows);
  expect(counts(report)).toEqual({ 'missing data': 1 });
  const [difference] = report.differences;
  const cell = 48 * 4 + 1;
  expect(difference?.milliwattHours).toBe(run.settled.sharedInMilliwattHours[cell]);
  expect(report.evidence[0]?.description).toMatch('no figure');
});

test('missing data: settled without a point, which everybody’s share shows', () => {
  const pooled = village({ sharingKey: { type: 'proportional' } });
  const ours = settleRun(villageInputs(villageRows(2), pooled), villageRequest(2));
  const lost = villageRows(2).map((row) =>
    row.point === 'rui' && row.startMs < NOON_MS ? { ...row, energies: [0, 0] as const } : row,
  );
  const theirs = settleRun(villageInputs(lost, pooled), villageRequest(2));
  const rows = figures(theirs, (row, value) =>
    row.meteringPoint === 'rui' && row.startMs < NOON_MS ? undefined : inWattHours(row, value),
  );
  const report = compare(rows, {}, ours);
  expect(counts(report)).toMatchObject({ 'missing data': expect.any(Number) as number });
  expect(Object.keys(counts(report)).sort()).toEqual(['missing data', 'rounding']);
  expect(report.evidence.map(({ description }) => description)).toContain(
    'settled again without the points that it has no figure of in the interval',
  );
});

test('quality: they settled readings that they tell', () => {
  const pooled = village({ sharingKey: { type: 'proportional' } });
  const ours = settleRun(villageInputs(villageRows(2), pooled), villageRequest(2));
  const other = villageRows(2).map((row) =>
    row.point === 'ana' ? { ...row, energies: [150_000, 0] as const } : row,
  );
  const theirs = settleRun(villageInputs(other, pooled), villageRequest(2));
  const rows = figures(theirs, (row, value) => ({
    ...inWattHours(row, value),
    ...(row.meteringPoint === 'ana' && {
      consumedMilliwattHours: 150_000,
      quality: 'substituted' as const,
    }),
  }));
  const report = compare(rows, {}, ours);
  expect(Object.keys(counts(report)).sort()).toEqual(['quality', 'rounding']);
  // The same, where only other readings at hand tell.
  const silent = rows.map(({ consumedMilliwattHours: _, quality: _quality, ...row }) => row);
  const readings = [{ name: 'of 2026-06-20', grid: theirs.basis.grid }];
  const told = compare(silent, { readings }, ours);
  expect(told.evidence.map(({ type }) => type).sort()).toEqual(['quality', 'rounding']);
  // And where nothing proves it.
  expect(Object.keys(counts(compare(silent, {}, ours)))).toContain('unexplained');
});

test('coefficient: named ones, and those that their figures imply', () => {
  const other = village({
    sharingKey: { type: 'fixed', coefficients: { ana: '0.35', bea: '0.45', rui: '0.2' } },
  });
  const theirs = settleRun(villageInputs(villageRows(2), other), villageRequest(2));
  const rows = figures(theirs, inWattHours);
  const named = compare(rows, { rules: [{ name: 'those of May', rules: { community: other } }] });
  expect(Object.keys(counts(named)).sort()).toEqual(['coefficient', 'rounding']);
  expect(named.evidence.map(({ description }) => description)).toContain(
    'settled again by those of May',
  );
  const implied = compare(rows);
  expect(counts(implied)).toEqual(counts(named));
  const proof = implied.evidence.find(({ type }) => type === 'coefficient');
  expect(proof?.coefficients).toEqual({ ana: '0.35', bea: '0.45', rui: '0.2' });
});

test('earlier versions of the run are tried: the operator settled what was known then', () => {
  const late = villageRows(1).filter(
    ({ point, startMs }) => point === 'ana' && Math.abs(startMs - NOON_MS) < 8 * QUARTER_MS,
  );
  const corrected = late.map((row) => ({ ...row, energies: [10_000, 0] as const }));
  const inputs = villageInputs(villageRows(1));
  const known = {
    ...inputs,
    readings: [
      ...inputs.readings,
      { knownMs: KNOWN_MS + 1, kind: 'dso-file' as const, columns: villageColumns(corrected) },
    ],
    contracts: [
      ...inputs.contracts,
      { knownMs: KNOWN_MS + 2, community: village({ sharingKey: { type: 'proportional' } }) },
    ],
  };
  const runs = settleVersions(known, villageRequest(1), [
    { ...villageRequest(1), kind: 'R1', asKnownOnMs: KNOWN_MS + 1 },
    { ...villageRequest(1), kind: 'R2', asKnownOnMs: KNOWN_MS + 2 },
  ]);
  const [first, second, third] = runs as [SettlementRun, SettlementRun, SettlementRun];
  const ofFirst = compare(figures(first), earlierVersions([first, second]), second);
  expect(ofFirst.evidence).toMatchObject([
    { type: 'quality', description: `settled again with the readings of ${first.id}` },
  ]);
  const ofSecond = compare(figures(second, inWattHours), earlierVersions(runs), third);
  expect(ofSecond.evidence.map(({ description }) => description)).toContain(
    `settled again by the contract of ${second.id}`,
  );
  expect(counts(ofSecond).unexplained).toBeUndefined();
});

test('coefficient and readings at once are told apart', () => {
  const community = village({
    sharingKey: { type: 'fixed', coefficients: { ana: '0.35', bea: '0.45', rui: '0.2' } },
  });
  const other = villageRows(2).map((row) =>
    row.point === 'ana' ? { ...row, energies: [40_000, 0] as const } : row,
  );
  const theirs = settleRun(villageInputs(other, community), villageRequest(2));
  const rows = figures(theirs, (row) =>
    row.meteringPoint === 'ana' ? { ...row, consumedMilliwattHours: 40_000 } : row,
  );
  const report = compare(rows, { rules: [{ name: 'May', rules: { community } }] });
  // Where the pool is small the two are within a unit of each other.
  expect(Object.keys(counts(report)).sort()).toEqual(['coefficient', 'quality', 'rounding']);
});

test('another unit and another time are recognised', () => {
  const megawatts = figures(run, (row, value) => ({
    ...row,
    allocatedMilliwattHours: Math.round(value / 1000),
  }));
  const unit = shadowSettlement(run, { rows: megawatts, unitMilliwattHours: 1 });
  expect(unit.evidence.map(({ type }) => type)).toContain('unit');
  expect(counts(unit).unexplained).toBeUndefined();
  // From the second day on an hour late.
  const late = figures(run).map((row) => {
    if (row.startMs < MONDAY_MS + DAY_MS) return row;
    const cell = ((row.startMs - MONDAY_MS) / QUARTER_MS - 4) * 4;
    const point = POINTS.indexOf(row.meteringPoint as 'ana');
    return {
      ...row,
      allocatedMilliwattHours: run.settled.sharedInMilliwattHours[cell + point] ?? 0,
    };
  });
  const shift = compare(late);
  expect(Object.keys(counts(shift))).toEqual(['clock shift']);
  expect(shift.evidence[0]?.description).toMatch('60 minutes before');
  expect(shift.intervals.every(({ start }) => start >= formatInstant(MONDAY_MS + DAY_MS))).toBe(
    true,
  );
});

test('an interval that waits for readings is missing data, theirs in full', () => {
  const rows = villageRows(1).map((row) =>
    row.point === 'rui' && row.startMs === NOON_MS ? { ...row, energies: null } : row,
  );
  const waiting = settleRun(villageInputs(rows), villageRequest(1));
  expect(waiting.stopped).toEqual([NOON_MS]);
  const report = compare(
    figures(run).filter(({ startMs }) => startMs < MONDAY_MS + DAY_MS),
    {},
    waiting,
  );
  expect(counts(report)).toEqual({ 'missing data': 3 });
  expect(report.evidence[0]?.description).toMatch('waits');
});

test('points and times that are not the run’s are counted, figures that contradict each other refused', () => {
  const stranger = { meteringPoint: 'eve', startMs: NOON_MS, allocatedMilliwattHours: 7 };
  const outside = { ...stranger, meteringPoint: 'ana', startMs: MONDAY_MS - QUARTER_MS };
  const report = compare([...figures(run), stranger, outside]);
  expect(report.outsidePeriod).toBe(1);
  expect(report.differences).toMatchObject([{ meteringPoint: 'eve', milliwattHours: -7 }]);
  expect(report.flows.sharedIn?.difference).toEqual({ milliwattHours: '-7', costPico: '0' });
  const refused = (rows: AllocatedInterval[]): string => {
    try {
      compare(rows);
    } catch (error) {
      if (isSettlementError(error)) return error.code;
    }
    return 'accepted';
  };
  const twice = { meteringPoint: 'ana', startMs: NOON_MS, allocatedMilliwattHours: 1 };
  expect(refused([...figures(run), twice])).toBe('conflicting-inputs');
  expect(refused([{ ...twice, startMs: NOON_MS + 1 }])).toBe('bad-grid');
  expect(refused([{ ...twice, allocatedMilliwattHours: 0.5 }])).toBe('bad-value');
});

test('whatever they say, the parts add up to the difference', () => {
  const day = settleRun(villageInputs(villageRows(1)), villageRequest(1));
  const types = new Set<string>();
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          at: fc.integer({ min: 30, max: 70 }),
          point: fc.nat({ max: 2 }),
          by: fc.oneof(fc.constant(null), fc.integer({ min: -1500, max: 1500 }), fc.nat(200_000)),
        }),
        { maxLength: 40 },
      ),
      fc.constantFrom(1, 10, 1000),
      (changes, unit) => {
        const byCell = new Map(changes.map(({ at, point, by }) => [`${POINTS[point]} ${at}`, by]));
        const rows = figures(day, (row, value) => {
          const at = (row.startMs - MONDAY_MS) / QUARTER_MS;
          const by = byCell.get(`${row.meteringPoint} ${at}`);
          if (by === null) return undefined;
          return { ...row, allocatedMilliwattHours: Math.max(0, value + (by ?? 0)) };
        });
        const report = shadowSettlement(day, { rows, unitMilliwattHours: unit });
        expectToAddUp(report);
        for (const { type } of report.differences) types.add(type);
        const untouched = report.differences.filter(({ meteringPoint, start }) => {
          const at = (Date.parse(start) - MONDAY_MS) / QUARTER_MS;
          return !byCell.has(`${meteringPoint} ${at}`);
        });
        const net = untouched.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
        expect(net).toBe(0);
      },
    ),
    { numRuns: 30 * scale },
  );
  expect([...types].sort()).toEqual(expect.arrayContaining(['missing data', 'rounding']));
});
