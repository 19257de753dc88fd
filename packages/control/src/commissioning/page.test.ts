import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeSite, type StepWindow } from '../commissioning.js';

describe('the page docs/commissioning.md', () => {
  it('shows a program that finds a reversed transformer', () => {
    const page = readFileSync(join(__dirname, '../../../../docs/commissioning.md'), 'utf8');
    expect(page).toContain('meter: { power: on ? -1700 : 300 }');
    const window = (on: boolean): StepWindow => ({
      on,
      samples: Array.from({ length: 10 }, () => ({ meter: { power: on ? -1700 : 300 } })),
    });
    const windows = [false, true, false, true, false].map(window);
    const { findings } = judgeSite({
      gridMeter: 'meter',
      phases: 1,
      devices: [],
      tests: [{ load: 'oven', declaredPhase: 1, declaredWatts: 2000, windows }],
    });
    expect(findings.map(({ kind }) => kind)).toEqual(['ctReversed']);
  });
});
