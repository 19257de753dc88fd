import { copyFileSync, existsSync, readdirSync, renameSync } from 'node:fs';
import { constants } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@microgrid/events';
import {
  KEY_ROTATION,
  keyRotationId,
  signKeyRotation,
  type Journal,
  type JournalRecord,
  type SigningPort,
} from '@microgrid/journal';
import { loadKeyFile, loadOrCreateKeyFile } from '@microgrid/journal/node';
import { keySubject, type EarlierKey } from '@microgrid/uplink';

/** The keys of a data folder: `key.pem` is in charge, `key-next.pem` takes over, `key-retired-<n>.pem` were. */
export interface SigningKeys {
  readonly signing: SigningPort;
  /** Retired ones: what was written under them may still wait to be sent. */
  readonly earlier: readonly EarlierKey[];
}

type Find = (id: string) => Promise<JournalRecord | undefined>;

const CURRENT = 'key.pem';
const NEXT = 'key-next.pem';
const RETIRED = /^key-retired-\d+\.pem$/;

const retiredFiles = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => RETIRED.test(name));

/** Completes a rotation that is journalled: also one that a crash left half done. */
async function complete(folder: string, find: Find): Promise<void> {
  const [current, next] = [join(folder, CURRENT), join(folder, NEXT)];
  if (!existsSync(next) || !existsSync(current)) return;
  const [from, to] = [loadKeyFile(current), loadKeyFile(next)];
  const record = await find(keyRotationId(from.publicKey));
  const payload = record?.payload as { readonly introduced?: Json } | undefined;
  if (payload?.introduced !== to.publicKey) return;
  const retired = join(folder, `key-retired-${retiredFiles(folder).length + 1}.pem`);
  copyFileSync(current, retired, constants.COPYFILE_EXCL);
  // One step: at every instant there is a key in charge.
  renameSync(next, current);
}

/** Opens the keys, making the first one on first start. */
export async function openSigningKeys(folder: string, find: Find): Promise<SigningKeys> {
  await complete(folder, find);
  const signing = loadOrCreateKeyFile(join(folder, CURRENT));
  const earlier: EarlierKey[] = [];
  for (const name of retiredFiles(folder)) {
    const key = loadKeyFile(join(folder, name));
    const record = await find(keyRotationId(key.publicKey));
    // A key that this journal does not know to be retired was left by a journal that is lost.
    if (record === undefined || key.publicKey === signing.publicKey) continue;
    const { epoch, seq } = record.entry;
    earlier.push({ signing: key, until: { epoch, seq } });
  }
  earlier.sort((a, b) => a.until.epoch - b.until.epoch || a.until.seq - b.until.seq);
  return { signing, earlier };
}

/**
 * Retires the key in charge: makes its successor, journals the rotation that both sign, and puts the new
 * key in its place. Everything written until then still travels under the old key.
 * @returns the new public key.
 */
export async function rotateSigningKey(
  folder: string,
  gateway: string,
  journal: Pick<Journal, 'append'>,
  find: Find,
): Promise<string> {
  const { signing } = await openSigningKeys(folder, find);
  const next = loadOrCreateKeyFile(join(folder, NEXT));
  const rotation = await signKeyRotation({
    gateway,
    retired: signing.publicKey,
    introduced: next,
    authority: signing,
  });
  const payload = { ...rotation } satisfies Json;
  await journal.append(KEY_ROTATION, rotation.id, payload, keySubject(gateway), { outgoing: true });
  await complete(folder, find);
  return next.publicKey;
}
