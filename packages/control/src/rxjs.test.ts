import { from, lastValueFrom, toArray } from 'rxjs';
import { decisions } from './rxjs.js';
import { battery, gridMeter, policy, snapshot } from './test-support/snapshots.js';

it('decisions: hands each decision its predecessor’s memory', async () => {
  const { memory: _none, ...first } = snapshot([gridMeter(1500), battery(0, 50)]);
  const second = { ...first, monotonicMs: first.monotonicMs + 1000 };
  const made = await lastValueFrom(from([first, second]).pipe(decisions(policy()), toArray()));
  expect(made.map(({ commands }) => commands.length)).toEqual([1, 0]);
  expect(made[1]?.memory.nextSequence).toBe(2);
});
