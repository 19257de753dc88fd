import { findPreset, parseCommunity, presets } from '@microgrid/community';
import { chargeLines, formatFraction, marketSeries, ZERO } from '@microgrid/tariff';
import { formatKilowattHours, parseKilowattHours } from '@microgrid/units';
import { settle } from './settle.js';
import type { SettledPeriod } from './settled-period.js';
import { settlementContract } from './settlement-contract.js';

/*
 * One worked example for each preset, in kWh, by the formulas of the country's rules. A community file
 * is what a community would write: the preset's name, members, prices and what the preset needs.
 */

type Kwh = Readonly<Record<string, string>>;

interface Example {
  /** Lines of the community file beside preset, members and prices. */
  readonly more?: object;
  /** Fields of metering points by id. */
  readonly points?: Readonly<Record<string, object>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Start of the interval; default noon UTC of Sunday, 21 June 2026. */
  readonly at?: string;
  readonly consumed: Kwh;
  readonly injected: Kwh;
}

function settled(preset: string, example: Example): SettledPeriod {
  const {
    consumed,
    injected,
    points = {},
    files = {},
    more,
    at = '2026-06-21T12:00:00Z',
  } = example;
  const ids = [...new Set([...Object.keys(consumed), ...Object.keys(injected)])].sort();
  const community = parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'example',
      name: 'Worked example',
      preset,
      prices: { import: '0.3', export: '0.05', internal: '0.1' },
      ...more,
      members: ids.map((id) => ({ id, meteringPoints: [{ id, ...points[id] }] })),
    }),
    `${preset}.json`,
  );
  const resolutionMs = community.resolution === 'PT60M' ? 3_600_000 : 900_000;
  const startMs = Date.parse(at);
  const period = { startMs, endMs: startMs + resolutionMs };
  const contract = settlementContract(community, period, { files: new Map(Object.entries(files)) });
  const column = (side: Kwh): Float64Array =>
    Float64Array.from(ids, (id) => parseKilowattHours(side[id] ?? '0'));
  return settle(contract, {
    ...period,
    points: contract.pointIds,
    resolutionMs,
    importMilliwattHours: column(consumed),
    exportMilliwattHours: column(injected),
    quality: new Uint8Array(ids.length),
  });
}

/** The energies of a column that are not 0, by point. */
function by({ points }: SettledPeriod, column: Float64Array | undefined): Kwh {
  const entries = points.map((id, index) => [id, column?.[index] ?? 0] as const);
  return Object.fromEntries(
    entries.flatMap(([id, energy]) =>
      energy === 0 ? [] : [[id, formatKilowattHours(energy, 0)] as const],
    ),
  );
}

/** What an example came to; conservation is checked on the way. */
function outcome(preset: string, example: Example): Readonly<Record<string, Kwh>> {
  const result = settled(preset, example);
  const { sharedInMilliwattHours: taken, sharedOutMilliwattHours: given } = result;
  const sum = (column: Float64Array | undefined): number =>
    (column ?? new Float64Array()).reduce((total, energy) => total + energy, 0);
  expect(sum(taken)).toBe(sum(given));
  expect(sum(result.ownSurplusMilliwattHours)).toBe(sum(result.assignedOutMilliwattHours));
  const own = by(result, result.ownSurplusMilliwattHours);
  return {
    taken: by(result, taken),
    given: by(result, given),
    ...(Object.keys(own).length > 0 && { ownSurplus: own }),
  };
}

const CAU = 'ES0031300000000001EX0FA000';
const HOUSE = 'ES0031300000000002EB0F';
const SHOP = 'ES0031300000000003EN0F';

/** Hours of 2026 with a coefficient of 0.8 for the house from 13:00 to 14:00 of each day, 0.3 else. */
function yearlyFile(): string {
  return Array.from({ length: 8760 }, (_, hour) => {
    const noon = hour % 24 === 13;
    const [house, shop] = noon ? ['0,800000', '0,200000'] : ['0,300000', '0,700000'];
    return `${HOUSE};${hour + 1};${house}\n${SHOP};${hour + 1};${shop}\n`;
  }).join('');
}

