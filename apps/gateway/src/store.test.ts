import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENESIS_HASH, keyRotationId } from '@microgrid/journal';
import { rotateSigningKey } from './signing-keys.js';
import { openStore, type Store } from './store.js';

let folder: string;
let store: Store | undefined;
const NOW = Date.UTC(2026, 5, 21);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gateway-store-'));
});
afterEach(() => {
  store?.close();
  rmSync(folder, { recursive: true });
});

async function reopened(options = {}): Promise<Store> {
  store?.close();
  store = await openStore(folder, NOW, options);
  return store;
}

const append = ({ journal }: Store, id: string) =>
  journal.append('interval', id, { id }, 'home-01', { outgoing: true });

test('a rotated key takes over, and the old one is kept for what waits to be sent', async () => {
  const before = await reopened();
  const old = before.signing.publicKey;
  await append(before, 'a');
  const next = await rotateSigningKey(folder, 'gw-01', before.journal, before.find);
  const after = await reopened();
  expect(after.signing.publicKey).toBe(next);
  expect(after.earlierKeys).toMatchObject([
    { signing: { publicKey: old }, until: { epoch: 1, seq: 1 } },
  ]);
  const third = await rotateSigningKey(folder, 'gw-01', after.journal, after.find);
  const last = await reopened();
  expect(last.signing.publicKey).toBe(third);
  expect(last.earlierKeys.map(({ signing }) => signing.publicKey)).toEqual([old, next]);
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith('.pem'))
      .sort(),
  ).toEqual(['key-retired-1.pem', 'key-retired-2.pem', 'key.pem']);
});

test('a rotation cut short by a crash is completed once it is journalled, and not before', async () => {
  const before = await reopened();
  const old = before.signing.publicKey;
  // The power goes before the rotation is journalled.
  const broken = { append: () => Promise.reject(new Error('no power')) };
  await expect(rotateSigningKey(folder, 'gw-01', broken, before.find)).rejects.toThrow('no power');
  expect((await reopened()).signing.publicKey).toBe(old);
  // After it is journalled, before the files changed places.
  const again = await reopened();
  const next = await rotateSigningKey(folder, 'gw-01', again.journal, again.find);
  renameSync(join(folder, 'key.pem'), join(folder, 'key-next.pem'));
  renameSync(join(folder, 'key-retired-1.pem'), join(folder, 'key.pem'));
  expect((await reopened()).signing.publicKey).toBe(next);
  expect(await store?.find(keyRotationId(old))).toMatchObject({ subject: 'keys/gw-01' });
});

test('a folder put back from a backup goes on in a new epoch that does not follow its journal', async () => {
  const before = await reopened();
  await append(before, 'a');
  before.close();
  const backup = mkdtempSync(join(tmpdir(), 'gateway-backup-'));
  cpSync(folder, backup, { recursive: true });
  const live = await reopened();
  expect(await append(live, 'b')).toMatchObject({ epoch: 1, seq: 1 });
  live.close();
  store = undefined;
  rmSync(folder, { recursive: true });
  renameSync(backup, folder);
  const restored = await reopened({ restored: true });
  expect(await append(restored, 'c')).toMatchObject({
    epoch: NOW / 1000,
    seq: 0,
    previousHash: GENESIS_HASH,
  });
  // The next start is an ordinary one.
  expect(await append(await reopened(), 'd')).toMatchObject({ epoch: NOW / 1000, seq: 1 });
});
