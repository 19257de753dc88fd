import { join } from 'node:path';
import type { IntervalV1 } from '@microgrid/events';
import { verifyChain, type JournalRecord } from '@microgrid/journal';
import { nodeHash } from '@microgrid/journal/node';
import { openDatabase } from '@microgrid/storage-sqlite';

const EVERYTHING = { startMs: 0, endMs: Date.UTC(2100, 0) };

/** The intervals of a chain in its order, after checking that the chain is whole. */
async function chainIntervals(file: string): Promise<IntervalV1[]> {
  const database = openDatabase(file, { durability: 'full' });
  try {
    const records = await database.eventLog.read(undefined, 100_000);
    const chain = verifyChain(records, { hash: nodeHash });
    if (!chain.ok) throw new Error(`${file}: ${JSON.stringify(chain)}`);
    return records.flatMap(intervalOf);
  } finally {
    database.close();
  }
}

function intervalOf({ payload }: JournalRecord): IntervalV1[] {
  const event = payload as { kind?: string } | undefined;
  return event?.kind === 'interval' ? [event as unknown as IntervalV1] : [];
}

/** What a gateway that has ended journalled. */
export function gatewayIntervals(dataFolder: string): Promise<IntervalV1[]> {
  return chainIntervals(join(dataFolder, 'gateway.sqlite'));
}

/** The coordinator's copy of a gateway's chain. */
export function chainAtCoordinator(dataFolder: string, gateway: string): Promise<IntervalV1[]> {
  return chainIntervals(join(dataFolder, 'chains', `${gateway}.sqlite`));
}

/** What a coordinator that has ended would settle by. */
export async function coordinatorIntervals(dataFolder: string): Promise<readonly IntervalV1[]> {
  const database = openDatabase(join(dataFolder, 'coordinator.sqlite'), { durability: 'full' });
  try {
    return await database.series.read(EVERYTHING);
  } finally {
    database.close();
  }
}
