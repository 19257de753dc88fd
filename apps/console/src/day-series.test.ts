import { formatInstant, parseInstant } from '@microgrid/units';
import * as fc from 'fast-check';
import { CURVES, daySeries, missesSamples, presentCurves, withState } from './day-series.js';
import type { ConsoleHistory } from './history.js';
import { sampleState } from './sample-site.js';

const START = '2026-06-20T23:00:00Z';
const startMs = parseInstant(START);

function day(samples: ConsoleHistory['samples']): ConsoleHistory {
  const end = formatInstant(startMs + 86_400_000);
  return {
    day: '2026-06-21',
    timeZone: 'Europe/Lisbon',
    start: START,
    end,
    sampleMs: 60_000,
    samples,
  };
}

const minute = (count: number): string => formatInstant(startMs + count * 60_000);

describe('daySeries', () => {
  test('absent values are open, zeros stay zeros', () => {
    const series = daySeries(
      day([
        { at: minute(0), gridWatts: 0 },
        { at: minute(1), pvWatts: 5 },
      ]),
    );
    expect(series.columns.gridWatts).toEqual([0, null]);
    expect(series.columns.pvWatts).toEqual([null, 5]);
    expect(presentCurves(series)).toEqual(['pvWatts', 'gridWatts']);
  });

  test('missing samples open a gap instead of a straight line', () => {
    const series = daySeries(
      day([
        { at: minute(0), gridWatts: 1 },
        { at: minute(9), gridWatts: 2 },
      ]),
    );
    expect(series.columns.gridWatts).toEqual([1, null, 2]);
    expect(series.atMs[1]).toBe(startMs + 60_000);
  });

  test('columns are equally long and instants rise, whatever order samples come in', () => {
    const sample = fc.record({ minute: fc.nat(1439), gridWatts: fc.integer() });
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 60 }), (samples) => {
        const series = daySeries(
          day(samples.map((each) => ({ at: minute(each.minute), gridWatts: each.gridWatts }))),
        );
        for (const curve of CURVES) expect(series.columns[curve]).toHaveLength(series.atMs.length);
        for (let at = 1; at < series.atMs.length; at += 1) {
          expect(series.atMs[at]).toBeGreaterThan(series.atMs[at - 1] ?? Infinity);
        }
      }),
    );
  });
});

describe('withState', () => {
  const series = daySeries(day([{ at: minute(0), gridWatts: 1 }]));

  test('adds the moment of a state once the spacing has passed', () => {
    expect(withState(series, sampleState(formatInstant(startMs + 59_000)))).toBe(series);
    const state = sampleState(minute(1));
    const longer = withState(series, state);
    expect(longer?.columns.gridWatts).toEqual([1, state.flows.gridWatts]);
    expect(series.columns.gridWatts).toEqual([1]);
  });

  test('leaves a value open that the state does not have', () => {
    const longer = withState(series, { ...sampleState(minute(1)), flows: {} });
    expect(longer?.columns.gridWatts).toEqual([1, null]);
  });

  test('says when the gateway has samples that the stream ran past', () => {
    expect(missesSamples(series, sampleState(minute(3)))).toBe(false);
    expect(missesSamples(series, sampleState(minute(4)))).toBe(true);
    expect(missesSamples(daySeries(day([])), sampleState(minute(4)))).toBe(false);
  });

  test('asks for another day by answering nothing', () => {
    expect(withState(series, sampleState(minute(1440)))).toBeUndefined();
    expect(withState(series, sampleState(minute(-1)))).toBeUndefined();
  });
});
