import fc from 'fast-check';
import { formatInstant } from '@microgrid/units';
import {
  CSV_HEADER,
  gridCsvChunks,
  intervalGrid,
  isMeteringError,
  readCanonicalCsv,
  writeCanonicalCsv,
  type GridSpan,
  type IntervalGrid,
  type MeteringError,
} from './index.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 5, 21);
const POINTS = ['a', 'b', 'c'];
const encoder = new TextEncoder();

function rowText(
  point: string,
  slot: number,
  minutes = 60,
  offsetMinutes = 0,
  rest = `${slot}.5,0.25,measured`,
): string {
  const startMs = START + slot * HOUR + offsetMinutes * 60_000;
  return `${point},${formatInstant(startMs)},${formatInstant(startMs + minutes * 60_000)},${rest}`;
}

/** Six hours of three points. */
function rows(): string[] {
  return Array.from({ length: 18 }, (_, index) =>
    rowText(POINTS[index % 3] as string, Math.floor(index / 3)),
  );
}

const SPAN: GridSpan = {
  points: ['c', 'a', 'b'],
  startMs: START + HOUR,
  endMs: START + 5 * HOUR,
  resolutionMs: HOUR,
};

function grid(lines: string[], span: GridSpan = SPAN): IntervalGrid {
  const bytes = encoder.encode([CSV_HEADER, ...lines, ''].join('\n'));
  return intervalGrid(readCanonicalCsv(bytes, { file: 'f.csv' }), span);
}

function errorOf(lines: string[], span?: GridSpan): MeteringError {
  try {
    grid(lines, span);
  } catch (error) {
    if (isMeteringError(error)) return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('intervalGrid', () => {
  it('lays the period out by interval, then point in id order, in any order of rows', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(rows(), { minLength: 18 }), (shuffled) => {
        const result = grid(shuffled);
        expect(result.points).toEqual(['a', 'b', 'c']);
        expect(result.intervals).toBe(4);
        expect(Array.from(result.importMilliwattHours)).toEqual(
          [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4].map((slot) => slot * 1_000_000 + 500_000),
        );
        expect(new Set(result.exportMilliwattHours)).toEqual(new Set([250_000]));
      }),
    );
  });

  it('writes the period in canonical form, equal to sorting its rows', () => {
    const inside = rows().slice(3, 15);
    const bytes = encoder.encode([CSV_HEADER, ...inside.toReversed(), ''].join('\n'));
    const sorted = writeCanonicalCsv(readCanonicalCsv(bytes, { file: 'f.csv' }));
    expect(Buffer.concat([...gridCsvChunks(grid(rows().toReversed()))])).toEqual(
      Buffer.from(sorted),
    );
  });

  it.each<[string, (lines: string[]) => void, string, number, string]>([
    ['an unknown metering point', (l) => (l[7] = rowText('z', 2)), 'unknown-point', 9, '"z"'],
    [
      'an unknown point outside the period',
      (l) => l.push(rowText('z', 5)),
      'unknown-point',
      20,
      'a, b, c',
    ],
    [
      'the same row twice',
      (l) => l.push(l[4] as string),
      'duplicate-interval',
      20,
      'line 6 has it already, with the same values',
    ],
    [
      'another value for an interval',
      (l) => l.push(rowText('b', 1, 60, 0, '9,0,measured')),
      'duplicate-interval',
      20,
      'line 6 has it already, with other values',
    ],
    [
      'a duplicate outside the period',
      (l) => l.push(l[0] as string),
      'duplicate-interval',
      20,
      'line 2',
    ],
    [
      'an overlapping row',
      (l) => l.push(rowText('b', 1, 60, 30)),
      'overlapping-interval',
      20,
      'no overlap with line 6',
    ],
    [
      'a shorter row inside another',
      (l) => l.push(rowText('b', 1, 15)),
      'overlapping-interval',
      20,
      'no overlap with line 6',
    ],
    [
      'a wrong resolution',
      (l) => (l[4] = rowText('b', 1, 30)),
      'wrong-resolution',
      6,
      'intervals of PT60M, so the end 2026-06-21T02:00:00Z',
    ],
    [
      'a misaligned row',
      (l) => {
        l[2] = rowText('c', -1, 60, 30, '0,0,measured');
      },
      'misaligned-interval',
      4,
      'whole multiple of PT60M',
    ],
    [
      'a missing interval',
      (l) => l.splice(7, 1),
      'missing-interval',
      6,
      'no interval 2026-06-21T02:00:00Z to 2026-06-21T03:00:00Z of b after this line',
    ],
    [
      'an interval marked missing',
      (l) => (l[7] = rowText('b', 2, 60, 0, ',,missing')),
      'missing-interval',
      9,
      'marked missing',
    ],
    [
      'a point without any row',
      (l) => l.splice(0, 18, ...l.filter((r) => !r.startsWith('b'))),
      'missing-interval',
      1,
      'and 3 more missing',
    ],
  ])('refuses %s', (_, change, code, line, words) => {
    const lines = rows();
    change(lines);
    const error = errorOf(lines);
    expect(error.code).toBe(code);
    expect(error.problem.file).toBe('f.csv');
    expect(error.problem.line).toBe(line);
    expect(error.message).toContain(words);
  });

  it('refuses a period that the data do not cover, naming where the data end', () => {
    const late = errorOf(rows(), { ...SPAN, endMs: START + 7 * HOUR });
    expect(late.code).toBe('outside-data');
    expect(late.message).toBe(
      'f.csv:17: period: got 2026-06-21T01:00:00Z to 2026-06-21T07:00:00Z, expected a period within the data, which end at this line: PT60M intervals from 2026-06-21T00:00:00Z to 2026-06-21T06:00:00Z',
    );
    expect(errorOf(rows(), { ...SPAN, startMs: START - HOUR }).problem.line).toBe(2);
    expect(errorOf([], SPAN).code).toBe('outside-data');
  });

  it('refuses a period that does not lie on the resolution or is empty', () => {
    expect(errorOf(rows(), { ...SPAN, startMs: START + HOUR / 2 }).code).toBe('bad-period');
    expect(errorOf(rows(), { ...SPAN, endMs: SPAN.startMs }).code).toBe('bad-period');
  });

  it('asks a point for readings only while it takes part', () => {
    const lines = rows().filter(
      (r) => !r.startsWith('b,2026-06-21T01') && !r.startsWith('b,2026-06-21T04'),
    );
    const points = ['a', 'c', { id: 'b', fromMs: START + 2 * HOUR, toMs: START + 4 * HOUR }];
    const result = grid(lines, { ...SPAN, points });
    expect(Number.isNaN(result.importMilliwattHours[1])).toBe(true);
    expect(result.importMilliwattHours[4]).toBe(2_500_000);
    expect(errorOf(lines).code).toBe('missing-interval');
  });

  it('bears rows a millennium apart', () => {
    const lines = [...rows(), rowText('a', 24 * 365 * 1000)];
    expect(grid(lines).intervals).toBe(4);
    expect(errorOf([...lines, lines[18] as string]).code).toBe('duplicate-interval');
  });
});
