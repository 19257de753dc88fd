/**
 * Requests per poll cycle beside the number of points: what a plan of merged reads saves on a line
 * where a request of any size costs a turnaround. `allPoints` reads everything the profile knows in
 * one cycle, `published` a first poll of what the device publishes, `steady` the polls after it.
 */
import { catalog } from '@microgrid/catalog';
import { isRegisterPoint, type Profile } from '@microgrid/devices';
import { planBlocks } from './block-plan.js';
import { wantedPoints } from './wanted-points.js';

const names = ['eastron-sdm630', 'goodwe-et', 'sunspec-hybrid', 'sunspec-pv'];

function figures(profile: Profile, ids: ReadonlySet<string>) {
  const blocks = planBlocks(profile, ids);
  return {
    points: blocks.reduce((sum, { points }) => sum + points.length, 0),
    requests: blocks.length,
    registers: blocks.reduce((sum, { count }) => sum + count, 0),
  };
}

for (const name of names) {
  const profile = catalog.find(({ id }) => id === name);
  if (profile === undefined) throw new Error(`the catalogue has no profile ${name}`);
  const points = profile.points.filter(isRegisterPoint);
  const published = wantedPoints(profile, profile.phases);
  const steady = points.filter(({ id, rate }) => rate === 'high' && published.has(id));
  console.log(
    JSON.stringify({
      bench: 'modbus-requests',
      profile: name,
      allPoints: figures(profile, new Set(points.map(({ id }) => id))),
      published: figures(profile, published),
      steady: figures(profile, new Set(steady.map(({ id }) => id))),
    }),
  );
}
