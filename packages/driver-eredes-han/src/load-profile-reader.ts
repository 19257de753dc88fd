import type { EpochMs } from '@microgrid/units';
import type { HanLink } from './han-link.js';
import { decodeEntries, type LoadProfileEntry } from './load-profile-entry.js';
import type { LoadProfileLayout } from './load-profile-layout.js';

/** The entry after which reading goes on. */
export interface Anchor {
  readonly raw: string;
  readonly capturedMs: EpochMs;
}

/** What one step brought. */
export interface ReadEntries {
  /** New entries, oldest first. */
  readonly entries: readonly LoadProfileEntry[];
  /** Whether the newest one is among them or known already. */
  readonly done: boolean;
  /** Why reading ended early. */
  readonly failure?: string;
}

/** How the meter numbers its entries: found out once, because editions and makes may differ. */
interface Numbering {
  /** Number of the first position, 1 as the specification has it, or 0. */
  readonly base: 0 | 1;
  /** Whether the first position holds the newest entry. */
  readonly newestFirst: boolean;
}

/** What the profile looks like. */
export interface ProfileShape {
  readonly layout: LoadProfileLayout;
  readonly periodMs: number;
  readonly timeZone: string;
}

const MOST_ENTRIES = 6;
/** Data of one reply: a PDU of 253 bytes less function code and byte count, even. */
const MOST_BYTES = 250;
const NO_SUCH_FUNCTION = 0x01;
const NO_SUCH_ENTRY = 0x83;
const TOO_MUCH = 0x84;

type Chunk =
  | { readonly ok: true; readonly entries: readonly LoadProfileEntry[]; readonly count: number }
  | { readonly ok: false; readonly failure: string; readonly exceptionCode?: number };

/**
 * Reads the load profile forward from the last known entry. Positions move when a full profile drops
 * its oldest entry, so an entry is recognised by its bytes, never by its position: each read begins at
 * the last known one, and where that is not found the reader steps back until it is, or until the
 * oldest entry shows that it is gone.
 */
export class LoadProfileReader {
  private position: number | undefined;
  /** The highest position whose entry is known to be the last known one or older. */
  private low = 0;
  private numbering: Numbering | undefined;
  /** False once the meter said that it has no function 0x45. */
  private positional = true;
  private most: number;

  constructor(
    private readonly link: HanLink,
    private readonly shape: ProfileShape,
  ) {
    this.most = Math.max(
      1,
      Math.min(MOST_ENTRIES, Math.floor(MOST_BYTES / shape.layout.entryBytes)),
    );
  }

  /** The newest entry; `entry` is undefined where there is none yet. */
  async newest(
    signal?: AbortSignal,
  ): Promise<{ readonly entry?: LoadProfileEntry; readonly failure?: string }> {
    const chunk = this.chunkOf(await this.link.readLastEntries(1, signal));
    if (chunk.ok) {
      const entry = chunk.entries.at(-1);
      return entry === undefined ? {} : { entry };
    }
    return chunk.exceptionCode === NO_SUCH_ENTRY ? {} : { failure: chunk.failure };
  }

  /** The newest entry was taken without looking at its position: it is one further on. */
  passed(): void {
    if (this.position !== undefined) this.position += 1;
  }

  /**
   * Reads on after an anchor; without one from the oldest entry.
   * @param inUse entries the meter holds; undefined = it does not tell, so only the newest six are read
   * @param requests how many requests may be made
   */
  async entriesAfter(
    anchor: Anchor | undefined,
    newest: LoadProfileEntry,
    inUse: number | undefined,
    requests: number,
    signal?: AbortSignal,
  ): Promise<ReadEntries> {
    if (anchor?.raw === newest.raw) return { entries: [], done: true };
    if (inUse === undefined || !this.positional) return this.lastOnly(anchor, signal);
    if (this.numbering === undefined) {
      const failure = await this.learnNumbering(inUse, signal);
      if (failure !== undefined) return { entries: [], done: false, failure };
      if (!this.isPositional()) return this.lastOnly(anchor, signal);
    }
    return this.walk(anchor, newest, inUse, requests, signal);
  }

  // Not a property read: control flow analysis would take it for what it was above.
  private isPositional(): boolean {
    return this.positional;
  }

  private async walk(
    anchor: Anchor | undefined,
    newest: LoadProfileEntry,
    inUse: number,
    requests: number,
    signal: AbortSignal | undefined,
  ): Promise<ReadEntries> {
    const entries: LoadProfileEntry[] = [];
    let known = anchor;
    let position = this.position ?? this.guess(anchor, newest, inUse);
    for (let request = 0; request < requests; request += 1) {
      position = Math.min(Math.max(position, 1), Math.max(inUse, 1));
      const chunk = await this.readPositions(
        position,
        Math.min(this.most, inUse - position + 1),
        inUse,
        signal,
      );
      if (!chunk.ok) {
        if (chunk.exceptionCode === TOO_MUCH && this.most > 1) {
          this.most = Math.ceil(this.most / 2);
          continue;
        }
        return { entries, done: false, failure: chunk.failure };
      }
      const last = position + chunk.count - 1;
      const from =
        known === undefined
          ? 0
          : freshFrom(chunk.entries, known, (this.position ?? NaN) - position);
      // All newer than the anchor: it lies further back, unless the entry before these is older.
      if (from === undefined && position > 1 && position !== this.low + 1) {
        position = this.stepBack(position, chunk.entries[0], known);
        this.position = position;
        continue;
      }
      if (from !== undefined && from > 0) this.low = position + from - 1;
      const fresh = chunk.entries.slice(from ?? 0);
      entries.push(...fresh);
      known = fresh.at(-1) ?? known;
      this.position = last;
      if (last >= inUse) {
        this.low = 0;
        return { entries, done: true };
      }
      // The next read begins with the last one known, so that a shift in between is noticed.
      position = chunk.count > 1 ? last : last + 1;
    }
    return { entries, done: false };
  }

