import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalCommunity } from '../community.js';
import { parseCommunity, safeParseCommunity } from '../parse-community.js';
import { applyPreset } from './apply-preset.js';
import { findPreset, PRESET_SCHEMA, presets } from './preset.js';
import { presetModule } from './preset-module.js';

const FOLDER = join(__dirname, '../../presets');

/** What a community says itself. */
const OWN = {
  schema: 'microgrid/community/1',
  id: 'rua',
  name: 'Rua',
  prices: { import: '0.25', export: '0.05', internal: '0.12' },
  members: [
    { id: 'silva', meteringPoints: [{ id: 'silva' }] },
    { id: 'shop', meteringPoints: [{ id: 'shop' }] },
  ],
};

/** What each need of a preset may look like. */
const GIVEN: Readonly<Record<string, object>> = {
  'sharingKey.coefficients': { sharingKey: { coefficients: { silva: '0.5', shop: '0.5' } } },
  'sharingKey.groups': {
    sharingKey: { groups: [{ id: 'all', points: ['silva'], key: { type: 'proportional' } }] },
  },
  'sharingKey.steps': { sharingKey: { steps: [{ type: 'proportional' }] } },
  'sharingKey.file': { sharingKey: { file: 'given.csv' } },
  'charges.tip.rate': {
    charges: [{ id: 'tip', rate: { powerKilowatts: '100', region: 'south', photovoltaic: true } }],
  },
};

/** Needs of keys by pair. */
const PAIRS = { sharingKey: { coefficients: { silva: { shop: '1' } } } };

function given(id: string): object {
  const preset = findPreset(id);
  const key = preset?.policy['sharingKey'] as { type?: string } | undefined;
  if (key?.type === 'pairs') return PAIRS;
  return Object.assign({}, ...(preset?.needs ?? []).map((need) => GIVEN[need] ?? {})) as object;
}

describe('presets', () => {
  test('are the files of presets/, one each (npm run presets writes the data)', () => {
    const names = readdirSync(FOLDER).sort();
    const texts = names.map((name) => readFileSync(join(FOLDER, name), 'utf8'));
    expect(readFileSync(join(__dirname, 'preset-data.ts'), 'utf8')).toBe(presetModule(texts));
    expect(names.map((name) => name.replace('.yaml', '')).sort()).toEqual(
      presets().map(({ id }) => id),
    );
    expect(new Set(presets().map(({ schema }) => schema))).toEqual(new Set([PRESET_SCHEMA]));
  });

  test.each(presets().map(({ id }) => id))('%s with what it needs is a community file', (id) => {
    const text = JSON.stringify({ ...OWN, preset: id, ...given(id) });
    const community = parseCommunity(text, `${id}.json`);
    const policy = findPreset(id)?.policy ?? {};
    expect(community).toMatchObject({ timeZone: policy['timeZone'], netting: policy['netting'] });
    // Written out by hand the same rules have the same bytes, and name no preset.
    const written = JSON.stringify(applyPreset(id, { ...OWN, ...given(id) }));
    expect(written).not.toContain('"preset"');
    expect(canonicalCommunity(parseCommunity(written))).toBe(canonicalCommunity(community));
    expect(canonicalCommunity(parseCommunity(canonicalCommunity(community)))).toBe(
      canonicalCommunity(community),
    );
  });

  test.each(presets().filter(({ needs }) => needs.length > 0))(
    '$id without what it needs is refused there',
    ({ id, needs }) => {
      const result = safeParseCommunity(JSON.stringify({ ...OWN, preset: id }), 'c');
      const message = result.success ? '' : result.error.message;
      const path =
        needs[0] === 'charges.tip.rate' ? 'charges[0].rate.' : `${needs[0] ?? ''}: got nothing`;
      expect(message).toContain(path);
    },
  );

  test('what a file says itself is an override, and null takes a field away', () => {
    const own = parseCommunity(
      JSON.stringify({
        ...OWN,
        preset: 'pt-fixed',
        timeZone: 'Atlantic/Azores',
        netting: 'none',
        unused: 'grid',
        exportEligibility: null,
        calendar: { holidays: ['2026-06-13'] },
        sharingKey: { type: 'proportional' },
      }),
    );
    expect(own).toMatchObject({
      timeZone: 'Atlantic/Azores',
      netting: 'none',
      resolution: 'PT15M',
      decidedBy: 'dso',
      sharingKey: { type: 'proportional' },
      calendar: { holidays: ['2026-06-13'] },
    });
    expect(own.unused).toBeUndefined();
    expect(own.exportEligibility).toBeUndefined();
  });

  test("a key without a type gives the preset's key its parameters", () => {
    const { sharingKey } = parseCommunity(
      JSON.stringify({
        ...OWN,
        preset: 'at-static',
        sharingKey: { coefficients: { silva: '0.3' }, sum: 'at-most-1' },
      }),
    );
    expect(sharingKey).toEqual({ type: 'fixed', coefficients: { silva: '0.3' } });
  });

  test("charges of the same id are completed, others stand after the preset's", () => {
    const fee = { id: 'fee', on: 'point', per: 'month', rate: '2.50', payTo: 'manager' };
    const tip = {
      id: 'tip',
      rate: { powerKilowatts: '250.0', region: 'centre', photovoltaic: true },
      payTo: 'gse-rome',
    };
    const { charges } = parseCommunity(
      JSON.stringify({ ...OWN, preset: 'it-cer', charges: [fee, tip] }),
    );
    expect(charges).toEqual([
      { ...fee, rate: '2.5' },
      {
        id: 'tip',
        on: 'sharedOut',
        per: 'kWh',
        direction: 'credit',
        payTo: 'gse-rome',
        rate: {
          type: 'tip',
          series: 'zonal-prices.csv',
          powerKilowatts: '250',
          region: 'centre',
          photovoltaic: true,
        },
      },
    ]);
    expect(
      parseCommunity(JSON.stringify({ ...OWN, preset: 'it-cer', charges: null })).charges,
    ).toBeUndefined();
  });

  test('a name that no preset has is the one problem that is told', () => {
    const text = JSON.stringify({ preset: 'pt-fast', ...OWN }, null, 1);
    const result = safeParseCommunity(text, 'c.json');
    expect(result.success ? '' : result.error.message).toMatch(
      /^c\.json:2: preset: got "pt-fast", expected one of at-dynamic, at-static, be-dynamic, .*$/,
    );
    expect(() => applyPreset('pt-fast', OWN)).toThrow(
      'preset: got "pt-fast", expected one of at-dynamic',
    );
    expect(safeParseCommunity(JSON.stringify({ ...OWN, preset: 7 })).success).toBe(false);
  });
});
