import { parseCommunity, type Community } from '@microgrid/community';
import { explainPoint } from './explain-point.js';
import { gridOf } from './generated-period.test-data.js';
import { pointCost, pointSurplus } from './member-days.js';
import { settle } from './settle.js';
import type { SettledPeriod } from './settled-period.js';
import { settlementContract } from './settlement-contract.js';
import { isSettlementError } from './settlement-error.js';

/** A Monday, 12:00 in Lisbon. */
const NOON_MS = Date.UTC(2026, 5, 22, 11);
const HOUR_MS = 3_600_000;

type Side = Readonly<Record<string, number>>;

interface Case {
  readonly imports: Side;
  readonly exports: Side;
  readonly points?: Readonly<Record<string, object>>;
  readonly files?: ReadonlyMap<string, string>;
  readonly startMs?: number;
}

/** Settles one hour of a community whose points are those named, in mWh. */
function settled(rules: object, given: Case): SettledPeriod {
  const { imports, exports, points = {}, files, startMs = NOON_MS } = given;
  const ids = [...new Set([...Object.keys(imports), ...Object.keys(exports)])].sort();
  const community: Community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'keys',
      name: 'Keys',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT60M',
      currency: 'EUR',
      netting: 'none',
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      members: ids.map((id) => ({ id, meteringPoints: [{ id, ...points[id] }] })),
      ...rules,
    }),
  );
  const period = { startMs, endMs: startMs + HOUR_MS };
  const contract = settlementContract(community, period, files ? { files } : {});
  const column = (side: Side): number[] => ids.map((id) => side[id] ?? 0);
  const grid = gridOf(contract, { imports: column(imports), exports: column(exports) });
  return settle(contract, grid, { checkLaws: true });
}

function by({ points }: SettledPeriod, column: Float64Array | undefined): Side {
  return Object.fromEntries(
    points.flatMap((id, index) => (column?.[index] ? [[id, column[index]]] : [])),
  );
}

const taken = (one: SettledPeriod): Side => by(one, one.sharedInMilliwattHours);
const given = (one: SettledPeriod): Side => by(one, one.sharedOutMilliwattHours);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isSettlementError(error)) return error.code;
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing thrown';
}

const fixed = (coefficients: object, extra: object = {}): object => ({
  type: 'fixed',
  coefficients,
  ...extra,
});
const proportional = { type: 'proportional' };

