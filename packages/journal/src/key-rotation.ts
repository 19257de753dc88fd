import { canonicalBytes, type Json } from '@microgrid/events';
import { fromBase64Url, toBase64Url } from './byte-text.js';
import { JournalError } from './journal-error.js';
import type { JournalEntry } from './journal-entry.js';
import type { JournalPosition } from './journal-record.js';
import { parsePublicKey } from './public-key.js';
import type { SigningPort, VerifyPort } from './signing-port.js';

/** `kind` of the entry that retires a signing key and introduces its successor. */
export const KEY_ROTATION = 'keyRotation';

/** Payload of a {@link KEY_ROTATION} entry. A key is retired once, so its id names the retired key. */
export interface KeyRotation {
  readonly kind: 'keyRotation';
  readonly version: 1;
  readonly id: string;
  readonly gateway: string;
  /** The key that signs nothing after this entry. */
  readonly retired: string;
  /** The key that signs everything after it. */
  readonly introduced: string;
  /**
   * The key that says so: the retired one (a planned change), or one of the operator's (the old one is
   * lost or in other hands).
   */
  readonly authority: string;
  /** By `authority` over {@link rotationBytes}. */
  readonly signature: string;
  /** By `introduced` over the same bytes: nobody can introduce a key that is not his. */
  readonly possession: string;
}

/** The id of the entry that retires a key. */
export function keyRotationId(retired: string): string {
  return `${KEY_ROTATION}/${retired}`;
}

type Statement = Omit<KeyRotation, 'signature' | 'possession'>;

/** The signed bytes: canonical JSON of the rotation without its two signatures. */
export function rotationBytes(rotation: Statement): Uint8Array {
  const { kind, version, id, gateway, retired, introduced, authority } = rotation;
  return canonicalBytes({ kind, version, id, gateway, retired, introduced, authority });
}

/** Signs a rotation. */
export async function signKeyRotation(options: {
  readonly gateway: string;
  /** The public key that is retired. */
  readonly retired: string;
  readonly introduced: SigningPort;
  /** The retired key, or the operator's. */
  readonly authority: SigningPort;
}): Promise<KeyRotation> {
  const { gateway, retired, introduced, authority } = options;
  const statement: Statement = {
    kind: KEY_ROTATION,
    version: 1,
    id: keyRotationId(retired),
    gateway,
    retired,
    introduced: introduced.publicKey,
    authority: authority.publicKey,
  };
  const bytes = rotationBytes(statement);
  return {
    ...statement,
    signature: toBase64Url(await authority.sign(bytes)),
    possession: toBase64Url(await introduced.sign(bytes)),
  };
}

const MEMBERS = [
  ...['kind', 'version', 'id', 'gateway', 'retired', 'introduced', 'authority'],
  ...['signature', 'possession'],
];

/** Reads the payload of a rotation entry. Throws `bad-entry` naming the member. */
export function readKeyRotation(payload: Json | undefined): KeyRotation {
  const refuse = (expected: string): never => {
    throw new JournalError('bad-entry', `a key rotation: expected ${expected}`);
  };
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return refuse('an object');
  }
  const members = Object.keys(payload).sort();
  if (members.join() !== [...MEMBERS].sort().join()) return refuse(`exactly ${MEMBERS.join(', ')}`);
  const { kind, version } = payload as Readonly<Record<string, Json>>;
  if (kind !== KEY_ROTATION || version !== 1) return refuse(`kind ${KEY_ROTATION}, version 1`);
  const texts = payload as Readonly<Record<string, Json>>;
  for (const name of MEMBERS) {
    if (name !== 'version' && typeof texts[name] !== 'string') return refuse(`${name} a text`);
  }
  const rotation = payload as unknown as KeyRotation;
  for (const key of ['retired', 'introduced', 'authority'] as const) parsePublicKey(rotation[key]);
  for (const name of ['signature', 'possession'] as const) {
    if (fromBase64Url(rotation[name]).length !== 64) return refuse(`${name} of 64 bytes`);
  }
  if (rotation.id !== keyRotationId(rotation.retired))
    return refuse(`id ${keyRotationId(rotation.retired)}`);
  return rotation;
}

