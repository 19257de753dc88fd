import {
  currentKey,
  KEY_ROTATION,
  keyRotationId,
  readKeyRotation,
  rotated,
  type EventLog,
  type KeyHistory,
} from '@microgrid/journal';

/** What a rotation is stored under: apart from the data of people, so that erasing those leaves it. */
export function keySubject(gateway: string): string {
  return `keys/${gateway}`;
}

/**
 * The keys of a gateway: the enrolled one, and what the rotations in its stored chain made of it.
 * @throws JournalError `bad-entry` where a stored rotation was erased: which key is right is not known.
 */
export async function keyHistory(log: EventLog, enrolledKey: string): Promise<KeyHistory> {
  let keys: KeyHistory = [{ publicKey: enrolledKey }];
  for (;;) {
    const record = await log.findById(keyRotationId(currentKey(keys).publicKey));
    if (record?.entry.kind !== KEY_ROTATION) return keys;
    keys = rotated(keys, readKeyRotation(record.payload), record.entry);
  }
}
