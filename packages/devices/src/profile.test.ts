import {
  isDevicesError,
  lintProfile,
  parseProfile,
  PROFILE_RULES,
  safeParseProfile,
  type Profile,
  type ProfileRule,
} from './index.js';
import { sampleProfile } from './sample-profile.test-data.js';

type Change = (draft: Profile) => void;

const changed = (change: Change): Profile => {
  const draft = structuredClone(sampleProfile);
  change(draft);
  return draft;
};

const first = <T>(list: T[] | undefined): T => {
  const [item] = list ?? [];
  if (item === undefined) throw new Error('nothing there');
  return item;
};

const point = (draft: Profile, id: string): Record<string, unknown> => {
  const found = draft.points.find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(id);
  return found;
};

/** One way to break each rule, and the path it must be reported at. */
const breaks: [ProfileRule, Change, string][] = [
  [
    'unique-names',
    (draft) => draft.points.push(structuredClone(first(draft.points))),
    'points[5].id',
  ],
  ['vocabulary', (draft) => (point(draft, 'power')['id'] = 'powr'), 'points[0].id'],
  ['vocabulary', (draft) => (first(draft.controls).id = 'warp'), 'controls[0].id'],
  ['unit', (draft) => (point(draft, 'importEnergy')['unit'] = 'W'), 'points[2].unit'],
  ['unit', (draft) => (point(draft, 'powerSf')['unit'] = 'count'), 'points[0].scaleFrom'],
  ['sign', (draft) => delete point(draft, 'power')['sign'], 'points[0].sign'],
  ['table', (draft) => (point(draft, 'power')['table'] = 'coil'), 'points[0].encoding'],
  ['overlap', (draft) => (point(draft, 'importEnergy')['address'] = 103), 'points[3]'],
  ['read-length', (draft) => (first(draft.blocks).count = 61), 'blocks[0].count'],
  ['forbidden', (draft) => (first(draft.forbidden).address = 115), 'blocks[0]'],
  ['scale-together', (draft) => (first(draft.blocks).count = 1), 'points[0].scaleFrom'],
  ['reference', (draft) => (point(draft, 'power')['scaleFrom'] = 'none'), 'points[0].scaleFrom'],
  [
    'reference',
    (draft) => (draft.limits = { maxChargeWatts: { point: 'x' } }),
    'limits.maxChargeWatts.point',
  ],
  ['sentinel', (draft) => (point(draft, 'power')['absent'] = [65535]), 'points[0].absent[0]'],
  ['control-safety', (draft) => delete first(draft.controls).maximum, 'controls[0].maximum'],
  ['control-safety', (draft) => delete first(draft.controls).terminal, 'controls[0].terminal'],
  [
    'control-safety',
    (draft) => (first(draft.controls).refreshMs = 60_000),
    'controls[0].refreshMs',
  ],
  [
    'stored-refresh',
    (draft) => Object.assign(first(draft.controls), { storage: 'unknown', refreshMs: 30_000 }),
    'controls[0].refreshMs',
  ],
  [
    'deny-list',
    (draft) => (first(first(draft.controls).steps).address = 119),
    'controls[0].steps[0]',
  ],
  ['space', (draft) => (first(draft.space).count = 10), 'blocks[0]'],
  ['boundary', (draft) => (first(draft.boundaries).address = 110), 'blocks[0]'],
  ['boundary', (draft) => (first(draft.boundaries).address = 103), 'points[2]'],
  ['agreement', (draft) => (point(draft, 'rating')['agreement'] = true), 'points[3].agreement'],
  ['sentinel', (draft) => (point(draft, 'power')['absent'] = ['80000000']), 'points[0].absent[0]'],
  ['sentinel', (draft) => (draft.sentinels = { s16: [40_000] }), 'sentinels.s16[0]'],
  [
    'states',
    (draft) => Object.assign(point(draft, 'rating'), { oneOf: [1], enum: { '1': 'on' } }),
    'points[3].oneOf',
  ],
  ['states', (draft) => (point(draft, 'rating')['bits'] = { '16': 'x' }), 'points[3].bits.16'],
  [
    'scale-together',
    (draft) => (point(draft, 'power')['signFrom'] = { point: 'batteryPower', minus: [1] }),
    'points[0].signFrom.point',
  ],
  [
    'reference',
    (draft) => {
      draft.points.push({ id: 'dcPower', unit: 'W', sum: [{ point: 'batteryPower' }] });
      Object.assign(point(draft, 'batteryPower'), { sum: [{ point: 'dcPower' }] });
    },
    'points[4].sum[0].point',
  ],
  ...(['safeValue', 'fallback', 'risk', 'responseMs', 'minimum'] as const).map(
    (fact): [ProfileRule, Change, string] => [
      'control-safety',
      (draft) => Reflect.deleteProperty(first(draft.controls), fact),
      `controls[0].${fact}`,
    ],
  ),
  [
    'control-safety',
    (draft) => Object.assign(first(draft.controls), { minimum: -10, safeValue: -11 }),
    'controls[0].safeValue',
  ],
  [
    'fallback',
    (draft) => Object.assign(first(draft.controls), { maximum: 10, fallback: { value: 32 } }),
    'controls[0].fallback.value',
  ],
  [
    'fallback',
    (draft) => (first(draft.controls).fallback = { value: 'last' }),
    'controls[0].fallback.value',
  ],
  [
    'fallback',
    (draft) => Reflect.deleteProperty(first(draft.controls), 'expiryMs'),
    'controls[0].fallback.value',
  ],
  [
    'write-order',
    (draft) =>
      first(draft.controls).steps.push({
        table: 'holding',
        address: 112,
        fields: [{ encoding: 'u16', value: 60 }],
        purpose: 'fallback',
      }),
    'controls[0].steps[1].purpose',
  ],
  [
    'write-order',
    (draft) => (first(first(draft.controls).steps).when = 'positive'),
    'controls[0].steps',
  ],
  [
    'states',
    (draft) =>
      (first(first(draft.controls).steps).fields = [{ encoding: 's16', value: { map: [[0, 1]] } }]),
    'controls[0].steps[0].fields[0].value.map',
  ],
  [
    'bounds',
    (draft) => Object.assign(point(draft, 'power'), { minimum: 2, maximum: 1 }),
    'points[0].minimum',
  ],
];

