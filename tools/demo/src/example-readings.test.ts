import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseCommunity } from '@microgrid/community';
import { startOfLocalDay } from '@microgrid/units/calendar';
import { exampleReadings } from './example-readings.js';
import { NEIGHBOURHOOD, TIME_ZONE } from './neighbourhood.js';

const FOLDER = join(__dirname, '../../../examples/rua-do-sol');

describe('the shipped example', () => {
  it('is what the simulator makes today (npm run example -w tools/demo)', () => {
    const shipped = gunzipSync(readFileSync(join(FOLDER, 'readings.csv.gz'))).toString();
    const [from, to] = ['2026-06-01', '2026-06-02'].map((day) => startOfLocalDay(TIME_ZONE, day));
    const firstDay = Buffer.from(exampleReadings(from ?? 0, to ?? 0)).toString();
    expect(firstDay.split('\n')).toHaveLength(1 + 7 * 96 + 1);
    expect(shipped.startsWith(firstDay)).toBe(true);
  });

  it('has a member for each site of the demo', () => {
    const community = parseCommunity(readFileSync(join(FOLDER, 'community.yaml'), 'utf8'));
    expect(community.members.map(({ id }) => id).sort()).toEqual(
      NEIGHBOURHOOD.map(({ site }) => site.id).sort(),
    );
  });
});
