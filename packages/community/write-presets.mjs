// Writes src/presets/preset-data.ts from presets/*.yaml: `npm run presets` in this package.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { presetModule } from './src/presets/preset-module.ts';

const folder = new URL('presets/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));
writeFileSync(new URL('src/presets/preset-data.ts', import.meta.url), presetModule(texts));
