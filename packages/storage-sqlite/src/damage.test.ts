import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import SqliteConnection from 'better-sqlite3';
import { sampleRecord, sampleRecords } from '@microgrid/journal/testing';
import { canonicalJson } from '@microgrid/events';
import { temporaryFolder } from '../test/temporary-folder.js';
import { openDatabase } from './open-database.js';
import { isStorageError } from './storage-error.js';

const folder = temporaryFolder();
const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? 1);
const failure = (code: string): Error => expect.objectContaining({ code }) as Error;

describe('a damaged file', () => {
  test('a flipped bit anywhere is an error or has no effect, never a wrong value', async () => {
    const path = join(folder, 'whole.sqlite');
    const records = sampleRecords(1, 0, 99);
    const database = openDatabase(path, { durability: 'full' });
    await database.eventLog.append(records);
    for (let key = 0; key < 50; key += 1) await database.documents.put('a', String(key), { key });
    database.close();
    const bytes = readFileSync(path);
    const copy = join(folder, 'flipped.sqlite');
    const seen = { runs: 0, detected: 0, harmless: 0, shorter: 0 };
    // Bits of the header whose change once came out as an error of SQLite's own.
    const known = [144, 376, 487, 504, 31_455].map((bit): [number] => [bit]);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        writeFileSync(copy, damaged);
        for (const suffix of ['-wal', '-shm']) rmSync(copy + suffix, { force: true });
        seen.runs += 1;
        try {
          const opened = openDatabase(copy, { durability: 'normal' });
          try {
            const read = await opened.eventLog.read(undefined, 1000);
            const all = read.length === records.length;
            // A damaged tree may lose its end; the chain's signed head shows that, not the store.
            expect(canonicalJson(read)).toBe(canonicalJson(records.slice(0, read.length)));
            for (let key = 0; key < 50; key += 1) {
              const document = await opened.documents.get('a', String(key));
              if (document !== undefined) expect(document).toEqual({ key });
            }
            seen[all ? 'harmless' : 'shorter'] += 1;
          } finally {
            opened.close();
          }
        } catch (error) {
          if (!isStorageError(error)) throw error;
          // A header may also claim to be written by a later SQLite: then it is `read-only`.
          expect(['corrupt', 'foreign-file', 'newer-schema', 'read-only', 'io']).toContain(
            error.code,
          );
          seen.detected += 1;
        }
      }),
      { numRuns: Math.ceil(300 * scale), examples: known },
    );
    process.stdout.write(`storage-sqlite bit flips: ${JSON.stringify(seen)}\n`);
    expect(seen.detected).toBeGreaterThan(seen.runs / 4);
  });

  test('a changed payload, a changed mark and a missing entry are named by epoch and seq', async () => {
    const path = join(folder, 'changed.sqlite');
    const database = openDatabase(path, { durability: 'full' });
    await database.eventLog.append(sampleRecords(1, 0, 4), { outgoing: true });
    const raw = new SqliteConnection(path);
    raw.exec(`UPDATE journal SET payload = replace(payload, '1002', '1003') WHERE seq = 2`);
    await expect(database.eventLog.read(undefined, 9)).rejects.toThrow(/journal epoch 1 seq 2: /);
    await expect(database.eventLog.findById('home-01/1/2')).rejects.toThrow(failure('corrupt'));
    await expect(database.outbox.acknowledge(1, 0, 4)).rejects.toThrow(failure('corrupt'));
    expect(await database.outbox.count()).toBe(5);
    raw.exec(`UPDATE journal SET payload = replace(payload, '1003', '1002') WHERE seq = 2`);
    raw.exec(`UPDATE journal SET outgoing = 0 WHERE seq = 3`);
    await expect(database.eventLog.read(undefined, 9)).rejects.toThrow(/journal epoch 1 seq 3: /);
    raw.exec(`DELETE FROM journal WHERE seq = 3`);
    await expect(database.eventLog.read(undefined, 9)).rejects.toThrow(/seq 4: .*entries are gone/);
    raw.close();
    database.close();
  });
});

