import fc from 'fast-check';
import type { Community } from '../community.js';
import { communityPoints, type CommunityPoint } from '../community-points.js';
import { parseCommunity } from '../parse-community.js';
import { findPreset } from '../presets/preset.js';
import type { PointConnection, ProximityRule, VoltageLevel } from '../contract-rules.js';
import { runKindVerdict } from './decided-by.js';
import { dominantDirection } from './dominant-direction.js';
import { exportConstraintMilliwattHours } from './export-constraint.js';
import { measuredShareVerdict } from './measured-share.js';
import { participatingMilliwattHours, participationPercent } from './participation.js';
import { eligibilityPeriods, pointEligibility } from './point-eligibility.js';
import { limitPrice } from './price-limit.js';
import { proximityVerdict } from './proximity.js';
import { reserveVerdict } from './reserve-level.js';
import { mostSevere, takesPart, type Verdict } from './verdict.js';

/** A community of a plant, a house and a battery with rules and fields of the points. */
function community(rules: object, points: Readonly<Record<string, object>> = {}): Community {
  return parseCommunity(
    JSON.stringify({
      schema: 'microgrid/community/1',
      id: 'valley',
      name: 'The valley',
      timeZone: 'Europe/Lisbon',
      resolution: 'PT15M',
      currency: 'EUR',
      netting: 'interval',
      sharingKey: { type: 'proportional' },
      prices: { import: '0.25', export: '0.05', internal: '0.12' },
      ...rules,
      members: ['plant', 'house', 'battery'].map((id) => ({
        id,
        meteringPoints: [{ id, ...points[id] }],
      })),
    }),
  );
}