describe('the fixed key', () => {
  const half = fixed({ a: '0.5', b: '0.5' });
  const short: Case = { imports: { a: 200, b: 2000 }, exports: { plant: 1000 } };

  test('lets what a point cannot use feed the grid, unless the contract says otherwise', () => {
    const one = settled({ sharingKey: half }, short);
    expect(taken(one)).toEqual({ a: 200, b: 500 });
    expect(given(one)).toEqual({ plant: 700 });
    expect(one.ownSurplusMilliwattHours).toBeUndefined();
  });

  test('gives it back to the pool until nothing moves', () => {
    expect(taken(settled({ sharingKey: half, unused: 'pool' }, short))).toEqual({ a: 200, b: 800 });
    const three = settled(
      { sharingKey: fixed({ a: '0.6', b: '0.3', c: '0.1' }), unused: 'pool' },
      { imports: { a: 100, b: 250, c: 5000 }, exports: { plant: 1000 } },
    );
    expect(taken(three)).toEqual({ a: 100, b: 250, c: 650 });
  });

  test('leaves it with the member, who sells it; the plant no longer does', () => {
    const one = settled({ sharingKey: half, unused: 'member' }, short);
    expect(taken(one)).toEqual({ a: 200, b: 500 });
    expect(by(one, one.ownSurplusMilliwattHours)).toEqual({ a: 300 });
    expect(by(one, one.assignedOutMilliwattHours)).toEqual({ plant: 300 });
    expect(one.points.map((_, point) => pointSurplus(one, point))).toEqual([300, 0, 0]);
    // a pays 200 mWh at 0.12 and earns 300 mWh at 0.05; the plant earns 700 mWh at 0.12.
    expect(pointCost(one, 0, 0)).toBe(200n * 120_000n - 300n * 50_000n);
    expect(pointCost(one, 0, 2)).toBe(-700n * 120_000n);
    expect(explainPoint(one, 'a', NOON_MS).share).toMatchObject({
      key: 'fixed',
      coefficient: '0.5',
      unused: 'member',
      surplusMilliwattHours: 300,
      ownSurplusMilliwattHours: 300,
    });
  });

  test('divides coefficients by their sum where the contract renormalises them', () => {
    const key = fixed({ a: '0.1', b: '0.45', c: '0.3' }, { sum: 'renormalise' });
    const one = settled(
      { sharingKey: key },
      { imports: { a: 9000, b: 9000, c: 9000 }, exports: { plant: 8500 } },
    );
    expect(taken(one)).toEqual({ a: 1000, b: 4500, c: 3000 });
  });

  test('divides equal parts of ten thousand points, and says which coefficients have too many digits', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `p${index}`);
    const imports = Object.fromEntries(ids.map((id) => [id, 5]));
    const roof = { imports, exports: { roof: 20_000 }, points: { roof: { role: 'producer' } } };
    const key = { type: 'fixed', coefficients: 'equal' };
    const one = settled({ sharingKey: key }, roof);
    expect(new Set(Object.values(taken(one)))).toEqual(new Set([2]));
    const uneven = Object.fromEntries(ids.map((id, at) => [id, at < 2 ? '0.999999999999' : '1']));
    const digits = { type: 'fixed', coefficients: uneven, sum: 'renormalise' };
    expect(codeOf(() => settled({ sharingKey: digits }, roof))).toBe('bad-coefficients');
  });

  test('goes by season, day type, hour and holiday', () => {
    const key = fixed({
      calendar: [
        { dayTypes: ['holiday'], coefficients: { a: '1' } },
        { hours: [{ from: '12:00', to: '13:00' }], coefficients: { b: '1' } },
        { seasons: [{ from: '06-01', to: '06-30' }], coefficients: { a: '0.5' } },
      ],
    });
    const full = { imports: { a: 1000, b: 1000 }, exports: { plant: 1000 } };
    const at = (startMs: number, calendar: object = {}): Side =>
      taken(settled({ sharingKey: key, ...calendar }, { ...full, startMs }));
    expect(at(NOON_MS)).toEqual({ b: 1000 });
    expect(at(NOON_MS + HOUR_MS)).toEqual({ a: 500 });
    expect(at(NOON_MS, { calendar: { holidays: ['2026-06-22'] } })).toEqual({ a: 1000 });
    expect(codeOf(() => at(NOON_MS + 40 * 86_400_000 + HOUR_MS))).toBe('bad-coefficients');
  });

  test('reads a yearly file of every hour, by the clock on the wall', () => {
    const [a, b] = [cups('0031000000000001'), cups('0031000000000002')];
    // 22 June is day 173: its hour from 12:00 is the 4,141st of the year.
    const lines = Array.from({ length: 8760 }, (_, hour) => {
      const [first, second] = hour === 4140 ? ['0,250000', '0,750000'] : ['0,500000', '0,500000'];
      return `${a};${hour + 1};${first}\n${b};${hour + 1};${second}\n`;
    });
    const files = new Map([['coefficients.txt', lines.join('')]]);
    const rules = { sharingKey: fixed({ file: 'coefficients.txt' }) };
    const full = { imports: { [a]: 1000, [b]: 1000 }, exports: { plant: 1000 }, files };
    expect(taken(settled(rules, full))).toEqual({ [a]: 250, [b]: 750 });
    const later = settled(rules, { ...full, startMs: NOON_MS + HOUR_MS });
    expect(taken(later)).toEqual({ [a]: 500, [b]: 500 });
  });
});

/** A Spanish supply point with its control letters. */
function cups(digits: string): string {
  const letters = 'TRWAGMYFPDXBNJZSQVHLCKE';
  const rest = Number(BigInt(digits) % 529n);
  return `ES${digits}${letters.charAt(Math.floor(rest / 23))}${letters.charAt(rest % 23)}0F`;
}

