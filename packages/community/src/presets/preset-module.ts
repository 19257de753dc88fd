import { compareIds } from '@microgrid/units';
import { parse } from 'yaml';

/** The text of `preset-data.ts` for the texts of all preset files. */
export function presetModule(texts: readonly string[]): string {
  const data = texts.map((text) => parse(text) as { id: string });
  data.sort((a, b) => compareIds(a.id, b.id));
  const lines = data.map((preset) => `  ${JSON.stringify(preset)},`);
  return [
    '// Written from presets/*.yaml by `npm run presets`; a test compares the two.',
    "import type { Preset } from './preset.js';",
    '',
    '/** All presets, in id order. */',
    '// prettier-ignore',
    'export const PRESET_DATA: readonly Preset[] = [',
    ...lines,
    '];',
    '',
  ].join('\n');
}