describe('a file that is not to be used', () => {
  test('a newer schema is refused in one line and nothing is changed', () => {
    const path = join(folder, 'newer.sqlite');
    openDatabase(path, { durability: 'full' }).close();
    const raw = new SqliteConnection(path);
    raw.pragma('user_version = 7');
    raw.close();
    const before = readFileSync(path);
    expect(() => openDatabase(path, { durability: 'full' })).toThrow(
      /^[^\n]*newer\.sqlite: written by a newer version of this software \(schema 7, expected at most 1\)[^\n]*$/,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a database of another program, a file that is none, and a missing folder are refused', () => {
    const other = join(folder, 'other.sqlite');
    const raw = new SqliteConnection(other);
    raw.exec('CREATE TABLE t (x)');
    raw.close();
    const text = join(folder, 'text.sqlite');
    writeFileSync(text, 'this is no database, but it is long enough to be looked at'.repeat(20));
    const options = { durability: 'full' } as const;
    expect(() => openDatabase(other, options)).toThrow(failure('foreign-file'));
    expect(() => openDatabase(text, options)).toThrow(failure('foreign-file'));
    expect(() => openDatabase(join(folder, 'no', 'such.sqlite'), options)).toThrow();
    expect(() => openDatabase(join(folder, 'x.sqlite'), { ...options, busyTimeoutMs: -1 })).toThrow(
      failure('bad-option'),
    );
  });
});

describe('a store that cannot write', () => {
  test('busy: another process holds the lock', async () => {
    const path = join(folder, 'busy.sqlite');
    const database = openDatabase(path, { durability: 'full', busyTimeoutMs: 20 });
    const other = new SqliteConnection(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(database.eventLog.append([sampleRecord(1, 0)])).rejects.toThrow(failure('busy'));
    other.exec('ROLLBACK');
    await database.eventLog.append([sampleRecord(1, 0)]);
    other.close();
    database.close();
  });

  test('disk full: nothing is stored, reading goes on, and writing works again with room', async () => {
    const path = join(folder, 'full.sqlite');
    const small = openDatabase(path, { durability: 'full', maxBytes: 131_072 });
    await small.eventLog.append([sampleRecord(1, 0)]);
    const big = Array.from({ length: 200 }, (_, index) => ({
      ...sampleRecord(1, index + 1),
      payload: 'x'.repeat(2_000),
    }));
    await expect(small.eventLog.append(big, { outgoing: true })).rejects.toThrow(
      failure('disk-full'),
    );
    expect(await small.eventLog.read(undefined, 1000)).toEqual([sampleRecord(1, 0)]);
    expect(await small.outbox.count()).toBe(0);
    small.close();
    const database = openDatabase(path, { durability: 'full' });
    await database.eventLog.append(big, { outgoing: true });
    expect(await database.outbox.count()).toBe(200);
    database.close();
  });

  test('closed: every port says so', async () => {
    const database = openDatabase(join(folder, 'closed.sqlite'), { durability: 'full' });
    database.close();
    await expect(database.eventLog.last()).rejects.toThrow(failure('closed'));
    await expect(database.documents.put('a', 'b', 1)).rejects.toThrow(failure('closed'));
  });
});

test('a power cut never keeps an entry without the document put before it', async () => {
  const path = join(folder, 'ordered.sqlite');
  const database = openDatabase(path, { durability: 'full' });
  const entries = 12;
  for (let seq = 0; seq < entries; seq += 1) {
    await database.documents.put('state', 'last', seq, { durable: 'before-next' });
    await database.eventLog.append([sampleRecord(1, seq)], { outgoing: true });
    await database.outbox.acknowledge(1, seq, seq);
  }
  // What the disk has after the cut is a beginning of the write-ahead log.
  const [main, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
  database.close();
  const copy = join(folder, 'cut.sqlite');
  const seen = new Set<string>();
  // A log header of 32 bytes, then pages with a header of 24: cuts between and inside them.
  for (let length = 32; length <= log.length; length += (24 + 4096) / 2) {
    writeFileSync(copy, main);
    rmSync(`${copy}-shm`, { force: true });
    writeFileSync(`${copy}-wal`, log.subarray(0, length));
    const cut = openDatabase(copy, { durability: 'full' });
    const stored = (await cut.eventLog.read(undefined, 100)).length;
    const state = Number((await cut.documents.get('state', 'last')) ?? -1);
    const waiting = await cut.outbox.count();
    cut.close();
    seen.add(`${stored} ${waiting}`);
    expect(state - stored).toBeGreaterThanOrEqual(-1);
    expect(state - stored).toBeLessThanOrEqual(0);
    expect(waiting).toBeLessThanOrEqual(1);
  }
  // Before and after every append and every acknowledgement.
  expect(seen.size).toBe(2 * entries + 1);
});

test('only a put that says so forgets what it replaces', async () => {
  const path = join(folder, 'replaced.sqlite');
  const database = openDatabase(path, { durability: 'full' });
  const secret = 'secret-0815';
  const holds = (): boolean =>
    ['', '-wal'].some((suffix) => readFileSync(path + suffix).includes(secret));
  await database.documents.put('state', 'a', secret);
  await database.documents.put('state', 'a', 'new');
  expect(holds()).toBe(true);
  await database.documents.put('state', 'a', 'newer', { forgetOld: true });
  expect(holds()).toBe(false);
  database.close();
});

test('what was erased is in none of the files', async () => {
  const path = join(folder, 'erased.sqlite');
  const database = openDatabase(path, { durability: 'full' });
  const secret = 'secret-4711';
  const record = { ...sampleRecord(1, 0, 'home-02'), payload: { secret } };
  await database.eventLog.append([record, sampleRecord(1, 1)]);
  await database.documents.put('salt-keys', 'home-02', secret);
  await database.documents.put('salt-keys', 'home-03', secret);
  const holds = (): string[] =>
    ['', '-wal'].filter(
      (suffix) => existsSync(path + suffix) && readFileSync(path + suffix).includes(secret),
    );
  expect(holds()).not.toEqual([]);
  await database.eventLog.eraseSubject('home-02');
  await database.documents.put('salt-keys', 'home-02', 'erased', { forgetOld: true });
  await database.documents.delete('salt-keys', 'home-03');
  expect(holds()).toEqual([]);
  copyFileSync(path, join(folder, 'backup.sqlite'));
  database.close();
  expect(holds()).toEqual([]);
});
