import fc from 'fast-check';
import { canonicalCommunity } from './community.js';
import { coefficientRowAt, communityHolidays } from './calendar-row.js';
import { parseCommunity, safeParseCommunity } from './parse-community.js';
import type { CoefficientRow } from './sharing-key.js';

/** A community of a mill, a house, a shop and a plant with a sharing key and more fields. */
function text(sharingKey: unknown, more: object = {}): string {
  return JSON.stringify(
    {
      schema: 'microgrid/community/1',
      id: 'valley',
      name: 'The valley',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey,
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      ...more,
      members: [
        { id: 'mill', meteringPoints: [{ id: 'mill' }] },
        { id: 'home', meteringPoints: [{ id: 'house' }, { id: 'shop' }] },
        { id: 'plant', meteringPoints: [{ id: 'plant', role: 'producer' }] },
      ],
    },
    null,
    1,
  );
}

/** Refusals without file and line. */
function refusals(sharingKey: unknown, more?: object): string[] {
  const result = safeParseCommunity(text(sharingKey, more), 'c');
  if (result.success) return [];
  return result.error.message.split('\n').map((line) => line.replace(/^c:\d+: /, ''));
}

const key = (sharingKey: unknown): unknown => parseCommunity(text(sharingKey)).sharingKey;
const proportional = { type: 'proportional' };