describe('keys of groups', () => {
  const groups = [
    { id: 'first', points: ['a', 'b'], key: proportional },
    { id: 'second', points: ['c'], key: proportional },
  ];

  test('priority: each group takes what it claims of what is left', () => {
    const key = { type: 'priority', groups };
    const one = settled(
      { sharingKey: key },
      { imports: { a: 300, b: 100, c: 1000, d: 1000 }, exports: { plant: 600 } },
    );
    expect(taken(one)).toEqual({ a: 300, b: 100, c: 200 });
    expect(explainPoint(one, 'c', NOON_MS).share).toMatchObject({
      key: 'priority',
      groups: ['second'],
    });
    const scarce = settled(
      { sharingKey: key },
      { imports: { a: 300, b: 100, c: 1000 }, exports: { plant: 200 } },
    );
    expect(taken(scarce)).toEqual({ a: 150, b: 50 });
  });

  test('nested: each group has its share of the pool, which stays unused or goes to the others', () => {
    const key = {
      type: 'nested',
      groups: [
        { ...groups[0], share: '0.7' },
        { ...groups[1], share: '0.3' },
      ],
    };
    const readings = { imports: { a: 300, b: 100, c: 1000 }, exports: { plant: 1000 } };
    expect(taken(settled({ sharingKey: key }, readings))).toEqual({ a: 300, b: 100, c: 300 });
    expect(taken(settled({ sharingKey: key, unused: 'pool' }, readings))).toEqual({
      a: 300,
      b: 100,
      c: 600,
    });
  });

  test('combined: the second step shares what the first left of pool and claims', () => {
    const key = { type: 'combined', steps: [fixed({ a: '0.25', b: '0.25' }), proportional] };
    const one = settled(
      { sharingKey: key },
      { imports: { a: 100, b: 500, c: 300 }, exports: { plant: 800 } },
    );
    // First a 100, b 200; 500 are left for b's 300 and c's 300.
    expect(taken(one)).toEqual({ a: 100, b: 450, c: 250 });
  });

  test('two-sided: the short side is used up, by its own key', () => {
    const key = {
      type: 'twoSided',
      scarce: fixed({ a: '1' }),
      abundant: {
        type: 'priority',
        groups: [
          { id: 'old', points: ['p'], key: proportional },
          { id: 'new', points: ['q'], key: proportional },
        ],
      },
    };
    const few = settled(
      { sharingKey: key },
      { imports: { a: 300, b: 500 }, exports: { p: 200, q: 300 } },
    );
    expect(taken(few)).toEqual({ a: 300, b: 200 });
    expect(given(few)).toEqual({ p: 200, q: 300 });
    const many = settled(
      { sharingKey: key },
      { imports: { a: 300, b: 100 }, exports: { p: 200, q: 300 } },
    );
    expect(taken(many)).toEqual({ a: 300, b: 100 });
    expect(given(many)).toEqual({ p: 200, q: 200 });
  });
});