describe('profile', () => {
  it('a valid profile is returned as it is and breaks no rule', () => {
    expect(parseProfile(sampleProfile)).toEqual(sampleProfile);
    expect(lintProfile(sampleProfile)).toEqual([]);
  });

  it.each(breaks)(
    '%s is reported at its place and makes the profile unusable',
    (rule, change, path) => {
      const draft = changed(change);
      const found = lintProfile(draft).filter(({ severity }) => severity === 'error');
      expect(found.map((problem) => [problem.rule, problem.path])).toContainEqual([rule, path]);
      const result = safeParseProfile(draft, 'file.json');
      expect(result.success).toBe(false);
      if (result.success) return;
      expect(result.error.code).toBe('bad-profile');
      expect(result.error.message).toContain(`file.json: ${path}: got `);
      expect(result.error.message).toContain(', expected ');
    },
  );

  it('every rule has a test that breaks it', () => {
    expect(new Set(breaks.map(([rule]) => rule))).toEqual(new Set(PROFILE_RULES));
  });

  it('a set point without an expiry, and missing vectors, are warnings', () => {
    const draft = changed((profile) => {
      delete first(profile.controls).expiryMs;
      first(profile.controls).fallback = { value: 'last' };
      profile.vectors = [];
    });
    expect(lintProfile(draft).map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'controls[0].expiryMs'],
      ['warning', 'vectors'],
    ]);
    expect(safeParseProfile(draft).success).toBe(true);
  });

  it('a missing safety class and unknown fields are refused by path, value and expectation', () => {
    const draft = changed((profile) => {
      Reflect.deleteProperty(first(profile.controls), 'storage');
      Reflect.set(profile, 'adress', 7);
    });
    let error: unknown;
    try {
      parseProfile(draft, 'x.json');
    } catch (thrown) {
      error = thrown;
    }
    if (!isDevicesError(error)) throw new Error('not refused');
    expect(error.message).toMatch(/x\.json: controls\[0\]\.storage: got nothing, expected/);
    expect(error.message).toMatch(/x\.json: adress: got 7, expected no such field/);
    expect(error.problems.length).toBe(2);
  });
});