function point(of: Community, id: string): CommunityPoint {
  const found = communityPoints(of).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no point ${id}`);
  return found;
}

describe('proximity', () => {
  const eligibility = findPreset('pt-fixed')?.policy['exportEligibility'] as {
    proximity: ProximityRule[];
  };
  const rules = eligibility.proximity;
  const outcome = (
    voltageLevel: VoltageLevel,
    kilometres: string,
    on: string,
    facts: Partial<PointConnection> = {},
  ): Verdict['outcome'] => {
    const none = { sameTransformerStation: false, sameSubstation: false, lowDensity: false };
    return proximityVerdict(rules, { ...none, voltageLevel, kilometres, ...facts }, on).outcome;
  };

  test.each<[VoltageLevel, string, string, Partial<PointConnection>, Verdict['outcome']]>([
    ['low', '2', '2025-05-01', {}, 'eligible'],
    ['low', '2.000001', '2025-05-01', {}, 'refused'],
    ['low', '7', '2025-05-01', { sameTransformerStation: true }, 'eligible'],
    ['low', '4', '2025-05-01', { lowDensity: true }, 'eligible'],
    ['low', '4', '2024-12-17', { lowDensity: true }, 'refused'],
    ['low', '4.1', '2025-05-01', { lowDensity: true }, 'refused'],
    ['medium', '60', '2024-12-18', { sameSubstation: true }, 'eligible'],
    ['medium', '60', '2024-12-17', { sameSubstation: true }, 'refused'],
    ['medium', '4', '2024-12-17', { sameSubstation: true }, 'eligible'],
    ['medium', '4', '2024-12-17', {}, 'refused'],
    ['medium', '4', '2024-12-18', {}, 'eligible'],
    ['medium', '8', '2024-12-18', { lowDensity: true }, 'refused'],
    ['high', '10', '2025-05-01', {}, 'eligible'],
    ['high', '10.5', '2025-05-01', {}, 'refused'],
    ['extraHigh', '20', '2023-05-01', { sameSubstation: true }, 'eligible'],
    ['extraHigh', '20', '2023-05-01', {}, 'refused'],
  ])('at %s voltage, %s km, on %s with %j is %s in Portugal', (level, km, on, facts, expected) => {
    expect(outcome(level, km, on, facts)).toBe(expected);
  });

  test('facts that are absent make it not evaluable, unless another test holds', () => {
    expect(proximityVerdict(rules, undefined, '2025-05-01').outcome).toBe('not-evaluable');
    const level = { voltageLevel: 'low' } as const;
    expect(proximityVerdict(rules, level, '2025-05-01')).toEqual({
      outcome: 'not-evaluable',
      rule: 'proximity',
      reason:
        'low voltage (rule of 2024-12-18): facts are absent for at most 2 km, or the same transformer station, or a territory of low density and at most 4 km',
    });
    expect(proximityVerdict(rules, { ...level, kilometres: '1' }, '2025-05-01').outcome).toBe(
      'eligible',
    );
    expect(proximityVerdict(rules, { ...level, kilometres: '3' }, '2025-05-01').outcome).toBe(
      'not-evaluable',
    );
    expect(
      proximityVerdict(
        rules,
        { ...level, kilometres: '5', sameTransformerStation: false },
        '2025-05-01',
      ).outcome,
    ).toBe('refused');
  });

  test("an authority's decision stands above the rule while it is valid, and names its document", () => {
    const decision = { eligible: true, document: 'DGEG 77/2025', validTo: '2026-01-01' };
    const far: PointConnection = {
      voltageLevel: 'low',
      kilometres: '9',
      sameTransformerStation: false,
      lowDensity: false,
      decision,
    };
    expect(proximityVerdict(rules, far, '2025-12-31')).toEqual({
      outcome: 'eligible',
      rule: 'proximity',
      reason: 'decided case by case: DGEG 77/2025',
    });
    expect(proximityVerdict(rules, far, '2026-01-01').outcome).toBe('refused');
    const near = { ...far, kilometres: '1', decision: { ...decision, eligible: false } };
    expect(proximityVerdict(rules, near, '2025-12-31').outcome).toBe('refused');
  });

  test('a level that the rule does not list is refused; a day without a rule asks nothing', () => {
    const listed: ProximityRule[] = [{ validFrom: '2025-01-01', levels: { low: [{}] } }];
    expect(proximityVerdict(listed, { voltageLevel: 'high' }, '2025-01-01').outcome).toBe(
      'refused',
    );
    expect(proximityVerdict(listed, { voltageLevel: 'low' }, '2025-01-01').outcome).toBe(
      'eligible',
    );
    expect(proximityVerdict(listed, undefined, '2024-12-31')).toEqual({
      outcome: 'eligible',
      reason: '',
    });
  });
});

describe('what a point may do on a day', () => {
  test('follows its validity, its member, its role and its factors', () => {
    const of = community(
      {},
      {
        plant: { role: 'producer', validFrom: '2026-02-01' },
        house: {
          role: 'consumer',
          participation: [{ community: 'valley', percent: 40, validTo: '2026-06-01' }],
        },
      },
    );
    const on = (id: string, date: string) => pointEligibility(of, point(of, id), date);
    expect(on('plant', '2026-01-31')).toMatchObject({
      claims: 'no',
      offers: 'no',
      claim: { rule: 'validity' },
    });
    expect(on('plant', '2026-02-01')).toMatchObject({
      claims: 'no',
      offers: 'yes',
      claim: { rule: 'role' },
    });
    expect(on('house', '2026-05-31')).toMatchObject({
      claims: 'yes',
      offers: 'no',
      participationPercent: 40,
    });
    expect(on('house', '2026-06-01')).toMatchObject({
      claims: 'no',
      participationPercent: 0,
      claim: { outcome: 'refused', rule: 'participation' },
    });
    expect(on('battery', '2026-06-01')).toMatchObject({ claims: 'yes', offers: 'yes' });
  });

  test('an export is offered only while the production meter is registered, where the contract asks', () => {
    const points = { plant: { productionMeter: { validFrom: '2026-03-01' } } };
    const rule = { exportEligibility: { productionMeter: 'required', whenNotEvaluable: 'refuse' } };
    const of = community(rule, points);
    expect(
      eligibilityPeriods(of, point(of, 'plant')).map(({ from, offer, claims }) => [
        from,
        offer.outcome,
        claims,
      ]),
    ).toEqual([
      [undefined, 'refused', 'yes'],
      ['2026-03-01', 'eligible', 'yes'],
    ]);
    expect(pointEligibility(of, point(of, 'house'), '2026-05-01').offer).toEqual({
      outcome: 'refused',
      rule: 'productionMeter',
      reason: 'the point has no production meter registered',
    });
    const free = community({}, points);
    expect(pointEligibility(free, point(free, 'plant'), '2026-01-01').offers).toBe('yes');
  });

  test.each([
    ['refuse', 'no'],
    ['accept', 'yes'],
    ['stop', 'stop'],
  ] as const)('where facts are absent, %s gives %s', (whenNotEvaluable, expected) => {
    const of = community({
      exportEligibility: {
        whenNotEvaluable,
        proximity: [{ levels: { low: [{ withinKilometres: '2' }] } }],
      },
    });
    expect(pointEligibility(of, point(of, 'house'), '2026-05-01')).toMatchObject({
      claim: { outcome: 'not-evaluable' },
      claims: expected,
      offers: expected,
    });
  });

  test('installed power is limited by plant and together, from the day a plant joins', () => {
    const of = community(
      {
        exportEligibility: {
          whenNotEvaluable: 'stop',
          maximumInstalledKilowatts: '150',
          maximumInstalledKilowattsPerPlant: '100',
        },
      },
      {
        plant: { installedKilowatts: '100' },
        house: { installedKilowatts: '50.5', validFrom: '2026-04-01' },
      },
    );
    const offers = (id: string) =>
      eligibilityPeriods(of, point(of, id)).map(({ from, offer }) => [
        from,
        offer.outcome,
        offer.reason,
      ]);
    expect(offers('plant')).toEqual([
      [undefined, 'eligible', ''],
      ['2026-04-01', 'refused', 'the plants have more than 150 kW together, expected at most that'],
    ]);
    const large = community(
      { exportEligibility: { whenNotEvaluable: 'stop', maximumInstalledKilowattsPerPlant: '100' } },
      { plant: { installedKilowatts: '100.1' }, battery: { role: 'producer' } },
    );
    expect(pointEligibility(large, point(large, 'plant'), '2026-01-01').offer.reason).toBe(
      'the plant has 100.1 kW, expected at most 100 kW',
    );
    expect(pointEligibility(large, point(large, 'battery'), '2026-01-01')).toMatchObject({
      offer: { outcome: 'not-evaluable', reason: 'installedKilowatts of battery is absent' },
      offers: 'stop',
    });
    expect(pointEligibility(large, point(large, 'house'), '2026-01-01').offers).toBe('yes');
  });

  test('periods cover all time without gaps and say what each day says', () => {
    const day = fc
      .integer({ min: 0, max: 40 })
      .map((at) => new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10));
    const days = fc
      .tuple(day, day)
      .map(([a, b]) => (a < b ? { validFrom: a, validTo: b } : { validFrom: b }));
    fc.assert(
      fc.property(days, days, days, day, (member, meter, decided, date) => {
        const of = community(
          {
            exportEligibility: {
              productionMeter: 'required',
              whenNotEvaluable: 'accept',
              proximity: [{ levels: { low: [{ withinKilometres: '2' }] } }],
            },
          },
          {
            plant: {
              ...member,
              productionMeter: meter,
              connection: {
                voltageLevel: 'low',
                kilometres: '3',
                decision: { eligible: true, document: 'x', ...decided },
              },
            },
          },
        );
        const periods = eligibilityPeriods(of, point(of, 'plant'));
        expect(periods[0]?.from).toBeUndefined();
        expect(periods.at(-1)?.to).toBeUndefined();
        periods.slice(1).forEach(({ from }, index) => {
          expect(periods[index]?.to).toBe(from);
        });
        const held = periods.find(({ from = '', to = '9999' }) => from <= date && date < to);
        expect(held).toMatchObject(pointEligibility(of, point(of, 'plant'), date));
      }),
      { numRuns: 50 },
    );
  });
});

test('participation: a whole point without factors, nothing outside them, and never more than there is', () => {
  expect(participationPercent(undefined, 'valley', '2026-01-01')).toBe(100);
  expect(participationPercent([{ community: 'hill', percent: 30 }], 'valley', '2026-01-01')).toBe(
    0,
  );
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 100 }), (energy, percent) => {
      const part = participatingMilliwattHours(energy, percent);
      expect(BigInt(part)).toBe((BigInt(energy) * BigInt(percent)) / 100n);
      expect(part + participatingMilliwattHours(energy, 100 - percent)).toBeLessThanOrEqual(energy);
    }),
  );
});

test('a storage is what its larger flow is', () => {
  expect([dominantDirection(5, 3), dominantDirection(3, 5), dominantDirection(4, 4)]).toEqual([
    'consumer',
    'producer',
    'none',
  ]);
});

describe('price limits', () => {
  const prices = { internal: 300_000, import: 250_000, export: 50_000 };

  test('move a price to the bound or refuse it, and say so', () => {
    expect(limitPrice(undefined, prices).price).toBe(300_000);
    expect(limitPrice({ maximum: 'import', outside: 'limit' }, prices)).toMatchObject({
      price: 250_000,
      verdict: {
        outcome: 'eligible',
        reason: 'internal price 0.300000, expected at most 0.250000; limited to 0.250000',
      },
    });
    expect(limitPrice({ minimum: '0.31', outside: 'refuse' }, prices)).toMatchObject({
      price: 300_000,
      verdict: {
        outcome: 'refused',
        reason: 'internal price 0.300000, expected at least 0.310000',
      },
    });
    expect(
      limitPrice({ minimum: 'export', outside: 'limit' }, { ...prices, internal: 10 }).price,
    ).toBe(50_000);
  });

  test('that leave no room refuse whatever the policy', () => {
    const crossed = { ...prices, export: 400_000 };
    expect(
      limitPrice({ minimum: 'export', maximum: 'import', outside: 'limit' }, crossed).verdict,
    ).toMatchObject({ outcome: 'refused' });
  });
});

test('export constraints: the least that holds by day, point and hour, in whole mWh rounded down', () => {
  const constraints = [
    { limitKilowatts: '10', points: ['plant'] },
    { limitKilowatts: '0.00001', hours: [{ from: '11:00', to: '15:00' }], validFrom: '2026-06-01' },
  ];
  const at = (id: string, date: string, minuteOfDay: number): number =>
    exportConstraintMilliwattHours(
      constraints,
      id,
      { date, minuteOfDay, year: 2026, month: 6, day: 1, weekday: 1, offsetMinutes: 60 },
      900_000,
    );
  expect(at('plant', '2026-05-31', 720)).toBe(2_500_000);
  expect(at('house', '2026-05-31', 720)).toBe(Infinity);
  expect(at('plant', '2026-06-01', 720)).toBe(2);
  expect(at('plant', '2026-06-01', 900)).toBe(2_500_000);
  expect(exportConstraintMilliwattHours(undefined, 'plant', {} as never, 900_000)).toBe(Infinity);
});

describe('reserve levels', () => {
  const level = { point: 'battery', minimumPercent: '20', whenNotEvaluable: 'refuse' } as const;
  const offers = (
    state: { percent: string; signed: boolean } | undefined,
    policy = level,
  ): string[] => {
    const result = reserveVerdict([policy], 'battery', '2026-05-01', state);
    return [result.verdict.outcome, result.offers];
  };

  test('need a signed state of charge at the end of the interval', () => {
    expect(offers({ percent: '20', signed: true })).toEqual(['eligible', 'yes']);
    expect(offers({ percent: '19.999', signed: true })).toEqual(['refused', 'no']);
    expect(offers({ percent: '80', signed: false })).toEqual(['not-evaluable', 'no']);
    expect(offers(undefined)).toEqual(['not-evaluable', 'no']);
    expect(offers(undefined, { ...level, whenNotEvaluable: 'accept' as never })).toEqual([
      'not-evaluable',
      'yes',
    ]);
    expect(offers(undefined, { ...level, whenNotEvaluable: 'stop' as never })).toEqual([
      'not-evaluable',
      'stop',
    ]);
  });

  test('ask only the points and days they name, and the strictest counts', () => {
    expect(reserveVerdict([level], 'plant', '2026-05-01', undefined).offers).toBe('yes');
    expect(reserveVerdict(undefined, 'battery', '2026-05-01', undefined).verdict).toEqual({
      outcome: 'eligible',
      reason: '',
    });
    const later = { ...level, minimumPercent: '50', validFrom: '2026-05-02' };
    const state = { percent: '30', signed: true };
    expect(reserveVerdict([level, later], 'battery', '2026-05-01', state).offers).toBe('yes');
    expect(reserveVerdict([level, later], 'battery', '2026-05-02', state)).toEqual({
      verdict: {
        outcome: 'refused',
        rule: 'reserveLevel',
        reason: 'state of charge 30 %, reserve 50 %',
      },
      offers: 'no',
    });
  });
});

test('measured energy is a share of energy, corrected counts and estimated does not', () => {
  const energy = { measured: 600n, corrected: 300n, substituted: 50n, estimated: 50n };
  expect(measuredShareVerdict('0.9', energy).outcome).toBe('eligible');
  expect(measuredShareVerdict('0.900001', energy)).toEqual({
    outcome: 'refused',
    rule: 'measuredEnergyShare',
    reason: '900 of 1000 mWh are measured or corrected, expected a share of at least 0.900001',
  });
  expect(measuredShareVerdict(undefined, { estimated: 5n }).outcome).toBe('eligible');
  expect(measuredShareVerdict('1', {}).outcome).toBe('eligible');
});

test('where the operator decides, gateway data alone gives preliminary runs', () => {
  expect(runKindVerdict({ decidedBy: 'dso' }, 'preliminary', 'gateway').outcome).toBe('eligible');
  expect(runKindVerdict({ decidedBy: 'dso' }, 'initial', 'gateway')).toMatchObject({
    outcome: 'refused',
    rule: 'decidedBy',
  });
  expect(runKindVerdict({ decidedBy: 'dso' }, 'final', 'dso').outcome).toBe('eligible');
  expect(runKindVerdict({}, 'final', 'gateway').outcome).toBe('eligible');
});

test('the most severe verdict counts, and of equal ones the first', () => {
  const verdict = (outcome: Verdict['outcome'], reason: string): Verdict => ({ outcome, reason });
  const list = [
    verdict('eligible', 'a'),
    verdict('not-evaluable', 'b'),
    verdict('refused', 'c'),
    verdict('refused', 'd'),
  ];
  expect(mostSevere(list).reason).toBe('c');
  expect(mostSevere(list.slice(0, 2)).reason).toBe('b');
  expect(mostSevere([]).outcome).toBe('eligible');
  expect(takesPart(verdict('refused', ''), 'accept')).toBe('no');
});