describe('keys that say themselves who gives, inside other keys', () => {
  const pairs = (coefficients: object): object => ({ type: 'pairs', coefficients });
  const group = (id: string, points: string[], key: object): object => ({ id, points, key });

  test('a group takes by its own matrix what it claims; the groups behind share what is left', () => {
    const key = {
      type: 'priority',
      groups: [
        group('owners', ['a', 'b'], pairs({ p: { a: '0.5', b: '0.5' } })),
        group('others', ['c'], proportional),
      ],
    };
    const one = settled(
      { sharingKey: key },
      { imports: { a: 100, b: 900, c: 5000 }, exports: { p: 1000, q: 200 } },
    );
    // The matrix means 500 of p for each of a and b; c takes what they leave of p, and all of q.
    expect(taken(one)).toEqual({ a: 100, b: 500, c: 600 });
    expect(given(one)).toEqual({ p: 1000, q: 200 });
  });

  test('a group with two sides knows its own claims alone', () => {
    const sides = {
      type: 'twoSided',
      scarce: fixed({ a: '1' }),
      abundant: fixed({ q: '1' }),
    };
    const key = {
      type: 'combined',
      steps: [
        { type: 'priority', groups: [group('g', ['a'], sides)] },
        { type: 'priority', groups: [group('h', ['b'], proportional)] },
      ],
    };
    const one = settled(
      { sharingKey: key },
      { imports: { a: 300, b: 5000 }, exports: { p: 1000, q: 200 } },
    );
    // 300 of 1200 are claimed in the group: q sells all it has first, p the rest.
    expect(taken(one)).toEqual({ a: 300, b: 900 });
    expect(given(one)).toEqual({ p: 1000, q: 200 });
  });

  test('by calendar: other keys on other days', () => {
    const key = {
      type: 'calendar',
      rows: [
        { dayTypes: ['workingDay'], key: pairs({ p: { a: '1' } }) },
        { key: { type: 'priority', groups: [group('g', ['b'], proportional)] } },
      ],
    };
    const readings = { imports: { a: 500, b: 500 }, exports: { p: 600 } };
    expect(taken(settled({ sharingKey: key }, readings))).toEqual({ a: 500 });
    const sunday = { ...readings, startMs: NOON_MS - 24 * HOUR_MS };
    const other = settled({ sharingKey: key }, sunday);
    expect(taken(other)).toEqual({ b: 500 });
    expect(explainPoint(other, 'b', sunday.startMs).share).toMatchObject({
      key: 'priority',
      groups: ['g'],
    });
  });

  test('by calendar: an interval that no row holds for is refused', () => {
    const rows = [{ dayTypes: ['sunday'], key: proportional }];
    const sharingKey = { type: 'calendar', rows };
    const work = (): unknown => settled({ sharingKey }, { imports: { a: 1 }, exports: { p: 1 } });
    expect(codeOf(work)).toBe('bad-coefficients');
  });

  test('a market behind other keys trades what they leave; what they share has the internal price', () => {
    const market = {
      type: 'market',
      mechanism: 'poolCrossing',
      bids: { a: '0.2', b: '0.2' },
      asks: { p: '0.08' },
    };
    const key = { type: 'combined', steps: [pairs({ p: { a: '0.25' } }), market] };
    const one = settled(
      { sharingKey: key },
      { imports: { a: 100, b: 1000 }, exports: { p: 1000 } },
    );
    expect(taken(one)).toEqual({ a: 100, b: 900 });
    // 100 mWh at 0.12 by the matrix; 900 at 0.20, as b's bid is only partly filled.
    expect(Array.from(one.internalAmounts?.paidPico ?? [])).toEqual([
      100n * 120_000n,
      900n * 200_000n,
      0n,
    ]);
    expect(one.internalAmounts?.earnedPico[2]).toBe(100n * 120_000n + 900n * 200_000n);
  });

  test('a market on some days makes the money of those days alone, also under a transformer limit', () => {
    const market = { type: 'market', mechanism: 'midMarketRate' };
    const key = {
      type: 'calendar',
      rows: [{ dayTypes: ['sunday'], key: market }, { key: proportional }],
    };
    const rules = { sharingKey: key, transformer: { limitKilovoltAmperes: '0.000400' } };
    const readings = { imports: { a: 500 }, exports: { p: 600 } };
    const working = settled(rules, readings);
    expect(taken(working)).toEqual({ a: 400 });
    expect(working.internalAmounts?.paidPico[0]).toBe(400n * 120_000n);
    const sunday = settled(rules, { ...readings, startMs: NOON_MS - 24 * HOUR_MS });
    expect(sunday.internalAmounts?.paidPico[0]).toBe(400n * 150_000n);
  });
});

describe('where an allocation falls though its claim grows', () => {
  test('by 1 mWh in a step behind one in proportion: it sees what rounding left of the claims', () => {
    const all = { id: 'g', points: ['a', 'b', 'c', 'd', 'e'], share: '0.8', key: proportional };
    const key = { type: 'combined', steps: [{ type: 'nested', groups: [all] }, proportional] };
    const claims = { a: 8, b: 3, c: 10, d: 8, e: 1 };
    const of = (imports: Side): Side =>
      taken(settled({ sharingKey: key }, { imports, exports: { p: 19 } }));
    expect(of(claims)).toEqual({ a: 5, b: 2, c: 7, d: 5 });
    expect(of({ ...claims, c: 11 })).toEqual({ a: 5, b: 2, c: 6, d: 5, e: 1 });
  });

  test('where it tips a two-sided key to the side that leaves unused parts with members', () => {
    const key = { type: 'twoSided', scarce: fixed({ a: '0.3', b: '0.7' }), abundant: proportional };
    const rules = { sharingKey: key, unused: 'member' };
    const of = (a: number): Side =>
      taken(settled(rules, { imports: { a, b: 6 }, exports: { p: 10 } }));
    expect(of(4)).toEqual({ a: 4, b: 6 });
    expect(of(5)).toEqual({ a: 3, b: 6 });
    // Where the pool takes unused parts back, the short side is used up and nobody loses.
    const back = settled(
      { ...rules, unused: 'pool' },
      { imports: { a: 5, b: 6 }, exports: { p: 10 } },
    );
    expect(taken(back)).toEqual({ a: 4, b: 6 });
  });
});

