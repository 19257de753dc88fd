import {
  entryHash,
  FIRST_SEQ,
  GENESIS_HASH,
  headOf,
  type EventLog,
  type HashPort,
  type JournalHead,
} from '@microgrid/journal';
import type { EventsEnvelope } from './envelope.js';
import type { Refusal, RefusalCode } from './refusal.js';

type WireRecord = EventsEnvelope['records'][number];

/** Where a sound batch stands against the stored chain. */
export type Placement =
  | { readonly success: true; readonly fresh: readonly WireRecord[] }
  | { readonly success: false; readonly refusal: Refusal };

function refuse(code: RefusalCode, seq: number, message: string): Placement {
  return { success: false, refusal: { code, seq, message: message.slice(0, 1000) } };
}

function describe(head: JournalHead | undefined): string {
  return head === undefined
    ? 'nothing is stored yet'
    : `the stored head is epoch ${head.epoch} seq ${head.seq} with hash ${head.hash}`;
}

/** Which of the records are stored already; a different one under a stored number is refused. */
async function withoutStored(
  { epoch, firstSeq, records }: EventsEnvelope,
  log: EventLog,
  hash: HashPort,
): Promise<Placement> {
  const stored = await log.read({ epoch, seq: firstSeq }, records.length);
  const fresh: WireRecord[] = [];
  for (const [index, record] of records.entries()) {
    const known = stored[index]?.entry;
    if (known?.epoch !== epoch || known.seq !== record.entry.seq) {
      fresh.push(record);
      continue;
    }
    const [had, got] = [entryHash(hash, known), entryHash(hash, record.entry)];
    if (had === got) continue;
    return refuse(
      'seq-reused',
      record.entry.seq,
      `epoch ${epoch} seq ${record.entry.seq}: got ${record.entry.id} with hash ${got}, but ${known.id} with hash ${had} is stored under that number: the gateway went back to an old state and must start a new epoch`,
    );
  }
  return { success: true, fresh };
}

/** An interval id says one thing for ever: the same content may come again, another may not. */
async function idFault(fresh: readonly WireRecord[], log: EventLog): Promise<Refusal | undefined> {
  for (const { entry } of fresh) {
    if (entry.kind !== 'interval') continue;
    const known = await log.findById(entry.id);
    if (known === undefined || known.entry.payloadHash === entry.payloadHash) continue;
    const place = `epoch ${known.entry.epoch} seq ${known.entry.seq}`;
    const message = `seq ${entry.seq}: ${entry.id} is stored at ${place} with another content: a correction needs the next revision`;
    return { code: 'id-taken', seq: entry.seq, message };
  }
  return undefined;
}

/** Whether the first new record follows the stored head. */
function continuity(first: WireRecord, head: JournalHead | undefined): Placement | undefined {
  const { epoch, seq, previousHash } = first.entry;
  if (head !== undefined && epoch < head.epoch) {
    return refuse(
      'epoch-fenced',
      seq,
      `epoch ${epoch} was closed by epoch ${head.epoch}; ${describe(head)}: another gateway may be using this identity`,
    );
  }
  const sameEpoch = head?.epoch === epoch;
  const expected = sameEpoch ? head.seq + 1 : FIRST_SEQ;
  if (seq !== expected) {
    return refuse('gap', expected, `got seq ${seq}, expected seq ${expected}; ${describe(head)}`);
  }
  const parent = head?.hash ?? GENESIS_HASH;
  if (previousHash === parent) return undefined;
  if (sameEpoch) {
    const message = `seq ${seq}: got previousHash ${previousHash}, expected ${parent}; ${describe(head)}`;
    return refuse('seq-reused', head.seq, message);
  }
  if (previousHash === GENESIS_HASH && head !== undefined) return undefined;
  return refuse(
    'epoch-parent',
    seq,
    `epoch ${epoch} starts after ${previousHash}, expected ${parent} or 64 zeros; ${describe(head)}`,
  );
}

/**
 * What of a sound batch is new. What is stored already, in any epoch, is taken again without effect:
 * a receipt may have been lost.
 */
export async function placeBatch(
  envelope: EventsEnvelope,
  log: EventLog,
  hash: HashPort,
): Promise<Placement> {
  const placed = await withoutStored(envelope, log, hash);
  if (!placed.success) return placed;
  const [first] = placed.fresh;
  if (first === undefined) return placed;
  const last = await log.last();
  const broken = continuity(first, last && headOf(hash, last.entry));
  if (broken !== undefined) return broken;
  const refusal = await idFault(placed.fresh, log);
  return refusal === undefined ? placed : { success: false, refusal };
}
