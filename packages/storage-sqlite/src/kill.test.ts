import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sampleRecord } from '@microgrid/journal/testing';
import { temporaryFolder } from '../test/temporary-folder.js';
import { openDatabase } from './open-database.js';

const folder = temporaryFolder();
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const KILLS = Math.ceil(5 * scale);

/** Runs the writer, kills it some ms after its fifth acknowledgement, and says what it had acknowledged. */
async function killOne(
  path: string,
  durability: string,
  afterMs: number,
): Promise<{ acknowledged: number; inTransaction: boolean }> {
  const script = join(__dirname, '..', 'test', 'kill-writer.ts');
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@microgrid/source', script, path, durability],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(__dirname, '..') },
  );
  let output = '';
  const ready = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.split('.').length > 5) resolve();
    });
  });
  const closed = once(child, 'close');
  await Promise.race([ready, closed]);
  await wait(afterMs);
  child.kill('SIGKILL');
  await closed;
  const acknowledged = [...output.matchAll(/a(\d+)\./g)].map(([, seq]) => Number(seq));
  return {
    acknowledged: Math.max(-1, ...acknowledged),
    inTransaction: output.endsWith('b'),
  };
}

describe('kill -9 of a writing process', () => {
  test.each(['full', 'normal'])(
    'durability %s: no acknowledged entry is lost, and the chain has no gap',
    async (durability) => {
      const path = join(folder, `${durability}.sqlite`);
      const seen = { durability, kills: 0, inTransaction: 0, acknowledged: 0, unacknowledged: 0 };
      let acknowledged = -1;
      for (let kill = 0; kill < KILLS; kill += 1) {
        const fate = await killOne(path, durability, (kill * 7) % 40);
        acknowledged = Math.max(acknowledged, fate.acknowledged);
        seen.kills += 1;
        if (fate.inTransaction) seen.inTransaction += 1;
        const database = openDatabase(path, { durability: 'full' });
        const stored = await database.eventLog.read(undefined, 1_000_000);
        const cursor = await database.documents.get('cursor', 'seq');
        const waiting = await database.outbox.count();
        database.close();
        expect(stored.length).toBeGreaterThan(acknowledged);
        expect(stored.map(({ entry }) => entry.seq)).toEqual(stored.map((_, index) => index));
        expect(waiting).toBe(stored.length);
        expect(Number(cursor)).toBeGreaterThanOrEqual(acknowledged - (acknowledged % 5));
        const last = stored.at(-1);
        expect(last?.entry).toEqual(sampleRecord(1, stored.length - 1).entry);
        seen.unacknowledged += stored.length - 1 - acknowledged;
      }
      seen.acknowledged = acknowledged + 1;
      process.stdout.write(`storage-sqlite kills: ${JSON.stringify(seen)}\n`);
      expect(seen.inTransaction).toBeGreaterThanOrEqual(Math.ceil(seen.kills / 2));
      expect(seen.acknowledged).toBeGreaterThan(seen.kills);
    },
    60_000 * scale,
  );
});