const EXAMPLES: Readonly<Record<string, [Example, Readonly<Record<string, Kwh>>]>> = {
  // s_i = k_i P - a_i stays with its owner.
  'pt-fixed': [
    {
      more: { sharingKey: { coefficients: { mill: '0.5', house: '0.3', shop: '0.2' } } },
      consumed: { mill: '4', house: '1', shop: '1.5' },
      injected: { roof: '5' },
    },
    {
      taken: { mill: '2.5', house: '1', shop: '1' },
      given: { roof: '4.5' },
      ownSurplus: { house: '0.5' },
    },
  ],
  // Import and export of one point cancel first: the house claims 0.75 - 0.25.
  'pt-proportional': [
    {
      consumed: { house: '0.75', shop: '1.5' },
      injected: { roof: '1.2', house: '0.25' },
    },
    { taken: { house: '0.3', shop: '0.9' }, given: { roof: '1.2' } },
  ],
  'pt-hierarchical': [
    {
      more: {
        sharingKey: {
          groups: [
            { id: 'school', points: ['school'], key: { type: 'proportional' } },
            {
              id: 'homes',
              points: ['house', 'flat'],
              key: { type: 'fixed', coefficients: { house: '0.75', flat: '0.25' } },
            },
            { id: 'others', points: ['shop'], key: { type: 'proportional' } },
          ],
        },
      },
      consumed: { school: '2', house: '4', flat: '0.5', shop: '9' },
      injected: { roof: '5' },
    },
    // 3 kWh are left for the homes: 2.25 and 0.75, of which the flat can use 0.5.
    { taken: { school: '2', house: '2.25', flat: '0.5', shop: '0.25' }, given: { roof: '5' } },
  ],
  'pt-dynamic': [
    {
      more: { sharingKey: { coefficients: { file: 'pairs.csv' } } },
      files: {
        'pairs.csv': [
          'UPAC;Instalacao consumidora;Coeficiente;Inicio',
          'roof;house;0,5;2026-06-21T12:00:00Z',
          'roof;shop;0,5;2026-06-21T12:00:00Z',
          'barn;shop;1;2026-06-21T12:00:00Z',
        ].join('\n'),
      },
      consumed: { house: '1', shop: '9' },
      injected: { roof: '4', barn: '1' },
    },
    { taken: { house: '1', shop: '3' }, given: { roof: '3', barn: '1' } },
  ],
  'pt-combined': [
    {
      more: {
        sharingKey: {
          steps: [{ type: 'fixed', coefficients: { school: '0.4' } }, { type: 'proportional' }],
        },
      },
      consumed: { school: '5', house: '1', shop: '2' },
      injected: { roof: '5' },
    },
    // 2 kWh by coefficient, then 3 kWh over claims of 3, 1 and 2.
    { taken: { school: '3.5', house: '0.5', shop: '1' }, given: { roof: '5' } },
  ],
  'es-constant': [
    {
      more: { sharingKey: { coefficients: { house: '0.333334', shop: '0.666666' } } },
      consumed: { house: '0.2', shop: '9' },
      injected: { roof: '3' },
    },
    {
      taken: { house: '0.2', shop: '1.999998' },
      given: { roof: '2.199998' },
      ownSurplus: { house: '0.800002' },
    },
  ],
  // 13:00 in Madrid is 11:00 UTC in summer.
  'es-yearly': [
    {
      more: { sharingKey: { coefficients: { file: `${CAU}_2026.txt` } } },
      points: { house: { operatorId: HOUSE }, shop: { operatorId: SHOP } },
      files: { [`${CAU}_2026.txt`]: yearlyFile() },
      at: '2026-06-21T11:00:00Z',
      consumed: { house: '5', shop: '1.5' },
      injected: { roof: '10' },
    },
    {
      taken: { house: '5', shop: '1.5' },
      given: { roof: '6.5' },
      ownSurplus: { house: '3', shop: '0.5' },
    },
  ],
  'fr-static': [
    {
      more: { sharingKey: { coefficients: { a: '0.6', b: '0.4' } } },
      consumed: { a: '1', b: '9' },
      injected: { plant: '5' },
    },
    { taken: { a: '1', b: '2' }, given: { plant: '3' } },
  ],
  'fr-dynamic-default': [
    { consumed: { a: '1', b: '3' }, injected: { plant: '2' } },
    { taken: { a: '0.5', b: '1.5' }, given: { plant: '2' } },
  ],
  'fr-dynamic': [
    {
      more: { sharingKey: { file: 'cles.csv' } },
      files: {
        'cles.csv': 'PRM,coefficient,start\na,0.9,2026-06-21T12:00:00Z\nb,0.1,2026-06-21T12:00:00Z',
      },
      consumed: { a: '1', b: '3' },
      injected: { plant: '2' },
    },
    { taken: { a: '1', b: '0.2' }, given: { plant: '1.2' } },
  ],
  'fr-dynamic-full': [
    {
      more: { sharingKey: { coefficients: { file: 'paires.csv' } } },
      files: {
        'paires.csv': 'producteur,consommateur,coefficient\np,a,1\nq,b,0.5',
      },
      consumed: { a: '1', b: '3' },
      injected: { p: '2', q: '2' },
    },
    { taken: { a: '1', b: '1' }, given: { p: '1', q: '1' } },
  ],
  // min(injected, withdrawn), oldest plant first.
  'it-cer': [
    {
      more: {
        charges: [
          { id: 'tip', rate: { powerKilowatts: '180', region: 'north', photovoltaic: true } },
        ],
      },
      points: {
        old: { role: 'producer', entryIntoService: '2023-02-01' },
        young: { role: 'producer', entryIntoService: '2024-09-01' },
      },
      consumed: { a: '20', b: '24' },
      injected: { young: '40', old: '12' },
    },
    { taken: { a: '20', b: '24' }, given: { old: '12', young: '32' } },
  ],
  'at-static': [
    {
      more: { sharingKey: { coefficients: { a: '0.2', b: '0.5', c: '0.1' } } },
      consumed: { a: '9', b: '9', c: '0.5' },
      injected: { plant: '8' },
    },
    // Shares of 0.8 are renormalised: 2, 5 and 1.
    { taken: { a: '2', b: '5', c: '0.5' }, given: { plant: '7.5' } },
  ],
  'at-dynamic': [
    {
      points: {
        p: { participation: [{ community: 'example', percent: 100 }] },
        q: {
          participation: [
            { community: 'example', percent: 50 },
            { community: 'other', percent: 50 },
          ],
        },
        b: {
          participation: ['example', 'two', 'three', 'four', 'five'].map((community, index) => ({
            community,
            percent: index === 0 ? 40 : 15,
          })),
        },
      },
      consumed: { a: '3', b: '20' },
      injected: { p: '6', q: '4' },
    },
    // b takes part with 8 of its 20 kWh, q with 2 of its 4: claims 11, pool 8, pro rata.
    {
      taken: { a: '2.181818', b: '5.818182' },
      given: { p: '6', q: '2' },
    },
  ],
  'de-42b-constant': [
    {
      more: { sharingKey: { coefficients: { t1: '0.3', t2: '0.6' } } },
      consumed: { t1: '2', t2: '9' },
      injected: { pv: '10' },
    },
    { taken: { t1: '2', t2: '6' }, given: { pv: '8' } },
  ],
  'de-42b-proportional': [
    { consumed: { t1: '3', t2: '9' }, injected: { pv: '8' } },
    { taken: { t1: '2', t2: '6' }, given: { pv: '8' } },
  ],
  'lu-two-sided': [
    {
      more: {
        sharingKey: {
          abundant: {
            type: 'priority',
            groups: [
              { id: 'first', points: ['school-roof'], key: { type: 'proportional' } },
              { id: 'then', points: ['farm-roof'], key: { type: 'proportional' } },
            ],
          },
        },
      },
      consumed: { a: '3', b: '2' },
      injected: { 'farm-roof': '6', 'school-roof': '4' },
    },
    { taken: { a: '3', b: '2' }, given: { 'school-roof': '4', 'farm-roof': '1' } },
  ],
  'be-fixed-equal': [
    {
      points: { roof: { role: 'producer' } },
      consumed: { a: '1', b: '9', c: '9' },
      injected: { roof: '6' },
    },
    { taken: { a: '1', b: '2', c: '2' }, given: { roof: '5' } },
  ],
  'be-fixed': [
    {
      more: { sharingKey: { coefficients: { a: '0.75', b: '0.25' } } },
      consumed: { a: '2', b: '9' },
      injected: { roof: '4' },
    },
    { taken: { a: '2', b: '1' }, given: { roof: '3' } },
  ],
  'be-dynamic': [
    { consumed: { a: '2', b: '6' }, injected: { roof: '4' } },
    { taken: { a: '1', b: '3' }, given: { roof: '4' } },
  ],
};