describe('sharing keys', () => {
  test.each([
    ['proportional', proportional],
    ['fixed', { type: 'fixed', coefficients: { house: '0.25', mill: '0.5' } }],
    [
      'fixed by calendar',
      {
        type: 'fixed',
        sum: 'exactly-1',
        coefficients: {
          calendar: [
            {
              seasons: [{ from: '06-15', to: '09-15' }],
              dayTypes: ['sunday'],
              hours: [{ from: '08:00', to: '24:00' }],
              coefficients: { mill: '1' },
            },
            { coefficients: { house: '0.4', mill: '0.6' } },
          ],
        },
      },
    ],
    ['fixed by file', { type: 'fixed', coefficients: { file: 'betas_2026.txt' } }],
    [
      'priority',
      { type: 'priority', groups: [{ id: 'first', points: ['house', 'mill'], key: proportional }] },
    ],
    [
      'nested',
      {
        type: 'nested',
        groups: [
          { id: 'a', points: ['mill'], share: '0.4', key: proportional },
          {
            id: 'b',
            points: ['house', 'shop'],
            share: '0.6',
            key: { type: 'fixed', coefficients: { shop: '1' } },
          },
        ],
      },
    ],
    ['exPost', { type: 'exPost', file: 'given.csv', values: 'energy' }],
    ['pairs', { type: 'pairs', coefficients: { plant: { house: '0.5', mill: '0.5' } } }],
    ['pairs by file', { type: 'pairs', coefficients: { file: 'pairs.csv' } }],
    [
      'combined',
      { type: 'combined', steps: [{ type: 'fixed', coefficients: { mill: '0.3' } }, proportional] },
    ],
    ['twoSided', { type: 'twoSided', scarce: proportional, abundant: proportional }],
    [
      'market',
      {
        type: 'market',
        mechanism: 'midMarketRate',
        bids: { mill: { type: 'flat', price: '0.200000' } },
        options: { divider: '1/3', offers: 'accepted' },
      },
    ],
    ['a market with a draw', { type: 'market', mechanism: 'muda', options: { seed: 'a' } }],
  ])('of type %s are read, and their canonical form is read back byte for byte', (_, written) => {
    expect(key(written)).toEqual(written);
    const canonical = canonicalCommunity(parseCommunity(text(written)));
    expect(canonicalCommunity(parseCommunity(canonical))).toBe(canonical);
  });

  test('that mean the same have one form: order, decimals, defaults', () => {
    const groups = [
      { id: 'b', points: ['shop', 'house'], share: '0.60', key: proportional },
      { id: 'a', points: ['mill'], share: '.4'.padStart(3, '0'), key: proportional },
    ];
    expect(key({ type: 'nested', groups })).toEqual(
      key({ type: 'nested', groups: groups.toReversed() }),
    );
    expect(
      key({ type: 'fixed', sum: 'at-most-1', coefficients: { shop: '0.50', house: '0' } }),
    ).toEqual({
      type: 'fixed',
      coefficients: { house: '0', shop: '0.5' },
    });
    // The order of a waterfall is its meaning.
    const first = { id: 'b', points: ['shop'], key: proportional };
    const second = { id: 'a', points: ['mill'], key: proportional };
    expect(key({ type: 'priority', groups: [first, second] })).not.toEqual(
      key({ type: 'priority', groups: [second, first] }),
    );
  });

  test('with equal coefficients name every point in scope that is no producer', () => {
    expect(key({ type: 'fixed', coefficients: 'equal' })).toEqual({
      type: 'fixed',
      coefficients: { house: '1', mill: '1', shop: '1' },
      sum: 'renormalise',
    });
    const inside = { type: 'fixed', coefficients: 'equal' };
    expect(
      key({ type: 'priority', groups: [{ id: 'a', points: ['plant', 'shop'], key: inside }] }),
    ).toMatchObject({ groups: [{ key: { coefficients: { shop: '1' } } }] });
    expect(refusals({ type: 'fixed', coefficients: 'equal', sum: 'exactly-1' })).toEqual([
      'sharingKey.coefficients: got "equal", expected coefficients one by one; equal ones are always divided by their sum',
    ]);
  });

  test('equal parts on the producers’ side are those of points that are no consumers', () => {
    const sides = { type: 'twoSided', scarce: proportional };
    const equal = { type: 'fixed', coefficients: 'equal' };
    expect(key({ ...sides, abundant: equal })).toMatchObject({
      abundant: { coefficients: { house: '1', mill: '1', plant: '1', shop: '1' } },
    });
  });

  test('equal parts of nobody are refused', () => {
    const equal = { type: 'fixed', coefficients: 'equal' };
    const groups = [{ id: 'g', points: ['plant'], key: equal }];
    expect(refusals({ type: 'priority', groups })).toEqual([
      'sharingKey.groups[0].key.coefficients: got "equal", expected coefficients one by one, or a point that its role lets take a part; equal gives to none',
    ]);
  });

  const pairs = { type: 'pairs', coefficients: { plant: { house: '1' } } };
  const market = { type: 'market', mechanism: 'midMarketRate', asks: { plant: '0.1' } };
  const sides = { type: 'twoSided', scarce: pairs, abundant: proportional };
  const group = (inner: object): object => ({ id: 'g', points: ['house', 'shop'], key: inner });

  test.each<[string, object]>([
    [
      'a calendar of keys',
      { type: 'calendar', rows: [{ dayTypes: ['sunday'], key: pairs }, { key: market }] },
    ],
    [
      'pairs and a market in groups that follow each other',
      { type: 'priority', groups: [group(pairs), { id: 'h', points: ['mill'], key: market }] },
    ],
    [
      'two sides in a group, a market behind',
      { type: 'combined', steps: [{ type: 'priority', groups: [group(sides)] }, market] },
    ],
  ])('%s is read as written', (_, written) => {
    expect(key(written)).toMatchObject({ type: (written as { type: string }).type });
    const community = parseCommunity(text(written));
    expect(parseCommunity(canonicalCommunity(community))).toEqual(community);
  });

  test.each<[string, object, object, string]>([
    [
      'pairs in a nested group',
      { type: 'nested', groups: [{ ...group(pairs), share: '0.5' }] },
      {},
      'sharingKey.groups[0].key.type: got "pairs", expected a key that shares out one pool: proportional, fixed or exPost, or priority, nested, combined or calendar of these; where others are meant, put the group\'s share into their coefficients, or let priority or combined put one behind the other',
    ],
    [
      'a market deep in a nested group',
      {
        type: 'nested',
        groups: [{ ...group({ type: 'calendar', rows: [{ key: market }] }), share: '1' }],
      },
      {},
      'sharingKey.groups[0].key.rows[0].key.type: got "market", expected a key that shares out one pool',
    ],
    [
      'pairs of producers',
      { type: 'twoSided', scarce: proportional, abundant: pairs },
      {},
      'sharingKey.abundant.type: got "pairs", expected a key that shares out one pool',
    ],
    [
      'a market where the pool is short',
      { ...sides, scarce: market },
      {},
      'sharingKey.scarce.type: got "market", expected a key that is neither twoSided nor market',
    ],
    [
      'a market of several steps under a transformer limit',
      { type: 'combined', steps: [pairs, market] },
      { transformer: { limitKilovoltAmperes: '10' } },
      'sharingKey.steps[1].type: got "market", expected a key other than market, as the transformer has a limit',
    ],
    [
      'a consumer of pairs outside the group',
      { type: 'priority', groups: [group({ ...pairs, coefficients: { plant: { mill: '1' } } })] },
      {},
      'sharingKey.groups[0].key.coefficients.plant.mill: got "1", expected a coefficient of a metering point',
    ],
    [
      'a calendar without rows',
      { type: 'calendar', rows: [] },
      {},
      'sharingKey.rows: got [], expected at least one row',
    ],
  ])('%s is refused where it stands', (_, written, more, message) => {
    const found = refusals(written, more);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  test('a point may be called file or calendar', () => {
    const named = text({ type: 'fixed', coefficients: { file: '0.5', calendar: '0.5' } })
      .replaceAll('"house"', '"file"')
      .replaceAll('"shop"', '"calendar"');
    expect(parseCommunity(named).sharingKey).toEqual({
      type: 'fixed',
      coefficients: { calendar: '0.5', file: '0.5' },
    });
  });

  test.each([
    [
      'no type',
      {},
      'sharingKey.type: got nothing, expected a sharing key of type proportional, fixed',
    ],
    [
      'a coefficient above 1',
      { type: 'fixed', coefficients: { mill: '1.5' } },
      'sharingKey.coefficients.mill: got "1.5", expected a coefficient from "0" to "1"',
    ],
    [
      'a number for a coefficient',
      { type: 'fixed', coefficients: { mill: 0.5 } },
      'sharingKey.coefficients.mill: got 0.5, expected a coefficient from "0" to "1" with at most 12 decimals, in quotes',
    ],
    [
      'a row of a calendar that does not exist',
      { type: 'fixed', coefficients: { calendar: [{ dayTypes: ['feast'], coefficients: {} }] } },
      'sharingKey.coefficients.calendar[0].dayTypes[0]: got "feast", expected one of workingDay',
    ],
    [
      'a span over midnight',
      {
        type: 'fixed',
        coefficients: { calendar: [{ hours: [{ from: '22:00', to: '06:00' }], coefficients: {} }] },
      },
      'sharingKey.coefficients.calendar[0].hours[0].to: got "06:00", expected a time of day after from',
    ],
    [
      'a file outside the folder',
      { type: 'fixed', coefficients: { file: '../betas.txt' } },
      'sharingKey.coefficients.file: got "../betas.txt", expected the name of a file beside the contract',
    ],
    [
      'a sum that must be 1',
      { type: 'fixed', sum: 'exactly-1', coefficients: { mill: '0.3', house: '0.3' } },
      'expected coefficients that add up to exactly 1; these add up to 0.6',
    ],
    [
      'nothing to renormalise by',
      { type: 'fixed', sum: 'renormalise', coefficients: { mill: '0' } },
      'expected coefficients of which at least one is above 0',
    ],
    [
      'shares above 1',
      {
        type: 'nested',
        groups: [
          { id: 'a', points: ['mill'], share: '0.7', key: proportional },
          { id: 'b', points: ['shop'], share: '0.7', key: proportional },
        ],
      },
      'sharingKey.groups: got [',
    ],
    [
      'a point in two groups',
      {
        type: 'priority',
        groups: [
          { id: 'a', points: ['mill'], key: proportional },
          { id: 'b', points: ['mill'], key: proportional },
        ],
      },
      'sharingKey.groups[1].points[0]: got "mill", expected a metering point that the key names once',
    ],
    [
      'a coefficient of a point outside the group',
      {
        type: 'priority',
        groups: [
          { id: 'a', points: ['mill'], key: { type: 'fixed', coefficients: { shop: '1' } } },
        ],
      },
      'sharingKey.groups[0].key.coefficients.shop: got "1", expected a coefficient of a metering point',
    ],
    [
      'a producer that is not there',
      { type: 'pairs', coefficients: { silo: { mill: '1' } } },
      'sharingKey.coefficients.silo: got {"mill":"1"}, expected a producer of a metering point',
    ],
    [
      'an unknown mechanism',
      { type: 'market', mechanism: 'auction' },
      'sharingKey.mechanism: got "auction", expected a mechanism: poolCrossing',
    ],
    [
      'an option of another mechanism',
      { type: 'market', mechanism: 'payAsBid', options: { divider: '0.5' } },
      'sharingKey.options.divider: got "0.5", expected no such field',
    ],
    [
      'two options where one is needed',
      { type: 'market', mechanism: 'muda', options: { seed: 'a', price: '0.1' } },
      'expected either a price or a seed',
    ],
  ])('are refused for %s', (_, written, message) => {
    expect(refusals(written).join('\n')).toContain(message);
  });

  test('inside keys without end are refused, not followed', () => {
    const deep = Array.from({ length: 12 }).reduce<unknown>(
      (inner) => ({ type: 'combined', steps: [inner] }),
      proportional,
    );
    expect(refusals(deep)[0]).toContain('expected keys inside keys at most 8 deep');
  });
});

describe('rows of a calendar', () => {
  const rows: readonly CoefficientRow[] = [
    { dayTypes: ['holiday'], coefficients: { a: '1' } },
    { seasons: [{ from: '11-15', to: '02-10' }], dayTypes: ['workingDay'], coefficients: {} },
    {
      hours: [
        { from: '00:00', to: '06:30' },
        { from: '22:00', to: '24:00' },
      ],
      coefficients: {},
    },
  ];
  const calendar = communityHolidays({
    calendar: { holidays: { calendar: 'PT', add: ['06-13'], remove: ['2026-12-25'] } },
  });
  const at = (date: string, clock: string): number =>
    coefficientRowAt(
      rows,
      {
        date,
        year: Number(date.slice(0, 4)),
        month: Number(date.slice(5, 7)),
        day: Number(date.slice(8)),
        weekday: new Date(date).getUTCDay() || 7,
        minuteOfDay: Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3)),
        offsetMinutes: 0,
      },
      calendar,
    );

  test('hold by day type, season over New Year and hours; the first that holds counts', () => {
    expect(at('2026-06-13', '12:00')).toBe(0);
    expect(at('2026-04-25', '23:00')).toBe(0);
    expect(at('2026-12-25', '12:00')).toBe(1);
    expect(at('2027-02-10', '12:00')).toBe(1);
    expect(at('2027-02-11', '12:00')).toBe(-1);
    expect(at('2026-11-15', '06:29')).toBe(2);
    expect(at('2026-11-15', '06:30')).toBe(-1);
    expect(at('2026-11-15', '23:59')).toBe(2);
  });

  test('days of a list are holidays and no others', () => {
    fc.assert(
      fc.property(fc.subarray(['2026-01-01', '2026-06-13', '2027-01-01']), (dates) => {
        const listed = communityHolidays({ calendar: { holidays: dates } });
        expect(
          ['2026-01-01', '2026-06-13', '2027-01-01'].filter((date) => listed.has(date)),
        ).toEqual(dates);
      }),
    );
  });
});

