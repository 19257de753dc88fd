import { missingReading, type Clock, type DeviceIdentity } from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import type { Rate } from './block-plan.js';
import {
  completeValues,
  decodeBlock,
  decodeTexts,
  type Causes,
  type CompiledBlock,
  type CompiledProfile,
  type PublishedPoint,
  type Values,
} from './compiled-profile.js';
import type { Reply } from './point-decoder.js';
import type { LinkFailure, UnitLink } from './unit-link.js';

/** What a poller needs to know. */
export interface PollerOptions {
  readonly device: string;
  readonly compiled: CompiledProfile;
  readonly link: UnitLink;
  readonly clock: Clock;
  readonly lowRateMs: number;
}

/** What a poll found besides readings. */
export interface PollResult {
  readonly readings: readonly ReadingV1[];
  /** Ratings of the device were read and differ from before. */
  readonly ratingsChanged: boolean;
  /** Why the device could not be reached; undefined when it answered. */
  readonly lost?: string;
  /** Nothing was read: the device wants more time between two polls. */
  readonly repeated?: true;
}

/** The exception for registers that a device does not have. */
const ILLEGAL_ADDRESS = 2;

/** Reads a device's blocks at their rates and keeps the last value of every point. */
export class Poller {
  private readonly values: Values;
  private readonly causes: Causes;
  private lastPoll:
    { readonly startMs: number; readonly readings: readonly ReadingV1[] } | undefined;
  private readonly texts = new Map<string, string>();
  private readonly kept = new Map<string, ReadingV1>();
  private readonly failures = new Map<CompiledBlock, LinkFailure>();
  private readonly blockOf = new Map<number, CompiledBlock>();
  private lowReadMs = -Infinity;
  private lastDue: Rate = 'once';
  private onceDone = false;
  private ratings: Values | undefined;

  constructor(private readonly options: PollerOptions) {
    const { blocks, indexOf } = options.compiled;
    this.values = Array.from({ length: indexOf.size });
    this.causes = Array.from({ length: indexOf.size });
    for (const block of blocks) {
      for (const { index } of block.compiled) this.blockOf.set(index, block);
    }
  }

  /** Last value of a point, undefined where there is none. */
  readonly lookup = (id: string): number | undefined => {
    const index = this.options.compiled.indexOf.get(id);
    return index === undefined ? undefined : this.values[index];
  };

  /** Value of a point if the last poll read it, undefined otherwise. */
  readonly measured = (id: string): number | undefined => {
    const rate = this.options.compiled.rates.get(id);
    return rate !== undefined && isDue(rate, this.lastDue) ? this.lookup(id) : undefined;
  };

  /** Why a point has no value, where that is known. */
  readonly causeOf = (id: string): string | undefined => {
    const index = this.options.compiled.indexOf.get(id);
    return index === undefined ? undefined : (this.causes[index] ?? this.failureOf(index));
  };

  /** Texts, names of states and of bits that are set, by point. */
  get names(): ReadonlyMap<string, string> {
    return this.texts;
  }

  /** Blocks the device says it does not have, by name. */
  missingBlocks(): string[] {
    return [...this.failures]
      .filter(([, { exception }]) => exception === ILLEGAL_ADDRESS)
      .map(([{ name }]) => name);
  }

  /** Who the device says it is, as far as it was read. */
  identity(): DeviceIdentity {
    const names = this.options.compiled.profile.identity;
    const text = (id: string | undefined): string | undefined => {
      if (id === undefined) return undefined;
      const number = this.lookup(id);
      return this.texts.get(id) ?? (number === undefined ? undefined : String(number));
    };
    const parts = {
      manufacturer: text(names?.manufacturer),
      model: text(names?.model),
      serial: text(names?.serial),
      firmware: text(names?.firmware),
    };
    return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  }

  /** Everything is to be read again: the device was lost and may be another one. */
  forget(): void {
    this.onceDone = false;
    this.lowReadMs = -Infinity;
    this.lastPoll = undefined;
  }

  /** All readings are bad for one cause; nothing is read. */
  unreadable(cause: string): readonly ReadingV1[] {
    const at = formatInstant(this.options.clock.nowMs());
    this.kept.clear();
    return this.options.compiled.published.map(({ id }) =>
      missingReading({ device: this.options.device, point: id, at }, cause),
    );
  }