describe('presets', () => {
  test.each(Object.entries(EXAMPLES))(
    '%s settles its worked example',
    (preset, [example, expected]) => {
      expect(outcome(preset, example)).toEqual(expected);
    },
  );

  test('each has its worked example here', () => {
    expect(Object.keys(EXAMPLES).sort()).toEqual(presets().map(({ id }) => id));
  });

  test('with too little production the consumers of Luxembourg share it pro rata', () => {
    const example = { consumed: { a: '3', b: '1' }, injected: { roof: '1', farm: '1' } };
    expect(outcome('lu-two-sided', example)).toEqual({
      taken: { a: '1.5', b: '0.5' },
      given: { roof: '1', farm: '1' },
    });
  });

  test("Portugal's coefficients go by day type, holiday and season", () => {
    const row = (mill: string, shop: string): object => ({ coefficients: { mill, shop } });
    const example = (at: string): Example => ({
      at,
      more: {
        sharingKey: {
          coefficients: {
            calendar: [
              { dayTypes: ['holiday'], ...row('0', '1') },
              { dayTypes: ['saturday', 'sunday'], ...row('0.2', '0.8') },
              { seasons: [{ from: '11-01', to: '03-31' }], ...row('0.9', '0.1') },
              row('0.6', '0.4'),
            ],
          },
        },
      },
      consumed: { mill: '9', shop: '9' },
      injected: { roof: '10' },
    });
    const mill = (at: string): string | undefined =>
      outcome('pt-fixed', example(at))['taken']?.['mill'];
    // Working days of summer and winter, a Sunday, and Easter Friday.
    expect(mill('2026-06-23T12:00:00Z')).toBe('6');
    expect(mill('2026-02-24T12:00:00Z')).toBe('9');
    expect(mill('2026-06-21T12:00:00Z')).toBe('2');
    expect(mill('2026-04-03T12:00:00Z')).toBeUndefined();
  });

  test('what is not near enough takes no part, from the day the law says', () => {
    const example = (at: string): Example => ({
      at,
      points: {
        plant: { connection: { voltageLevel: 'medium', kilometres: '0', sameSubstation: true } },
        mill: { connection: { voltageLevel: 'medium', kilometres: '5.5', sameSubstation: true } },
        house: {
          connection: {
            voltageLevel: 'low',
            kilometres: '1.2',
            sameTransformerStation: false,
            lowDensity: false,
          },
        },
      },
      consumed: { mill: '3', house: '1' },
      injected: { plant: '2' },
    });
    // Until 17 December 2024 the same substation was not enough beyond 4 km.
    expect(outcome('pt-proportional', example('2024-12-17T12:00:00Z'))['taken']).toEqual({
      house: '1',
    });
    expect(outcome('pt-proportional', example('2024-12-18T12:00:00Z'))['taken']).toEqual({
      mill: '1.5',
      house: '0.5',
    });
  });

  test("Italy's premium is paid on what each plant shared, by the zonal price of the hour", () => {
    const [example] = EXAMPLES['it-cer'] ?? [];
    if (example === undefined) throw new Error('no example');
    const result = settled('it-cer', example);
    const { startMs, endMs, resolutionMs } = result;
    const young = result.points.indexOf('young');
    const premium = (zonalPrice: string): string => {
      const [line, ...more] = chargeLines(result.contract.community.charges ?? [], {
        startMs,
        endMs,
        resolutionMs,
        timeZone: 'Europe/Rome',
        energies: { sharedOut: result.sharedOutMilliwattHours.slice(young, young + 1) },
        market: new Map([
          [
            'zonal-prices.csv',
            marketSeries('zonal-prices.csv', startMs, resolutionMs, [zonalPrice]),
          ],
        ]),
      });
      expect(more).toEqual([]);
      expect(line).toMatchObject({ charge: 'tip', payTo: 'gse' });
      return formatFraction(line?.amount ?? ZERO, 4);
    };
    // 32 kWh; base 80 and 10 for photovoltaics in the north; 80 + 180 - 155 = 105; at most 120 + 10.
    expect(premium('155')).toBe('-3.6800');
    expect(premium('100')).toBe('-4.1600');
    expect(premium('200')).toBe('-2.8800');
  });

  test('each Italian plant has the premium of its own power, as far as its age gave it a share', () => {
    const rate = (powerKilowatts: string) => ({
      type: 'tip', series: 'zonal-prices.csv', powerKilowatts, region: 'north', photovoltaic: true,
    }); // prettier-ignore
    const young = { on: 'sharedOut', per: 'kWh', payTo: 'gse', points: ['young'] };
    const result = settled('it-cer', {
      more: {
        charges: [
          { id: 'tip', rate: rate('150'), points: ['old'] },
          { id: 'tip-young', ...young, rate: rate('450') },
        ],
      },
      points: {
        old: { role: 'producer', entryIntoService: '2023-01-10' },
        young: { role: 'producer', entryIntoService: '2024-06-01' },
      },
      consumed: { u1: '25', u2: '35' },
      injected: { old: '30', young: '50' },
    });
    const { startMs, endMs, resolutionMs, points } = result;
    const zonal = marketSeries('zonal-prices.csv', startMs, resolutionMs, ['100']);
    const earned = (meteringPoint: string): string[] => {
      const at = points.indexOf(meteringPoint);
      return chargeLines(result.contract.community.charges ?? [], {
        meteringPoint,
        startMs,
        endMs,
        resolutionMs,
        timeZone: 'Europe/Rome',
        energies: { sharedOut: result.sharedOutMilliwattHours.slice(at, at + 1) },
        market: new Map([['zonal-prices.csv', zonal]]),
      }).map(({ charge, amount }) => `${charge} ${formatFraction(amount, 2)}`);
    };
    // 60 kWh shared, 30 of each: 120 + 10 EUR/MWh up to 200 kW, 110 + 10 up to 600 kW.
    expect(earned('old')).toEqual(['tip -3.90']);
    expect(earned('young')).toEqual(['tip-young -3.60']);
  });

  test('countries where the operator decides say so', () => {
    const decided = presets().filter(({ policy }) => policy['decidedBy'] === 'dso');
    expect(new Set(decided.map(({ country }) => country))).toEqual(
      new Set(['AT', 'ES', 'FR', 'PT']),
    );
    expect(findPreset('de-42b-constant')?.policy['decidedBy']).toBeUndefined();
  });
});
