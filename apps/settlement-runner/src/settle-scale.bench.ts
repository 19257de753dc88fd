import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import {
  generatedHere,
  generatedMonth,
  measured,
  report,
  type Measured,
} from './bench-month.test-data.js';
import { run } from './run.js';
import { settleInThread } from './stretches/settle-in-thread.js';
import type { SettlingThreads, ThreadData } from './stretches/stretch-threads.js';
import { writeInThread } from './writing/write-in-thread.js';

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

/** The benchmark as it is built is its own settling and writing thread. */
const self = { file: pathToFileURL(process.argv[1] ?? '') };

/**
 * The large run (inputs outside it, no tables of intervals) at several sizes, in one thread and in one per
 * core, and what a year of a million members would take on one core at the rate of the first: a thousand
 * communities of 1,000. Each size in a process of its own, whose peak memory is its own.
 */
async function bench([members, days]: readonly [number, number]): Promise<void> {
  const month = generatedMonth(members, days);
  const { community, readings, place, from, to } = month;
  const settled = async (form: string, threads: SettlingThreads): Promise<Measured[]> => {
    const all: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const out = join(place, `out-${form}-${round}`);
      const externalInputs = join(place, `inputs-${form}-${round}`);
      const options = { community, readings, from, to, out, threads };
      all.push(await measured(() => run({ ...options, externalInputs, intervalTables: false })));
    }
    report(`settle-scale/large-run${form}`, month, all);
    return all;
  };
  let all: Measured[];
  try {
    all = await settled('', {});
    await settled('-threads', { worker: self, writer: self });
  } finally {
    month.remove();
  }
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
if (parentPort && workerData) settleInThread(parentPort, workerData as ThreadData);
else if (parentPort) writeInThread(parentPort);
else if (size === undefined) {
  for (const index of SIZES.keys()) {
    const args = [...process.execArgv, process.argv[1] ?? '', String(index)];
    spawnSync(process.execPath, args, { stdio: 'inherit' });
  }
} else if (!generatedHere()) void bench(SIZES[Number(size)] ?? SIZES[0]);
