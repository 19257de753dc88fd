import { canonicalJson, type Json } from '@microgrid/events';
import {
  FIRST_SEQ,
  JournalError,
  type AppendOptions,
  type EventLog,
  type JournalEntry,
  type JournalPosition,
  type JournalRecord,
  type Outbox,
} from '@microgrid/journal';
import type { Statement } from 'better-sqlite3';
import type { Store } from './connection.js';

/** A row of table `journal`. */
interface Row {
  readonly epoch: number;
  readonly seq: number;
  readonly id: string;
  readonly subject: string;
  readonly entry: string;
  readonly payload: string | null;
  readonly salt: string | null;
  readonly outgoing: number;
  readonly hash: Buffer;
}

type Content = Omit<Row, 'hash'>;

function partsOf(row: Content): (string | number | null)[] {
  const { epoch, seq, id, subject, entry, payload, salt, outgoing } = row;
  return [epoch, seq, id, subject, entry, payload, salt, outgoing];
}

function toContent(record: JournalRecord, outgoing: boolean): Content {
  const { entry, subject, payload, salt } = record;
  return {
    epoch: entry.epoch,
    seq: entry.seq,
    id: entry.id,
    subject,
    entry: canonicalJson(entry),
    payload: payload === undefined ? null : canonicalJson(payload),
    salt: salt ?? null,
    outgoing: outgoing ? 1 : 0,
  };
}

function follows(entry: JournalPosition, last: JournalPosition | undefined): boolean {
  if (last === undefined || entry.epoch > last.epoch) return entry.seq === FIRST_SEQ;
  return entry.epoch === last.epoch && entry.seq === last.seq + 1;
}

/** `EventLog` and `Outbox` on one table: an entry is in both or in neither. */
export class SqliteJournal implements EventLog, Outbox {
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #last: Statement;
  readonly #byId: Statement;
  readonly #from: Statement;
  readonly #ofSubject: Statement;
  readonly #waiting: Statement;
  readonly #range: Statement;
  readonly #count: Statement;

  constructor(private readonly store: Store) {
    this.#insert = store.prepare(
      `INSERT INTO journal VALUES
         (@epoch, @seq, @id, @subject, @entry, @payload, @salt, @outgoing, @hash)`,
    );
    this.#update = store.prepare(
      `UPDATE journal SET payload = @payload, salt = @salt, outgoing = @outgoing, hash = @hash
       WHERE epoch = @epoch AND seq = @seq`,
    );
    this.#last = store.prepare('SELECT * FROM journal ORDER BY epoch DESC, seq DESC LIMIT 1');
    this.#byId = store.prepare('SELECT * FROM journal WHERE id = ? ORDER BY epoch, seq LIMIT 1');
    this.#from = store.prepare(
      'SELECT * FROM journal WHERE (epoch, seq) >= (?, ?) ORDER BY epoch, seq LIMIT ?',
    );
    this.#ofSubject = store.prepare(
      'SELECT * FROM journal WHERE subject = ? AND payload IS NOT NULL',
    );
    this.#waiting = store.prepare(
      `SELECT * FROM journal WHERE outgoing = 1 AND (epoch, seq) > (?, ?)
       ORDER BY epoch, seq LIMIT ?`,
    );
    this.#range = store.prepare(
      'SELECT * FROM journal WHERE outgoing = 1 AND epoch = ? AND seq BETWEEN ? AND ?',
    );
    this.#count = store.prepare('SELECT count(*) FROM journal WHERE outgoing = 1').pluck();
  }

  append(records: readonly JournalRecord[], options: AppendOptions = {}): Promise<void> {
    return this.store.write(() => {
      let last = this.#last.get() as Row | undefined;
      for (const record of records) {
        const { entry } = record;
        if (!follows(entry, last)) {
          const head = last === undefined ? 'empty log' : `epoch ${last.epoch} seq ${last.seq}`;
          throw new JournalError(
            'conflict',
            `epoch ${entry.epoch} seq ${entry.seq} does not follow the head (${head}): read the head again`,
          );
        }
        const content = toContent(record, options.outgoing === true);
        const row = { ...content, hash: this.store.rowHash(partsOf(content)) };
        this.#insert.run(row);
        last = row;
      }
    });
  }

  last(): Promise<JournalRecord | undefined> {
    return this.#one(() => this.#last.get());
  }

  findById(id: string): Promise<JournalRecord | undefined> {
    return this.#one(() => this.#byId.get(id));
  }

  #one(query: () => unknown): Promise<JournalRecord | undefined> {
    return this.store.read(() => {
      const row = query() as Row | undefined;
      return row && this.#record(row);
    });
  }

  read(from: JournalPosition | undefined, limit: number): Promise<readonly JournalRecord[]> {
    return this.store.read(() => {
      const rows = this.#from.all(from?.epoch ?? 0, from?.seq ?? 0, limit) as Row[];
      for (const [index, row] of rows.entries()) {
        const before = rows[index - 1];
        if (before !== undefined && !follows(row, before)) {
          this.store.corrupt(
            `journal epoch ${row.epoch} seq ${row.seq}`,
            `it comes right after epoch ${before.epoch} seq ${before.seq}: entries are gone`,
          );
        }
      }
      return rows.map((row) => this.#record(row));
    });
  }

  eraseSubject(subject: string): Promise<number> {
    return this.store
      .write(() => {
        const rows = this.#ofSubject.all(subject) as Row[];
        for (const row of rows) this.#change(row, { payload: null, salt: null });
        return rows.length;
      })
      .then((count) =>
        this.store.read(() => {
          if (count > 0) this.store.forgetOldPages();
          return count;
        }),
      );
  }

  pending(limit: number, after?: JournalPosition): Promise<readonly JournalRecord[]> {
    return this.store.read(() => {
      const rows = this.#waiting.all(after?.epoch ?? 0, after?.seq ?? 0, limit) as Row[];
      return rows.map((row) => this.#record(row));
    });
  }

  count(): Promise<number> {
    return this.store.read(() => this.#count.get() as number);
  }

  acknowledge(epoch: number, firstSeq: number, lastSeq: number): Promise<number> {
    // The port lets a power cut take it: what is sent again is told apart by its number.
    return this.store.writeLazily(() => {
      const rows = this.#range.all(epoch, firstSeq, lastSeq) as Row[];
      for (const row of rows) this.#change(row, { outgoing: 0 });
      return rows.length;
    });
  }

  #change(row: Row, change: Partial<Content>): void {
    this.#check(row);
    const content = { ...row, ...change };
    this.#update.run({ ...content, hash: this.store.rowHash(partsOf(content)) });
  }

  #check(row: Row): void {
    this.store.checkRow(`journal epoch ${row.epoch} seq ${row.seq}`, partsOf(row), row.hash);
  }

  #record(row: Row): JournalRecord {
    this.#check(row);
    // The hash says that these texts are those that were written from such values.
    const entry = JSON.parse(row.entry) as JournalEntry;
    const record = { entry, subject: row.subject };
    if (row.payload === null || row.salt === null) return record;
    return { ...record, payload: JSON.parse(row.payload) as Json, salt: row.salt };
  }
}
