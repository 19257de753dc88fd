import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { communityFile } from './community-file.js';
import { exampleReadings } from './example-readings.js';
import { NEIGHBOURHOOD, TIME_ZONE } from './neighbourhood.js';

/** Writes examples/rua-do-sol: the demo's community with a simulated June, for the README and its tests. */
const folder = new URL('../../../examples/rua-do-sol/', import.meta.url);
mkdirSync(folder, { recursive: true });
const [from, to] = ['2026-06-01', '2026-07-01'].map((date) => startOfLocalDay(TIME_ZONE, date));
const readings = exampleReadings(from ?? 0, to ?? 0);
writeFileSync(new URL('readings.csv.gz', folder), gzipSync(readings, { level: 9 }));
const header = `# The demo's neighbourhood. readings.csv.gz beside this file is a June of its simulated meters:\n# npm run example -w tools/demo writes both.\n`;
writeFileSync(new URL('community.yaml', folder), header + communityFile(NEIGHBOURHOOD));
