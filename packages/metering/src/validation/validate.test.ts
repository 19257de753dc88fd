import { from, lastValueFrom, toArray } from 'rxjs';
import { intervalId, type IntervalV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import {
  intervals as intervalsOf,
  validate,
  type CounterReading,
  type Finding,
  type StreamRule,
} from '../index.js';
import { intervals, validate as validateStream } from '../rxjs.js';
import { MemorySeriesStore, seriesStoreContract } from '../testing.js';

const QUARTER = 900_000;
const T0 = Date.UTC(2026, 5, 21);
const RULES: StreamRule[] = [
  { rule: 'negative' },
  { rule: 'aboveLimit', maximumImportWatts: 6900, maximumExportWatts: 3680 },
  { rule: 'future', toleranceMs: 5000 },
  { rule: 'overlap' },
  { rule: 'order' },
  { rule: 'gap' },
];

function interval(slot: number, imported = 100, exported = 0, minutes = 15): IntervalV1 {
  const span = {
    meteringPoint: 'home-01',
    start: formatInstant(T0 + slot * QUARTER),
    end: formatInstant(T0 + slot * QUARTER + minutes * 60_000),
    revision: 1,
  };
  return {
    kind: 'interval',
    version: 1,
    id: intervalId(span),
    ...span,
    importMilliwattHours: imported,
    exportMilliwattHours: exported,
    quality: 'measured',
    source: 'gw-01',
  };
}

function found(list: IntervalV1[], nowMs = T0 + 1000 * QUARTER): [string, string][] {
  return validate(list, RULES, nowMs).findings.map(({ rule, severity }) => [rule, severity]);
}

describe('validation rules', () => {
  it('find nothing in a good series and pass it unchanged', () => {
    const good = [0, 1, 2, 3].map((slot) => interval(slot));
    expect(validate(good, RULES, T0 + 4 * QUARTER)).toEqual({ intervals: good, findings: [] });
  });

  it.each<[string, IntervalV1[], [string, string][]]>([
    ['negative energy', [interval(0, -1)], [['negative', 'error']]],
    ['import above the fuse', [interval(0, 1_725_001)], [['aboveLimit', 'warning']]],
    ['import at the fuse', [interval(0, 1_725_000)], []],
    ['export above the nameplate', [interval(0, 0, 920_001)], [['aboveLimit', 'warning']]],
    ['a gap', [interval(0), interval(2)], [['gap', 'warning']]],
    ['an overlap', [interval(0, 1, 0, 30), interval(1)], [['overlap', 'error']]],
    ['the same interval twice', [interval(0), interval(0)], [['overlap', 'error']]],
    ['a step back', [interval(4), interval(0), interval(5)], [['order', 'error']]],
  ])('find %s', (_, list, findings) => {
    expect(found(list)).toEqual(findings);
  });

  it('find an interval that ends in the future', () => {
    expect(found([interval(0)], T0 + QUARTER - 5001)).toEqual([['future', 'warning']]);
    expect(found([interval(0)], T0 + QUARTER - 5000)).toEqual([]);
  });

  it('refuse an interval on an error and lower its quality on a warning with a cause', () => {
    const { intervals: passed } = validate(
      [interval(0, -1), interval(1, 9e9), interval(2)],
      RULES,
      T0 + 9 * QUARTER,
    );
    expect(passed.map(({ quality, causes }) => [quality, causes])).toEqual([
      ['estimated', ['above-limit']],
      ['measured', undefined],
    ]);
  });

  it('say the gap they found', () => {
    const [gap] = validate([interval(0), interval(3)], RULES, T0 + 9 * QUARTER).findings as [
      Finding,
    ];
    expect([gap.start, gap.end]).toEqual(['2026-06-21T00:15:00Z', '2026-06-21T00:45:00Z']);
  });
});

describe('the operators', () => {
  it('give what the functions give, through one pipe', async () => {
    const settings = { resolutionMs: QUARTER, source: 'gw-01', maximumWatts: 20_000 };
    const readings: CounterReading[] = Array.from({ length: 400 }, (_, index) => ({
      meteringPoint: `home-${index % 2}`,
      atMs: T0 + Math.floor(index / 2) * 30_000,
      importMilliwattHours: index * 5000,
      exportMilliwattHours: index === 200 ? 0 : index * 70,
      quality: 'good',
    }));
    const states = new Map<string, unknown>();
    const findings: Finding[] = [];
    const streamed = await lastValueFrom(
      from(readings).pipe(
        intervals({ ...settings, onState: (point, state) => states.set(point, state) }),
        validateStream(RULES, {
          nowMs: () => T0 + 3 * QUARTER,
          onFinding: (finding) => findings.push(finding),
        }),
        toArray(),
      ),
    );
    const expected = validate(intervalsOf(readings, settings).intervals, RULES, T0 + 3 * QUARTER);
    expect(streamed).toEqual(expected.intervals);
    expect(findings).toEqual(expected.findings);
    expect(findings.length).toBeGreaterThan(0);
    expect([...states.keys()]).toEqual(['home-0', 'home-1']);
  });
});

describe('the series store in memory', () => {
  for (const law of seriesStoreContract) {
    it(law.name, () => law.check(new MemorySeriesStore()));
  }
});