  /** One poll. */
  async poll(signal: AbortSignal | undefined): Promise<PollResult> {
    const { compiled, clock, lowRateMs } = this.options;
    const startMs = clock.monotonicMs();
    const { minimumPollIntervalMs = 0 } = compiled.profile.transport;
    if (this.lastPoll !== undefined && startMs - this.lastPoll.startMs < minimumPollIntervalMs) {
      return { readings: this.lastPoll.readings, ratingsChanged: false, repeated: true };
    }
    const lowDue = startMs - this.lowReadMs >= lowRateMs;
    const slowest: Rate = this.onceDone ? (lowDue ? 'low' : 'high') : 'once';
    this.lastDue = slowest;
    let lost: LinkFailure | undefined;
    for (const block of compiled.blocks) {
      if (!isDue(block.rate, slowest)) continue;
      const failure = lost ?? (await this.readBlock(block, slowest, signal));
      if (failure === undefined) this.failures.delete(block);
      else this.failures.set(block, failure);
      // Without an answer every further block would only wait for its own deadline.
      if (failure?.answered === false) lost = failure;
    }
    completeValues(compiled, this.values, this.causes);
    if (lost === undefined) {
      this.onceDone = true;
      if (slowest !== 'high') this.lowReadMs = startMs;
    }
    const readings = this.readings(slowest, lost?.cause);
    const ratingsChanged = lost === undefined && this.takeRatings();
    this.lastPoll = lost === undefined ? { startMs, readings } : undefined;
    return { readings, ratingsChanged, ...(lost === undefined ? {} : { lost: lost.cause }) };
  }

  /** Reads one block into the values; gives what went wrong. */
  private async readBlock(
    block: CompiledBlock,
    slowest: Rate,
    signal: AbortSignal | undefined,
  ): Promise<LinkFailure | undefined> {
    const { link } = this.options;
    const { table, address, count, counters } = block;
    const request = { signal, priority: block.rate === 'high' ? undefined : ('low' as const) };
    if (counters.length === 0 || table === 'coil' || table === 'discrete') {
      const result = await link.read(table, address, count, request);
      if (!result.ok) return result.failure;
      this.take(block, result.value, slowest);
      return undefined;
    }
    const result = await link.readAgreed(table, address, count, counters, request);
    if (!result.ok) return result.failure;
    const { registers, torn } = result.value;
    this.take(block, registers, slowest);
    for (const { offset } of torn) {
      for (const { id } of block.points.filter((point) => point.address - address === offset)) {
        const index = this.options.compiled.indexOf.get(id);
        if (index === undefined) continue;
        this.values[index] = undefined;
        this.causes[index] = 'torn: no two reads in a row agreed';
      }
    }
    return undefined;
  }

  private take(block: CompiledBlock, reply: Reply, slowest: Rate): void {
    decodeBlock(block, reply, slowest, this.values, this.causes);
    decodeTexts(block, reply, this.texts);
  }

  /** Whether a rating differs from the last poll's; from now on it is compared with this one's. */
  private takeRatings(): boolean {
    const before = this.ratings;
    const ratings = this.options.compiled.ratings.map((index) => this.values[index]);
    this.ratings = ratings;
    return before === undefined || ratings.some((value, place) => value !== before[place]);
  }

  private readings(slowest: Rate, lost: string | undefined): readonly ReadingV1[] {
    const { compiled, clock, device } = this.options;
    const at = formatInstant(clock.nowMs());
    return compiled.published.map((point) => {
      if (isDue(point.rate, slowest)) return this.fresh(device, point, at, lost);
      return this.repeated(point, at);
    });
  }

  /** The reading of a point that was due in this poll. */
  private fresh(
    device: string,
    point: PublishedPoint,
    at: string,
    lost: string | undefined,
  ): ReadingV1 {
    const failure = this.failures.size === 0 ? undefined : (this.failureOf(point.index) ?? lost);
    const value = failure === undefined ? this.values[point.index] : undefined;
    const origin = { device, point: point.id, at };
    const reading: ReadingV1 =
      value === undefined
        ? missingReading(origin, failure ?? this.causes[point.index] ?? 'not implemented')
        : { kind: 'reading', version: 1, ...origin, value, quality: 'good' };
    if (point.rate !== 'high') this.kept.set(point.id, reading);
    return reading;
  }

  /** The reading of a point of lower rate, between two of its reads. */
  private repeated({ id }: PublishedPoint, at: string): ReadingV1 {
    const { device } = this.options;
    return this.kept.get(id) ?? missingReading({ device, point: id, at }, 'not read yet');
  }

  private failureOf(index: number): string | undefined {
    const block = this.blockOf.get(index);
    if (block !== undefined) return this.failures.get(block)?.cause;
    const sum = this.options.compiled.sums.find((candidate) => candidate.index === index);
    for (const term of sum?.terms ?? []) {
      const failure = this.failureOf(term.index);
      if (failure !== undefined && !term.optional) return failure;
    }
    return undefined;
  }
}

function isDue(rate: Rate, slowest: Rate): boolean {
  return rate === 'high' || slowest === 'once' || rate === slowest;
}