describe('the matrix of producers and consumers', () => {
  const key = {
    type: 'pairs',
    coefficients: { p: { a: '0.5', b: '0.5' }, q: { b: '1' } },
  };
  const readings = { imports: { a: 100, b: 1000 }, exports: { p: 600, q: 200 } };

  test('says who takes and whose injection it is', () => {
    const one = settled({ sharingKey: key }, readings);
    expect(taken(one)).toEqual({ a: 100, b: 500 });
    expect(given(one)).toEqual({ p: 400, q: 200 });
  });

  test('lets a capped consumer take of its producers in proportion', () => {
    const one = settled({ sharingKey: key }, { ...readings, imports: { a: 300, b: 100 } });
    expect(taken(one)).toEqual({ a: 300, b: 100 });
    expect(given(one)).toEqual({ p: 360, q: 40 });
  });

  test('offers what is left again to those of the row that still claim', () => {
    const one = settled({ sharingKey: key, unused: 'pool' }, readings);
    expect(taken(one)).toEqual({ a: 100, b: 700 });
    expect(given(one)).toEqual({ p: 600, q: 200 });
  });

  test('leaves unused parts with the member, of the producers that meant them', () => {
    const one = settled({ sharingKey: key, unused: 'member' }, readings);
    expect(by(one, one.ownSurplusMilliwattHours)).toEqual({ a: 200 });
    expect(by(one, one.assignedOutMilliwattHours)).toEqual({ p: 200 });
  });

  test('comes from a file as well', () => {
    const text = 'producer,consumer,coefficient\np,a,0.5\np,b,0.5\nq,b,1\n';
    const files = new Map([['pairs.csv', text]]);
    const one = settled(
      { sharingKey: { type: 'pairs', coefficients: { file: 'pairs.csv' } } },
      { ...readings, files },
    );
    expect(taken(one)).toEqual({ a: 100, b: 500 });
    expect(given(one)).toEqual({ p: 400, q: 200 });
  });
});

describe('an allocation given afterwards', () => {
  const rules = { sharingKey: { type: 'exPost', file: 'allocation.csv', values: 'energy' } };
  const readings = { imports: { a: 500_000, b: 900_000 }, exports: { plant: 1_000_000 } };
  const file = (a: string, b: string): ReadonlyMap<string, string> =>
    new Map([
      [
        'allocation.csv',
        `metering_point,start,end,allocated_kwh\na,2026-06-22T11:00:00Z,2026-06-22T12:00:00Z,${a}\nb,2026-06-22T11:00:00Z,2026-06-22T12:00:00Z,${b}\n`,
      ],
    ]);

  test('is taken as it is', () => {
    const one = settled(rules, { ...readings, files: file('0.1', '0.8') });
    expect(taken(one)).toEqual({ a: 100_000, b: 800_000 });
    expect(given(one)).toEqual({ plant: 900_000 });
  });

  test('is refused above a claim, above the pool, and where it is absent', () => {
    const code = (files: ReadonlyMap<string, string>): string =>
      codeOf(() => settled(rules, { ...readings, files }));
    expect(code(file('0.6', '0.1'))).toBe('bad-allocation');
    expect(code(file('0.5', '0.6'))).toBe('bad-allocation');
    expect(
      codeOf(() => settled(rules, { ...readings, files: file('0.1', '0.1'), startMs: 0 })),
    ).toBe('bad-allocation');
    expect(code(new Map())).toContain('allocation.csv');
  });

  test('is cut to limits in kVA like any claim', () => {
    const one = settled(rules, {
      ...readings,
      files: file('0.4', '0.5'),
      points: { a: { importLimitKilovoltAmperes: '0.3' } },
    });
    expect(taken(one)).toEqual({ a: 300_000, b: 500_000 });
  });

  test('is cut to limits in kVA on the side of the producers too, in that interval alone', () => {
    const file = [
      'metering_point,start,end,allocated_kwh',
      'a,2026-06-22T11:00:00Z,2026-06-22T12:00:00Z,0',
      'p,2026-06-22T11:00:00Z,2026-06-22T12:00:00Z,0.000500',
    ].join('\n');
    const sharingKey = {
      type: 'twoSided',
      scarce: proportional,
      abundant: { type: 'exPost', file: 'sold.csv', values: 'energy' },
    };
    const sides = { imports: { a: 600 }, exports: { p: 1000 } };
    const files = new Map([['sold.csv', file]]);
    expect(given(settled({ sharingKey }, { ...sides, files }))).toEqual({ p: 600 });
    const points = { a: { importLimitKilovoltAmperes: '0.000400' } };
    expect(given(settled({ sharingKey }, { ...sides, files, points }))).toEqual({ p: 400 });
    const less = { ...sides, imports: { a: 400 }, files };
    expect(codeOf(() => settled({ sharingKey }, less))).toBe('bad-allocation');
  });

  test('can be coefficients', () => {
    const files = new Map([['share.csv', 'metering_point,coefficient\na,0.2\nb,0.8\n']]);
    const one = settled(
      { sharingKey: { type: 'exPost', file: 'share.csv', values: 'coefficient' } },
      { ...readings, files },
    );
    expect(taken(one)).toEqual({ a: 200_000, b: 800_000 });
  });
});

