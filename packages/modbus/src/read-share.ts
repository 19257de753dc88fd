import type { ReadRequest } from './bus.js';
import type { Outcome, Transaction } from './transaction.js';
import type { Table } from './table.js';

/** Values read from one unit, and when they were asked for. */
interface Kept {
  readonly table: Table;
  readonly address: number;
  readonly values: Uint16Array | boolean[];
  readonly sentMs: number;
}

/** Blocks kept for one unit; a poll has fewer. */
const mostKept = 64;

/**
 * Read once, serve many, for one unit: a read is answered with the reply to an identical or
 * enclosing one that waits or is in flight, or with values kept for a short time. Nothing asked for
 * before a write is handed out after it.
 */
export class ReadShare {
  /** Reads that others may join; those made before the last write are not among them. */
  #open: Transaction[] = [];
  #kept: Kept[] = [];
  /** Counts writes: a reply is kept only if none came since its request was made. */
  #epoch = 0;

  constructor(readonly cacheMs: number) {}

  /** A read that will bring what `wanted` asks for; undefined when there is none. */
  open(wanted: Transaction): Transaction | undefined {
    for (const candidate of this.#open) {
      if (
        candidate.functionCode === wanted.functionCode &&
        candidate.address <= wanted.address &&
        candidate.address + candidate.count >= wanted.address + wanted.count &&
        candidate.timeoutMs <= wanted.timeoutMs &&
        !candidate.isUnwanted
      ) {
        return candidate;
      }
    }
    return undefined;
  }

  /** Others may join this read from now on. */
  offer(read: Transaction): void {
    this.#open.push(read);
  }

  /** The read is sent now: a write from here on makes what it brings too old to keep. */
  stamp(read: Transaction): void {
    read.epoch = this.#epoch;
  }

  /** The read is done or given up. */
  withdraw(read: Transaction): void {
    if (this.#open.length === 1 && this.#open[0] === read) this.#open.pop();
    else this.#open = this.#open.filter((other) => other !== read);
  }

  /** Keeps what a read brought. */
  keep(read: Transaction, { table, address }: ReadRequest, values: Outcome): void {
    if (this.cacheMs === 0 || read.epoch !== this.#epoch) return;
    if (!(values instanceof Uint16Array) && !Array.isArray(values)) return;
    const kept = { table, address, values: values.slice(), sentMs: read.sentMs };
    this.#kept = [
      kept,
      ...this.#kept.filter(
        (other) => !encloses(kept, other.table, other.address, other.values.length),
      ),
    ].slice(0, mostKept);
  }

  /** Values asked for at most `maximumAgeMs` ago, as fresh arrays. */
  kept({ table, address, count }: ReadRequest, maximumAgeMs: number, nowMs: number): Outcome {
    if (this.#kept.length === 0) return undefined;
    const ageMs = Math.min(this.cacheMs, maximumAgeMs);
    const found = this.#kept.find(
      (kept) => nowMs - kept.sentMs <= ageMs && encloses(kept, table, address, count),
    );
    return found?.values.slice(address - found.address, address - found.address + count);
  }

  /** A write: what was asked for before must not be handed out after it. */
  forget(): void {
    this.#epoch += 1;
    this.#open = [];
    this.#kept = [];
  }
}

function encloses(kept: Kept, table: Table, address: number, count: number): boolean {
  return (
    kept.table === table &&
    kept.address <= address &&
    kept.address + kept.values.length >= address + count
  );
}