describe('slots of a contract', () => {
  test('that say the default leave the bytes as they were', () => {
    const plain = canonicalCommunity(parseCommunity(text(proportional)));
    const spelled = text(proportional, {
      decidedBy: 'community',
      unused: 'grid',
      plants: { by: 'injection' },
      missing: 'stop',
      calendar: { holidays: [] },
      exportConstraints: [],
      reserveLevels: [],
      charges: [],
      vat: [],
    });
    expect(canonicalCommunity(parseCommunity(spelled))).toBe(plain);
  });

  test.each([
    [{ unused: 'nobody' }, 'unused: got "nobody", expected one of grid, member, pool'],
    [
      { plants: { by: 'age' } },
      'plants.by: got "age", expected one of injection, entryIntoService, installedPower',
    ],
    [{ decidedBy: 'us' }, 'decidedBy: got "us", expected community or dso'],
    [
      { minimumMeasuredEnergyShare: '1.1' },
      'minimumMeasuredEnergyShare: got "1.1", expected a coefficient',
    ],
    [
      { calendar: { holidays: ['2026-02-30'] } },
      'calendar.holidays[0]: got "2026-02-30", expected a day that exists',
    ],
    [
      { priceLimits: { minimum: 'import', outside: 'limit' } },
      'priceLimits.minimum: got "import", expected',
    ],
    [
      { exportConstraints: [{ points: ['silo'], limitKilowatts: '5' }] },
      'exportConstraints[0].points[0]: got "silo", expected the id of a metering point of this community',
    ],
    [
      {
        charges: [
          { id: 'fee', on: 'point', per: 'month', rate: '1', payTo: 'egac', points: ['silo'] },
        ],
      },
      'charges[0].points[0]: got "silo", expected the id of a metering point of this community',
    ],
    [
      { reserveLevels: [{ point: 'silo', minimumPercent: '20', whenNotEvaluable: 'refuse' }] },
      'reserveLevels[0].point: got "silo", expected the id of a metering point of this community',
    ],
    [
      {
        exportEligibility: {
          whenNotEvaluable: 'accept',
          proximity: [{ validFrom: '2026-01-01', validTo: '2025-01-01', levels: {} }],
        },
      },
      'exportEligibility.proximity[0].validTo: got "2025-01-01", expected a day after validFrom',
    ],
    [
      {
        charges: [{ id: 'fee', on: 'point', per: 'day', rate: '1', payTo: 'egac', vat: 'normal' }],
      },
      'charges[0].vat: got "normal", expected the id of one of the VATs listed',
    ],
  ])('are refused by name: %j', (more, message) => {
    expect(refusals(proportional, more).join('\n')).toContain(message);
  });

  test('all together have one form that is read back byte for byte', () => {
    const full = {
      schema: 'microgrid/community/1',
      id: 'valley',
      name: 'The valley',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey: proportional,
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      decidedBy: 'dso',
      unused: 'pool',
      plants: { by: 'installedPower' },
      calendar: { holidays: { calendar: 'PT', add: ['06-24', '06-13'], remove: [] } },
      missing: 'substitute',
      minimumMeasuredEnergyShare: '0.950',
      exportEligibility: {
        productionMeter: 'required',
        proximity: [{ levels: { low: [{ withinKilometres: '2.0', lowDensity: true }] } }],
        maximumInstalledKilowatts: '5000.0',
        whenNotEvaluable: 'stop',
      },
      priceLimits: { minimum: '0.10', maximum: 'import', outside: 'limit' },
      exportConstraints: [
        {
          points: ['roof', 'battery', 'roof'],
          hours: [{ from: '10:00', to: '16:00' }],
          limitKilowatts: '5.50',
        },
      ],
      reserveLevels: [{ point: 'battery', minimumPercent: '20.0', whenNotEvaluable: 'refuse' }],
      charges: [
        { id: 'z', on: 'supply', per: 'kWh', rate: '0.10', payTo: 'grid', vat: 'normal' },
        {
          id: 'a',
          on: 'point',
          per: 'month',
          rate: '2.00',
          payTo: 'manager',
          points: ['roof', 'battery', 'roof'],
        },
      ],
      vat: [{ id: 'normal', rates: [{ validFrom: '2026-01-01', percent: '23.0' }] }],
      rounding: { point: 'total', decimals: 2, mode: 'half-even' },
      members: [
        {
          id: 'home',
          meteringPoints: [
            {
              id: 'roof',
              role: 'producer',
              operatorId: 'PT0002000012345678AB',
              entryIntoService: '2024-05-01',
              installedKilowatts: '12.50',
              productionMeter: { validFrom: '2024-05-01' },
              connection: {
                voltageLevel: 'low',
                kilometres: '0.50',
                decision: { eligible: true, document: 'DGEG 1/2026' },
              },
              participation: [
                { community: 'valley', percent: 60 },
                { community: 'hill', percent: 40, validFrom: '2026-02-01' },
              ],
            },
            {
              id: 'battery',
              role: 'storage',
              contractedKilovoltAmperes: '6.90',
              largeFamily: true,
            },
          ],
        },
      ],
    };
    const read = parseCommunity(JSON.stringify(full));
    const canonical = canonicalCommunity(read);
    expect(canonicalCommunity(parseCommunity(canonical))).toBe(canonical);
    expect(read).toMatchObject({
      minimumMeasuredEnergyShare: '0.95',
      calendar: { holidays: { calendar: 'PT', add: ['06-13', '06-24'] } },
      priceLimits: { minimum: '0.100000', maximum: 'import' },
      exportConstraints: [{ points: ['battery', 'roof'], limitKilowatts: '5.5' }],
      reserveLevels: [{ minimumPercent: '20' }],
      charges: [
        { id: 'a', rate: '2', points: ['battery', 'roof'] },
        { id: 'z', rate: '0.1' },
      ],
      vat: [{ rates: [{ percent: '23' }] }],
    });
    expect(read.members[0]?.meteringPoints[1]).toMatchObject({
      installedKilowatts: '12.5',
      connection: { kilometres: '0.5' },
      participation: [{ community: 'hill' }, { community: 'valley' }],
    });
  });

  test('participation factors are whole percent, at most five at once and 100 together', () => {
    const factors = (...list: object[]): string[] => {
      const document = JSON.parse(text(proportional)) as {
        members: { meteringPoints: object[] }[];
      };
      document.members[0] = {
        ...document.members[0],
        meteringPoints: [{ id: 'mill', participation: list }],
      };
      const result = safeParseCommunity(JSON.stringify(document, null, 1), 'c');
      return result.success
        ? []
        : result.error.message.split('\n').map((line) => line.replace(/^.*expected /, ''));
    };
    const of = (community: string, percent: number, days = {}): object => ({
      community,
      percent,
      ...days,
    });
    expect(factors(of('valley', 60), of('hill', 40))).toEqual([]);
    expect(
      factors(
        of('valley', 60, { validTo: '2026-03-01' }),
        of('valley', 100, { validFrom: '2026-03-01' }),
      ),
    ).toEqual([]);
    expect(factors(of('valley', 60), of('hill', 50, { validFrom: '2026-05-01' }))).toEqual([
      'factors that add up to at most 100; on 2026-05-01 they add up to 110',
    ]);
    expect(factors(...['valley', 'b', 'c', 'd', 'e', 'f'].map((id) => of(id, 10)))).toEqual([
      'at most 5 communities at once; from the beginning there are 6',
    ]);
    expect(factors(of('valley', 10), of('valley', 10))).toEqual([
      'each community once a day; from the beginning one is there twice',
    ]);
    expect(factors(of('valley', 0))).toEqual(['a whole percent from 1 to 100']);
    expect(factors(of('valley', 12.5))).toEqual(['a whole percent from 1 to 100']);
  });

  test('an operator id names one metering point', () => {
    const two = text(proportional).replace('"id": "shop"', '"id": "shop", "operatorId": "mill"');
    const result = safeParseCommunity(two, 'c');
    expect(result.success ? '' : result.error.message).toContain(
      'operatorId: got "mill", expected an id that names no other metering point; mill has it',
    );
  });
});
