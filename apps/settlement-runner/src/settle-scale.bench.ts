import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import {
  generatedHere,
  generatedMonth,
  measured,
  report,
  type Measured,
} from './bench-month.test-data.js';
import { run } from './run.js';

/** Members and days; the last two tell how memory grows with the days. */
const SIZES = [
  [100, 31],
  [1000, 31],
  [4000, 31],
  [300, 31],
  [300, 365],
] as const;
const ROUNDS = 3;
const COMMUNITY_MEMBERS = 1000;
const YEAR_DAYS = 365;

/**
 * The large run (inputs outside it, no tables of intervals, one thread) at several sizes, and what a year of
 * a million members would take on one core at that rate: a thousand communities of 1,000. Each size in a
 * process of its own, whose peak memory is its own.
 */
async function bench([members, days]: readonly [number, number]): Promise<void> {
  const month = generatedMonth(members, days);
  const { community, readings, place, from, to } = month;
  const all: Measured[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const out = join(place, `out-${round}`);
      const externalInputs = join(place, `inputs-${round}`);
      const options = { community, readings, from, to, out };
      all.push(await measured(() => run({ ...options, externalInputs, intervalTables: false })));
    }
  } finally {
    month.remove();
  }
  report('settle-scale/large-run', month, all);
  const cpu = all.map(({ cpuSeconds }) => cpuSeconds).sort((a, b) => a - b)[ROUNDS >> 1] ?? NaN;
  const hours = (cpu / members / days) * YEAR_DAYS * (1_000_000 / 3600);
  console.log(
    JSON.stringify({
      bench: 'settle-scale/year-of-a-million',
      communities: 1_000_000 / COMMUNITY_MEMBERS,
      atTheRateOf: `${members} members, ${days} days`,
      cpuHoursOnOneCore: Number(hours.toFixed(1)),
    }),
  );
}

const [size] = process.argv.slice(2);
if (size === undefined) {
  for (const index of SIZES.keys()) {
    const args = [...process.execArgv, process.argv[1] ?? '', String(index)];
    spawnSync(process.execPath, args, { stdio: 'inherit' });
  }
} else if (!generatedHere()) void bench(SIZES[Number(size)] ?? SIZES[0]);