/** A key and the entries that it signs. */
export interface KeySpan {
  readonly publicKey: string;
  /** The first entry it may sign; absent: the first of all. */
  readonly from?: JournalPosition;
  /** The last entry it may sign; absent: it is in charge. */
  readonly until?: JournalPosition;
}

/** The keys of one chain, oldest first; each retires the one before it. */
export type KeyHistory = readonly [KeySpan, ...KeySpan[]];

/** The key in charge. */
export function currentKey(keys: KeyHistory): KeySpan {
  return keys.at(-1) ?? keys[0];
}

const before = (a: JournalPosition, b: JournalPosition): boolean =>
  a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);

/** The key that must have signed an entry. */
export function keyOfEntry(keys: KeyHistory, position: JournalPosition): KeySpan {
  return keys.findLast(({ from }) => from === undefined || !before(position, from)) ?? keys[0];
}

/** Why a batch at this entry may not bear a key; undefined where it may. */
export function keyFault(
  keys: KeyHistory,
  position: JournalPosition,
  publicKey: string,
): { readonly expected: string; readonly found: string } | undefined {
  const due = keyOfEntry(keys, position);
  if (due.publicKey === publicKey) return undefined;
  const known = keys.find((span) => span.publicKey === publicKey);
  const when = ({ epoch, seq }: JournalPosition): string => `epoch ${epoch} seq ${seq}`;
  let why = ', which was never introduced';
  if (known?.until !== undefined && before(known.until, position))
    why = `, which was retired after ${when(known.until)}`;
  else if (known?.from !== undefined) why = `, which signs nothing before ${when(known.from)}`;
  return { expected: `the key ${due.publicKey}`, found: `${publicKey}${why}` };
}

/** What a rotation is held against. */
export interface RotationContext {
  readonly gateway: string;
  readonly keys: KeyHistory;
  /** Keys of the operator's that may replace a lost or stolen key. Default none. */
  readonly operatorKeys?: readonly string[];
  readonly verifying: VerifyPort;
}

/** What is wrong with a rotation; undefined where nothing is. */
export async function rotationFault(
  rotation: KeyRotation,
  { gateway, keys, operatorKeys = [], verifying }: RotationContext,
): Promise<{ readonly expected: string; readonly found: string } | undefined> {
  const { retired, introduced, authority, signature, possession } = rotation;
  const due = currentKey(keys).publicKey;
  if (rotation.gateway !== gateway)
    return { expected: `a rotation of ${gateway}`, found: `one of ${rotation.gateway}` };
  if (retired !== due) return { expected: `to retire ${due}`, found: retired };
  if (keys.some(({ publicKey }) => publicKey === introduced) || introduced === authority)
    return { expected: 'a key never used before', found: introduced };
  if (authority !== due && !operatorKeys.includes(authority))
    return { expected: `the authority of ${due} or of the operator`, found: authority };
  const bytes = rotationBytes(rotation);
  for (const [key, text, name] of [
    [authority, signature, 'signature'],
    [introduced, possession, 'possession'],
  ] as const) {
    if (await verifying.verify(key, fromBase64Url(text), bytes)) continue;
    return { expected: `a ${name} by ${key}`, found: 'one that is not' };
  }
  return undefined;
}

/**
 * The keys once a rotation took effect at its entry. Signed by the retired key, that key signs the entry
 * itself and nothing after it; signed by the operator, the new key signs the entry already.
 */
export function rotated(
  keys: KeyHistory,
  { retired, introduced, authority }: KeyRotation,
  {
    epoch,
    seq,
    previous,
  }: Pick<JournalEntry, 'epoch' | 'seq'> & { readonly previous?: JournalPosition },
): KeyHistory {
  const last = currentKey(keys);
  const planned = authority === retired;
  const here = { epoch, seq };
  const until = planned ? here : (previous ?? here);
  const from = planned ? { epoch, seq: seq + 1 } : here;
  const closed = { ...last, until };
  const rest = keys.slice(0, -1);
  return [...rest, closed, { publicKey: introduced, from }] as unknown as KeyHistory;
}