  private stepBack(
    position: number,
    first: LoadProfileEntry | undefined,
    known: Anchor | undefined,
  ): number {
    const ahead = (first?.capturedMs ?? 0) - (known?.capturedMs ?? 0);
    // Positions have moved since the lower bound was found: it holds no more.
    if (position <= this.low) this.low = position - 1;
    const steps = Math.max(1, Math.ceil(ahead / this.shape.periodMs));
    return Math.max(this.low, position - steps, 1);
  }

  private guess(anchor: Anchor | undefined, newest: LoadProfileEntry, inUse: number): number {
    if (anchor === undefined) return 1;
    const behind = Math.ceil((newest.capturedMs - anchor.capturedMs) / this.shape.periodMs);
    return inUse - Math.max(0, behind);
  }

  /** Without positions only the newest entries can be had. */
  private async lastOnly(
    anchor: Anchor | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ReadEntries> {
    const chunk = this.chunkOf(await this.link.readLastEntries(this.most, signal));
    if (!chunk.ok) {
      if (
        (chunk.exceptionCode === TOO_MUCH || chunk.exceptionCode === NO_SUCH_ENTRY) &&
        this.most > 1
      ) {
        this.most = Math.ceil(this.most / 2);
        return { entries: [], done: false };
      }
      return { entries: [], done: false, failure: chunk.failure };
    }
    const sorted = [...chunk.entries].sort((a, b) => a.capturedMs - b.capturedMs);
    const from = anchor === undefined ? 0 : freshFrom(sorted, anchor);
    return { entries: sorted.slice(from ?? 0), done: true };
  }

  private async learnNumbering(
    inUse: number,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    let base: 0 | 1 = 1;
    let top = this.chunkOf(await this.link.readEntries(inUse, 1, signal));
    if (!top.ok && top.exceptionCode === NO_SUCH_FUNCTION) {
      this.positional = false;
      return undefined;
    }
    if (!top.ok && top.exceptionCode === NO_SUCH_ENTRY) {
      base = 0;
      top = this.chunkOf(await this.link.readEntries(inUse - 1, 1, signal));
    }
    if (!top.ok) return top.failure;
    const bottom = this.chunkOf(await this.link.readEntries(base, 1, signal));
    if (!bottom.ok) return bottom.failure;
    const [highest] = top.entries;
    const [lowest] = bottom.entries;
    const newestFirst =
      highest !== undefined && lowest !== undefined && lowest.capturedMs > highest.capturedMs;
    // With a single entry both are the same, and nothing is learnt for good.
    if (inUse > 1) this.numbering = { base, newestFirst };
    return undefined;
  }

  /** Reads positions counted from 1 = oldest, whatever the meter counts from. */
  private async readPositions(
    first: number,
    count: number,
    inUse: number,
    signal: AbortSignal | undefined,
  ): Promise<Chunk> {
    const { base = 1, newestFirst = false } = this.numbering ?? {};
    const start = newestFirst ? inUse - (first + count - 1) : first - 1;
    const chunk = this.chunkOf(await this.link.readEntries(start + base, count, signal));
    return chunk.ok && newestFirst ? { ...chunk, entries: [...chunk.entries].reverse() } : chunk;
  }

  private chunkOf(result: Awaited<ReturnType<HanLink['readEntries']>>): Chunk {
    if (!result.ok) {
      const { cause, exceptionCode } = result.failure;
      return {
        ok: false,
        failure: cause,
        ...(exceptionCode === undefined ? {} : { exceptionCode }),
      };
    }
    const { layout, timeZone } = this.shape;
    const entries = decodeEntries(result.bytes, layout, timeZone);
    if (entries !== undefined) {
      return { ok: true, entries, count: Math.floor(result.bytes.length / layout.entryBytes) };
    }
    const failure = `bad reply: ${result.bytes.length} bytes, expected a multiple of ${layout.entryBytes}`;
    return { ok: false, failure };
  }
}

/**
 * Index of the first entry after the anchor; undefined when all are newer and it is not among them.
 * @param expected where it should be: a clock that was set back can make two entries of equal bytes.
 */
function freshFrom(
  entries: readonly LoadProfileEntry[],
  anchor: Anchor,
  expected = NaN,
): number | undefined {
  const found = entries.flatMap(({ raw }, at) => (raw === anchor.raw ? [at] : []));
  const far = (at: number): number => Math.abs(at - expected);
  const nearest = found.reduce<number | undefined>(
    (best, at) => (best === undefined || !(far(best) < far(at)) ? at : best),
    undefined,
  );
  if (nearest !== undefined) return nearest + 1;
  const older = entries.findLastIndex(({ capturedMs }) => capturedMs <= anchor.capturedMs);
  return older >= 0 ? older + 1 : undefined;
}
