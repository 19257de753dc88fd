import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { parseCommunity } from '@microgrid/community';
import type { Columns } from '@microgrid/metering';
import { settle } from '@microgrid/settlement';
import {
  generatedHere,
  generatedMonth,
  measured,
  report,
  type GeneratedMonth,
  type Measured,
} from './bench-month.test-data.js';
import { readReadings } from './readings-file.js';
import { runInputs } from './run-inputs.js';
import { run, type RunOptions } from './run.js';
import { settleInThread } from './stretches/settle-in-thread.js';
import type { ThreadData } from './stretches/stretch-threads.js';
import { verify } from './verify.js';
import { writeInThread } from './writing/write-in-thread.js';

const MEMBERS = 1000;
const ROUNDS = 5;
/** A file system in memory, where what the disk takes is left out. */
const MEMORY = '/dev/shm';
const MEMORY_BYTES = 4e9;

/** The benchmark as it is built is its own settling and writing thread. */
const self = { file: pathToFileURL(process.argv[1] ?? '') };
const threads = { worker: self, writer: self };

/** A month of 1,000 members: everything from the file to the durable directory, and the kernel alone. */
async function bench(): Promise<void> {
  const month = generatedMonth(MEMBERS);
  const alone = { threads: { count: 0 } };
  try {
    // Inputs outside the run and no tables of intervals. First: its peak memory must not include the others'.
    await settled('settle/large-run', month, 'large', alone);
    await settled('settle/large-run-threads', month, 'large', { threads });
    await settled('settle/whole-run', month, 'whole', alone);
    const out = await settled('settle/whole-run-threads', month, 'whole', { threads });
    const verified = await rounds(async () => {
      if (!(await verify(out, { threads })).ok) throw new Error('the run does not verify');
    });
    report('settle/verify-threads', month, verified);
    await kernel(month, await readReadings(month.readings));
  } finally {
    month.remove();
  }
  if (!existsSync(MEMORY) || freeBytes(MEMORY) < MEMORY_BYTES) return;
  const inMemory = generatedMonth(MEMBERS, undefined, MEMORY);
  try {
    await settled('settle/large-run-in-memory', inMemory, 'large', alone);
    await settled('settle/large-run-in-memory-threads', inMemory, 'large', { threads });
  } finally {
    inMemory.remove();
  }
}

async function rounds(work: (round: number) => unknown): Promise<Measured[]> {
  const all: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) all.push(await measured(() => work(round)));
  return all;
}

/** Settles and writes the month, each time into new directories; gives the last one. */
async function settled(
  name: string,
  month: GeneratedMonth,
  form: 'large' | 'whole',
  options: Partial<RunOptions>,
): Promise<string> {
  const { community, readings, place, from, to } = month;
  // A disk is slow to make files while it removes others: all stay until the end.
  const at = (what: string, round: number): string =>
    join(place, `${name.replaceAll('/', '-')}-${what}-${round}`);
  const measurements = await rounds((round) =>
    run({
      ...{ community, readings, from, to, out: at('out', round), ...options },
      ...(form === 'large' && { externalInputs: at('inputs', round), intervalTables: false }),
    }),
  );
  report(name, month, measurements);
  return at('out', ROUNDS - 1);
}

async function kernel(month: GeneratedMonth, readings: Columns): Promise<void> {
  const { communityText, startMs, endMs } = month;
  const { contract, grid } = runInputs(parseCommunity(communityText), { startMs, endMs }, readings);
  settle(contract, grid);
  report('settle/kernel', month, await rounds(() => settle(contract, grid)));
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

if (parentPort && workerData) settleInThread(parentPort, workerData as ThreadData);
else if (parentPort) writeInThread(parentPort);
else if (!generatedHere()) void bench();
