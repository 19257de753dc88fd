import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { parseCommunity } from '@microgrid/community';
import { settle } from '@microgrid/settlement';
import {
  generatedHere,
  generatedMonth,
  measured,
  report,
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
const ROUNDS = 3;
const QUIET_MS = 3000;

/** The benchmark as it is built is its own settling and writing thread. */
const self = { file: pathToFileURL(process.argv[1] ?? '') };
const threads = { worker: self, writer: self };

/**
 * A month of 1,000 members: the large run (inputs outside it, no tables of intervals) in one thread and in
 * one per core, the run with everything in it, verifying that one, and the kernel alone.
 */
async function bench(): Promise<void> {
  const month = generatedMonth(MEMBERS);
  const { community, readings, place, from, to, startMs, endMs } = month;
  const rounds = async (work: (round: number) => unknown): Promise<Measured[]> => {
    const all: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) all.push(await measured(() => work(round)));
    return all;
  };
  const outOf = (round: number): string => join(place, `out-${round}`);
  const inputsOf = (round: number): string => join(place, `inputs-${round}`);
  const settled = async (
    name: string,
    large: boolean,
    more: Partial<RunOptions>,
  ): Promise<void> => {
    // A disk is slow to make files while it removes others, which is no part of a run.
    for (let round = 0; round < ROUNDS; round++) {
      for (const path of [outOf(round), inputsOf(round)])
        rmSync(path, { recursive: true, force: true });
    }
    await setTimeout(QUIET_MS);
    const measurements = await rounds((round) =>
      run({
        ...{ community, readings, from, to, out: outOf(round), ...more },
        ...(large && { externalInputs: inputsOf(round), intervalTables: false }),
      }),
    );
    report(name, month, measurements);
  };
  const alone = { threads: { count: 0 } };
  try {
    // The large run first: its peak memory must not include the others'.
    await settled('settle/large-run', true, alone);
    await settled('settle/large-run-threads', true, { threads });
    await settled('settle/whole-run', false, alone);
    await settled('settle/whole-run-threads', false, { threads });
    const verified = await rounds(async (round) => {
      if (!(await verify(outOf(round), { threads })).ok) throw new Error('the run does not verify');
    });
    report('settle/verify-threads', month, verified);
    const { contract, grid } = runInputs(
      parseCommunity(month.communityText),
      { startMs, endMs },
      await readReadings(readings),
    );
    settle(contract, grid);
    report('settle/kernel', month, await rounds(() => settle(contract, grid)));
  } finally {
    month.remove();
  }
}

if (parentPort && workerData) settleInThread(parentPort, workerData as ThreadData);
else if (parentPort) writeInThread(parentPort);
else if (!generatedHere()) void bench();