describe('attribution to plants', () => {
  const readings = { imports: { U1: 25, U2: 35 }, exports: { P1: 30, P2: 50 } };
  const points = {
    P1: { entryIntoService: '2023-01-10', installedKilowatts: '1' },
    P2: { entryIntoService: '2024-06-01', installedKilowatts: '4' },
  };

  test('by entry into service: the oldest first, each up to its injection', () => {
    const rules = { sharingKey: proportional, plants: { by: 'entryIntoService' } };
    expect(given(settled(rules, { ...readings, points }))).toEqual({ P1: 30, P2: 30 });
    const less = { ...readings, imports: { U1: 20 } };
    expect(given(settled(rules, { ...less, points }))).toEqual({ P1: 20 });
  });

  test('by installed power, each up to its injection', () => {
    const rules = { sharingKey: proportional, plants: { by: 'installedPower' } };
    expect(given(settled(rules, { ...readings, points }))).toEqual({ P1: 12, P2: 48 });
    const all = { ...readings, imports: { U1: 75 } };
    expect(given(settled(rules, { ...all, points }))).toEqual({ P1: 25, P2: 50 });
  });

  test('refuses a plant that says nothing of what is asked', () => {
    const rules = { sharingKey: proportional, plants: { by: 'installedPower' } };
    expect(codeOf(() => settled(rules, readings))).toBe('no-plant-data');
  });
});

describe('what a point brings into sharing', () => {
  test('is its participation factor’s part, and only that is settled', () => {
    const factor = (percent: number): object => ({
      participation: [{ community: 'keys', percent }],
    });
    const one = settled(
      { sharingKey: proportional },
      {
        imports: { C1: 3000, C2: 10_000 },
        exports: { P1: 8000, P2: 4000 },
        points: { P2: factor(50), C2: factor(40) },
      },
    );
    expect(taken(one)).toEqual({ C1: 3000, C2: 4000 });
    expect(one.points.map((_, point) => pointSurplus(one, point))).toEqual([0, 0, 2400, 600]);
    expect(Array.from(one.consumedMilliwattHours)).toEqual([3000, 4000, 0, 0]);
    expect(explainPoint(one, 'C2', NOON_MS).claim).toMatchObject({ participationPercent: 40 });
  });

  test('is one side only of a storage, that of its larger flow', () => {
    const points = { s: { role: 'storage' } };
    const rules = { sharingKey: proportional };
    const charging = settled(rules, {
      imports: { a: 100, s: 50 },
      exports: { plant: 100, s: 10 },
      points,
    });
    expect(given(charging)).toEqual({ plant: 100 });
    expect(taken(charging)).toEqual({ a: 67, s: 33 });
    const giving = settled(rules, {
      imports: { a: 100, s: 10 },
      exports: { plant: 20, s: 50 },
      points,
    });
    expect(taken(giving)).toEqual({ a: 70 });
    expect(given(giving)).toEqual({ plant: 20, s: 50 });
  });

  test('is nothing of a producer’s consumption and of a consumer’s export', () => {
    const one = settled(
      { sharingKey: proportional },
      {
        imports: { a: 100, plant: 100 },
        exports: { a: 100, plant: 80 },
        points: { plant: { role: 'producer' }, a: { role: 'consumer' } },
      },
    );
    expect(taken(one)).toEqual({ a: 80 });
    expect(given(one)).toEqual({ plant: 80 });
  });

  test('is at most what an export constraint lets out', () => {
    const one = settled(
      { sharingKey: proportional, exportConstraints: [{ limitKilowatts: '0.00005' }] },
      { imports: { a: 100 }, exports: { plant: 80 } },
    );
    expect(given(one)).toEqual({ plant: 50 });
  });

  test('is no export of a storage below its reserve; without a signed state the contract decides', () => {
    const reserve = (whenNotEvaluable: string): object => ({
      sharingKey: proportional,
      reserveLevels: [{ point: 'plant', minimumPercent: '20', whenNotEvaluable }],
    });
    const readings = { imports: { a: 100 }, exports: { plant: 80 } };
    expect(given(settled(reserve('accept'), readings))).toEqual({ plant: 80 });
    expect(given(settled(reserve('refuse'), readings))).toEqual({});
    expect(codeOf(() => settled(reserve('stop'), readings))).toBe('not-evaluable');
  });
});

