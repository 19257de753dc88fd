import { intervalId, type IntervalV1 } from '@microgrid/events';
import {
  asKnownOn,
  chooseSource,
  correctInterval,
  isMeteringError,
  printSourceChoice,
  restoreInterval,
  withCorrection,
  type KnownInterval,
  type SourceSeries,
} from './index.js';

const T0 = Date.UTC(2026, 5, 21);
const QUARTER = 900_000;

function interval(slot: number, energy?: number, revision = 1): IntervalV1 {
  const span = {
    meteringPoint: 'home-01',
    start: new Date(T0 + slot * QUARTER).toISOString().replace('.000', ''),
    end: new Date(T0 + (slot + 1) * QUARTER).toISOString().replace('.000', ''),
    revision,
  };
  const known =
    energy === undefined
      ? { quality: 'missing' as const }
      : { importMilliwattHours: energy, exportMilliwattHours: 0, quality: 'measured' as const };
  return { kind: 'interval', version: 1, id: intervalId(span), ...span, ...known, source: 'gw' };
}

const by = { author: 'M. Silva', reason: 'read off the display' };

describe('corrections', () => {
  it('add revisions, can be restored, and leave every earlier knowledge as it was', () => {
    let series: readonly KnownInterval[] = [0, 1].map((slot) => ({
      interval: interval(slot, 100 + slot),
      knownMs: 1000,
    }));
    const first = interval(0, 100);
    const correction = correctInterval(
      first,
      { importMilliwattHours: 70, exportMilliwattHours: 1 },
      by,
    );
    series = withCorrection(series, correction, 2000);
    const restored = restoreInterval(correction.after, first, { ...by, reason: 'it was right' });
    series = withCorrection(series, restored, 3000);
    const known = (ms: number): unknown =>
      asKnownOn(series, ms).map((one) => [one.revision, one.importMilliwattHours, one.quality]);
    expect(known(999)).toEqual([]);
    expect(known(1999)).toEqual([
      [1, 100, 'measured'],
      [1, 101, 'measured'],
    ]);
    expect(known(2000)).toEqual([
      [2, 70, 'corrected'],
      [1, 101, 'measured'],
    ]);
    expect(known(9999)).toEqual([
      [3, 100, 'measured'],
      [1, 101, 'measured'],
    ]);
    expect(restored).toMatchObject({ restores: 1, before: { revision: 2 } });
  });

  it('of what is not the newest revision, without a reason, or below 0 are refused', () => {
    const correction = correctInterval(
      interval(0, 100),
      { importMilliwattHours: 70, exportMilliwattHours: 1 },
      by,
    );
    const series = [{ interval: interval(0, 120, 2), knownMs: 1 }];
    const refused = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        if (isMeteringError(error)) return error.code;
      }
      return 'accepted';
    };
    expect(refused(() => withCorrection(series, correction, 2))).toBe('conflicting-interval');
    const energies = { importMilliwattHours: 1, exportMilliwattHours: 0 };
    expect(refused(() => correctInterval(interval(0, 1), energies, { ...by, reason: ' ' }))).toBe(
      'bad-option',
    );
    const negative = { ...energies, importMilliwattHours: -1 };
    expect(refused(() => correctInterval(interval(0, 1), negative, by))).toBe('bad-option');
    expect(refused(() => restoreInterval(interval(0, 1), interval(1, 1), by))).toBe('bad-option');
  });
});

describe('sources', () => {
  const period = { startMs: T0, endMs: T0 + 4 * QUARTER, resolutionMs: QUARTER };
  const source = (
    kind: SourceSeries['kind'],
    energies: readonly (number | undefined)[],
  ): SourceSeries => ({
    kind,
    serial: `S-${kind}`,
    accuracyClass: 'B',
    intervals: energies.map((energy, slot) => interval(slot, energy)),
  });
  const gateway = source('gateway-registers', [1, 2, 3, 4]);

  it('take the most trusted one that is whole, and one alone', () => {
    const whole = chooseSource('home-01', period, [gateway, source('dso-file', [9, 9, 9, 9])]);
    expect(whole.shares.map(({ kind }) => kind)).toEqual(['dso-file']);
    const holed = [gateway, source('dso-file', [9, undefined, 9, 9])];
    const choice = chooseSource('home-01', period, holed);
    expect(choice.intervals.map((one) => one.importMilliwattHours)).toEqual([1, 2, 3, 4]);
    expect(printSourceChoice(choice)).toBe(
      'home-01 2026-06-21T00:00:00Z/2026-06-21T01:00:00Z: gateway-registers S-gateway-registers (class B) 4 intervals',
    );
  });

  it('are mixed only where the contract allows it, and then it is printed', () => {
    const sources = [
      source('gateway-registers', [1, undefined, 3]),
      source('dso-file', [9, 9, undefined]),
    ];
    const alone = chooseSource('home-01', period, sources);
    expect(alone.intervals.map((one) => one.importMilliwattHours)).toEqual([9, 9]);
    expect(alone.missing).toBe(2);
    const mixed = chooseSource('home-01', period, sources, { mixing: true });
    expect(mixed.intervals.map((one) => one.importMilliwattHours)).toEqual([9, 9, 3]);
    expect(printSourceChoice(mixed)).toContain(
      'dso-file S-dso-file (class B) 2 intervals, mixed in: gateway-registers S-gateway-registers (class B) 1 intervals, 1 missing',
    );
  });
});
