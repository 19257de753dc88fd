import type { Json } from '@microgrid/events';
import { compareIds } from '@microgrid/units';
import type { AppendOptions, EventLog } from './event-log.js';
import { FIRST_SEQ } from './journal-entry.js';
import { JournalError } from './journal-error.js';
import type { JournalPosition, JournalRecord } from './journal-record.js';
import type { KeyedDocuments } from './keyed-documents.js';
import type { Outbox } from './outbox.js';

/** An event log and the outbox on it, kept in memory: for tests and for short-lived tools. */
export interface MemoryJournalStore {
  readonly log: EventLog;
  readonly outbox: Outbox;
}

function isBefore(a: JournalPosition, b: JournalPosition): boolean {
  return a.epoch < b.epoch || (a.epoch === b.epoch && a.seq < b.seq);
}

function follows(entry: JournalPosition, last: JournalPosition | undefined): boolean {
  if (last === undefined || entry.epoch > last.epoch) return entry.seq === FIRST_SEQ;
  return entry.epoch === last.epoch && entry.seq === last.seq + 1;
}

function checkFollows(records: readonly JournalRecord[], last: JournalRecord | undefined): void {
  let before = last?.entry;
  for (const { entry } of records) {
    if (!follows(entry, before))
      throw new JournalError(
        'conflict',
        `epoch ${entry.epoch} seq ${entry.seq} does not follow the head (${before === undefined ? 'empty log' : `epoch ${before.epoch} seq ${before.seq}`}): read the head again`,
      );
    before = entry;
  }
}

/** What a store gives back is never the caller's object: a copy through text, as on a disk. */
function copied<Value>(value: Value): Value {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value);
}

/** Runs now and answers like a store: later, with a copy, and with a rejection for an error. */
function answer<Value>(action: () => Value): Promise<Value> {
  return new Promise((resolve) => {
    resolve(copied(action()));
  });
}

class MemoryJournal implements EventLog, Outbox {
  private readonly records: JournalRecord[] = [];
  private readonly byId = new Map<string, number>();
  private readonly waiting = new Set<number>();

  append(records: readonly JournalRecord[], options: AppendOptions = {}): Promise<void> {
    return answer(() => {
      checkFollows(records, this.records.at(-1));
      for (const record of records) {
        const index = this.records.push(copied(record)) - 1;
        if (!this.byId.has(record.entry.id)) this.byId.set(record.entry.id, index);
        if (options.outgoing === true) this.waiting.add(index);
      }
    });
  }

  last(): Promise<JournalRecord | undefined> {
    return answer(() => this.records.at(-1));
  }

  read(from: JournalPosition | undefined, limit: number): Promise<readonly JournalRecord[]> {
    return answer(() => {
      const found = from === undefined ? 0 : this.firstNotBefore(from);
      return this.records.slice(found, found + limit);
    });
  }

  findById(id: string): Promise<JournalRecord | undefined> {
    return answer(() => this.records[this.byId.get(id) ?? -1]);
  }

  eraseSubject(subject: string): Promise<number> {
    return answer(() => {
      let erased = 0;
      for (const [index, record] of this.records.entries()) {
        if (record.subject !== subject || record.payload === undefined) continue;
        this.records[index] = { entry: record.entry, subject };
        erased += 1;
      }
      return erased;
    });
  }

  pending(limit: number, after?: JournalPosition): Promise<readonly JournalRecord[]> {
    return answer(() => {
      const found: JournalRecord[] = [];
      for (const index of this.waiting) {
        const record = this.records[index];
        if (found.length >= limit) break;
        if (record !== undefined && (after === undefined || isBefore(after, record.entry)))
          found.push(record);
      }
      return found;
    });
  }

  count(): Promise<number> {
    return answer(() => this.waiting.size);
  }

  acknowledge(epoch: number, firstSeq: number, lastSeq: number): Promise<number> {
    return answer(() => {
      let count = 0;
      for (const index of [...this.waiting]) {
        const entry = this.records[index]?.entry;
        if (entry?.epoch !== epoch || entry.seq < firstSeq || entry.seq > lastSeq) continue;
        this.waiting.delete(index);
        count += 1;
      }
      return count;
    });
  }

  /** Records are sorted by position, so reading a long log page by page stays cheap. */
  private firstNotBefore(position: JournalPosition): number {
    let low = 0;
    let high = this.records.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const entry = this.records[middle]?.entry;
      if (entry !== undefined && isBefore(entry, position)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A new, empty store. It promises everything the ports ask but durability. */
export function createMemoryJournalStore(): MemoryJournalStore {
  const journal = new MemoryJournal();
  return { log: journal, outbox: journal };
}

class MemoryDocuments implements KeyedDocuments {
  private readonly collections = new Map<string, Map<string, Json>>();

  get(collection: string, key: string): Promise<Json | undefined> {
    return answer(() => this.collections.get(collection)?.get(key));
  }

  put(collection: string, key: string, document: Json): Promise<void> {
    return answer(() => void this.in(collection).set(key, copied(document)));
  }

  create(collection: string, key: string, document: Json): Promise<boolean> {
    return answer(() => {
      const documents = this.in(collection);
      const free = !documents.has(key);
      if (free) documents.set(key, copied(document));
      return free;
    });
  }

  delete(collection: string, key: string): Promise<boolean> {
    return answer(() => this.collections.get(collection)?.delete(key) === true);
  }

  keys(collection: string, prefix = ''): Promise<readonly string[]> {
    return answer(() => {
      const keys = [...(this.collections.get(collection)?.keys() ?? [])];
      return keys.filter((key) => key.startsWith(prefix)).sort(compareIds);
    });
  }

  private in(collection: string): Map<string, Json> {
    const known = this.collections.get(collection) ?? new Map<string, Json>();
    this.collections.set(collection, known);
    return known;
  }
}

/** New, empty documents in memory. */
export function createMemoryDocuments(): KeyedDocuments {
  return new MemoryDocuments();
}