describe('the market key', () => {
  const readings = { imports: { a: 1000, b: 1000 }, exports: { p: 600, q: 900 } };
  const limits = {
    bids: { a: '0.2', b: '0.1' },
    asks: { p: '0.06', q: '0.08' },
  };

  test('clears at one price, which takers pay and givers earn', () => {
    const one = settled(
      { sharingKey: { type: 'market', mechanism: 'poolCrossing', ...limits } },
      readings,
    );
    expect(taken(one)).toEqual({ a: 1000, b: 500 });
    const price = BigInt(one.internalAmounts?.buyersPrices[0] ?? NaN);
    expect(one.internalAmounts?.paidPico[0]).toBe(1000n * price);
    expect(pointCost(one, 0, 0)).toBe(1000n * price);
    expect(explainPoint(one, 'a', NOON_MS).share.buyersPriceMicroPerKilowattHour).toBe(
      Number(price),
    );
  });

  test('keeps what buyers pay above what sellers ask on an account of its own', () => {
    const key = { type: 'market', mechanism: 'payAsBid', options: { sellers: 'ask' }, ...limits };
    const one = settled({ sharingKey: key }, readings);
    expect(pointCost(one, 0, 0)).toBe(1000n * 200_000n);
    const paid = 1000n * 200_000n + 500n * 100_000n;
    const earned = 600n * 60_000n + 900n * 80_000n;
    expect(one.internalAmounts?.residualPico[0]).toBe(paid - earned);
  });

  test('keeps to the contract’s price limits', () => {
    const key = { type: 'market', mechanism: 'payAsBid', ...limits };
    const rules = { sharingKey: key, priceLimits: { maximum: '0.15', outside: 'limit' } };
    const one = settled(rules, readings);
    expect(one.internalAmounts?.paidPico[0]).toBe(1000n * 150_000n);
  });

  test('is curtailed by a transformer limit without a loss', () => {
    const key = { type: 'market', mechanism: 'payAsBid', options: { sellers: 'ask' }, ...limits };
    const one = settled(
      { sharingKey: key, transformer: { limitKilovoltAmperes: '0.0003' } },
      readings,
    );
    expect(one.sharedMilliwattHours[0]).toBe(300);
    expect((one.internalAmounts?.residualPico[0] ?? -1n) > 0n).toBe(true);
  });
});

test('price limits move the internal price, or refuse it', () => {
  const readings = { imports: { a: 100 }, exports: { plant: 80 } };
  const rules = (outside: string): object => ({
    sharingKey: proportional,
    priceLimits: { maximum: '0.1', outside },
  });
  expect(Array.from(settled(rules('limit'), readings).prices.internal)).toEqual([100_000]);
  expect(codeOf(() => settled(rules('refuse'), readings))).toBe('out-of-range');
});

test('totals beyond 2^53 - 1 mWh are refused by interval and point, also of points that take no part', () => {
  const half = 2 ** 52;
  const sharingKey = proportional;
  const points = { a: { validTo: '2026-01-01' }, b: { validTo: '2026-01-01' } };
  const work = (): unknown =>
    settled({ sharingKey }, { imports: { a: half, b: half + 2, c: 7 }, exports: { p: 7 }, points });
  expect(work).toThrow(
    `interval 2026-06-22T11:00:00Z: imports add up to more than 2^53 - 1 mWh, the largest ${half + 2} mWh of b`,
  );
  expect(codeOf(work)).toBe('out-of-range');
});
