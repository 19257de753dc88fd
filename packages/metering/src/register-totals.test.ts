import fc from 'fast-check';
import {
  checkColumns,
  intervals,
  isMeteringError,
  readCanonicalCsv,
  registerSums,
  registerTotals,
  type RegisterPart,
  type RegisterSnapshot,
  type RegisterTotalSettings,
} from './index.js';

const T0 = Date.UTC(2026, 5, 21);
const HOUR = 3_600_000;
const SCALE = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');

const at = (more: Partial<RegisterSnapshot>, atMs = T0): RegisterSnapshot => ({
  meteringPoint: 'home-01',
  atMs,
  quality: 'good',
  ...more,
});
const part = (name: string, imported: number, exported?: number): RegisterPart => ({
  name,
  importMilliwattHours: imported,
  ...(exported === undefined ? {} : { exportMilliwattHours: exported }),
});
const total = (imported: number, exported: number) => ({
  importMilliwattHours: imported,
  exportMilliwattHours: exported,
});
function refusal(snapshot: RegisterSnapshot, settings: RegisterTotalSettings = {}): string {
  try {
    registerTotals([snapshot], settings);
  } catch (error) {
    if (isMeteringError(error)) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('tariff rates', () => {
  const rates = [part('T1', 1000), part('T2', 2000), part('T3', 30_000)];

  it('sum to the total register exactly, in whole counter units, for any values', () => {
    const unit = fc.constantFrom(1, 1000, 10_000);
    const counts = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(unit, counts, counts, fc.integer({ min: -3, max: 3 }), (size, into, out, off) => {
        const all = into.map((count, index) =>
          part(`T${index + 1}`, count * size, (out[index] ?? 0) * size),
        );
        const sum = (key: 'importMilliwattHours' | 'exportMilliwattHours'): number =>
          all.reduce((whole, each) => whole + (each[key] ?? 0), 0);
        const imported = Math.max(0, sum('importMilliwattHours') + off * size);
        const settings = { counterUnitMilliwattHours: size };
        const alone = registerTotals([at({ rates: all })], settings);
        expect(alone.readings[0]).toMatchObject({
          ...total(sum('importMilliwattHours'), sum('exportMilliwattHours')),
          quality: 'good',
        });
        const both = at({ rates: all, total: total(imported, sum('exportMilliwattHours')) });
        const { findings, readings } = registerTotals([both], settings);
        const fits = imported === sum('importMilliwattHours');
        expect(findings).toHaveLength(fits ? 0 : 1);
        // The total register is what is metered, and a doubt about it is not hidden.
        expect(readings[0]).toMatchObject({
          importMilliwattHours: imported,
          quality: fits ? 'good' : 'suspect',
        });
        const wide = registerTotals([both], { ...settings, toleranceUnits: 3 });
        expect(wide.findings).toEqual([]);
      }),
      { numRuns: 200 * SCALE },
    );
  });

  it('that miss the total name the registers, the sum and what was expected', () => {
    const { findings } = registerTotals([at({ rates, total: total(33_001_000, 0) })], {
      counterUnitMilliwattHours: 1000,
    });
    expect(findings).toEqual([
      {
        rule: 'sumCheck',
        severity: 'warning',
        meteringPoint: 'home-01',
        start: '2026-06-21T00:00:00Z',
        end: '2026-06-21T00:00:00Z',
        message:
          'import: the registers T1 + T2 + T3 sum to 0.033 kWh, expected exactly 33.001 kWh, the total',
      },
    ]);
  });

  it('that are no whole units, or lack a direction, are refused by name', () => {
    expect(
      refusal(at({ rates, total: total(33_000, 0) }), { counterUnitMilliwattHours: 10_000 }),
    ).toBe(
      'home-01 at 2026-06-21T00:00:00Z: total import: got 33000, expected whole units of 10000 mWh, 0 or more',
    );
    expect(refusal(at({ rates: [part('T1', 1, 1), part('T2', 2)] }))).toContain(
      'export of the rates: got none of T2, expected one of every rate',
    );
    expect(refusal(at({ rates }))).toContain('export: got no total');
    expect(registerTotals([at({ rates })], { absentIsZero: true }).readings[0]).toMatchObject(
      total(33_000, 0),
    );
  });
});

describe('phases', () => {
  // One phase exports while two import.
  const phases = [part('L1', 5000, 0), part('L2', 3000, 0), part('L3', 0, 6000)];

  it('of a saldating meter sum to the difference of the totals only', () => {
    const saldo = at({ phases, total: total(2000, 0) });
    expect(registerTotals([saldo], { phaseSum: 'vector' }).findings).toEqual([]);
    const wrong = registerTotals([at({ phases, total: total(8000, 6001) })], {
      phaseSum: 'vector',
    });
    expect(wrong.findings.map(({ message }) => message)).toEqual([
      'import - export: the registers L1 + L2 + L3 sum to 0.002 kWh, expected exactly 0.001999 kWh, the total',
    ]);
    expect(registerTotals([saldo], { phaseSum: 'perPhase' }).findings).toHaveLength(2);
  });

  it('of a meter that counts each phase sum to the total of each direction, and give it where it has none', () => {
    const { readings, findings } = registerTotals([at({ phases })], { phaseSum: 'perPhase' });
    expect(readings[0]).toMatchObject(total(8000, 6000));
    expect(findings).toEqual([]);
    expect(
      registerTotals([at({ phases, total: total(8000, 6000) })], { phaseSum: 'vector' }).findings,
    ).toEqual([]);
  });

  it('without saying how they sum, or saldated without a total, are refused', () => {
    expect(refusal(at({ phases, total: total(1, 1) }))).toContain('phaseSum: got nothing');
    expect(refusal(at({ phases }), { phaseSum: 'vector' })).toContain('import: got no total');
  });

  it('whose sums do not fit make the intervals estimated', () => {
    const snapshots = [0, 1, 2].map((hour) =>
      at({ phases, total: total(2000 + (hour === 2 ? 1 : 0), 0) }, T0 + hour * HOUR),
    );
    const { readings } = registerTotals(snapshots, { phaseSum: 'vector' });
    const made = intervals(readings, { resolutionMs: HOUR, source: 'gw', maximumWatts: 1e4 });
    expect(made.intervals.map(({ quality }) => quality)).toEqual(['measured', 'estimated']);
  });
});

describe('register differences', () => {
  const settings = { resolutionMs: HOUR, source: 'gw', maximumWatts: 10_000 };
  const csv = (energies: readonly string[]): string =>
    [
      'metering_point,start,end,import_kwh,export_kwh,quality',
      ...energies.map((energy, hour) => {
        const [start, end] = [hour, hour + 1].map((each) => `2026-06-21T0${each}:00:00Z`);
        return `home-01,${start ?? ''},${end ?? ''},${energy},0.000,measured`;
      }),
    ].join('\n');
  const columns = (...energies: string[]) =>
    readCanonicalCsv(new TextEncoder().encode(csv(energies)), { file: 'x.csv' });

  it('are what the rule sumCheck holds the intervals against, within its tolerance', () => {
    const { readings } = registerTotals(
      [0, 3].map((hour) =>
        at({ rates: [part('T1', hour * 400_000, 0), part('T2', 5_000_000, 0)] }, T0 + hour * HOUR),
      ),
    );
    const sums = registerSums(readings, settings);
    expect(sums).toEqual([
      { meteringPoint: 'home-01', startMs: T0, endMs: T0 + 3 * HOUR, ...total(1_200_000, 0) },
    ]);
    const found = (tolerance: number, ...energies: string[]): string[] =>
      checkColumns(
        columns(...energies),
        [{ rule: 'sumCheck', toleranceMilliwattHours: tolerance }],
        { nowMs: T0 + 24 * HOUR, sums },
      ).findings.map(({ message }) => message);
    expect(found(0, '0.400', '0.300', '0.500')).toEqual([]);
    expect(found(0, '0.400', '0.300', '0.501')).toEqual([
      'import: the intervals sum to 1.201 kWh, expected 1.200 kWh',
    ]);
    expect(found(1000, '0.400', '0.300', '0.501')).toEqual([]);
    expect(found(1000, '0.400', '0.300', '0.502')).toEqual([
      'import: the intervals sum to 1.202 kWh, expected 1.200 kWh within 0.001 kWh',
    ]);
  });

  it('say nothing over a reset, a replacement or off the boundaries', () => {
    const reading = (hour: number, energy: number, meter = 'A') => ({
      ...at({ meter }, T0 + hour * HOUR),
      ...total(energy, 0),
    });
    const sums = registerSums(
      [
        ...[reading(0, 5_000_000), reading(1, 5_100_000), reading(1.5, 5_300_000)],
        ...[reading(2, 100), reading(3, 300), reading(4, 400, 'B'), reading(5, 900, 'B')],
      ],
      settings,
    );
    expect(
      sums.map(({ startMs, importMilliwattHours }) => [
        (startMs - T0) / HOUR,
        importMilliwattHours,
      ]),
    ).toEqual([
      [0, 100_000],
      [2, 200],
      [4, 500],
    ]);
  });
});
