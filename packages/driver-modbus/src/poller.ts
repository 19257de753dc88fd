import {
  boundsCause,
  missingReading,
  readingOf,
  type Clock,
  type DeviceIdentity,
} from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import { formatInstant } from '@microgrid/units';
import type { Rate } from './block-plan.js';
import {
  decodeBlock,
  decodeSums,
  type CompiledBlock,
  type CompiledProfile,
  type PublishedPoint,
  type Values,
} from './compiled-profile.js';
import type { UnitLink } from './unit-link.js';

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
}

/** Reads a device's blocks at their rates and keeps the last value of every point. */
export class Poller {
  private readonly values: Values;
  private readonly texts = new Map<string, string>();
  private readonly kept = new Map<string, ReadingV1>();
  private readonly failures = new Map<CompiledBlock, string>();
  private readonly blockOf = new Map<number, CompiledBlock>();
  private lowReadMs = -Infinity;
  private onceDone = false;
  private ratings: Values | undefined;

  constructor(private readonly options: PollerOptions) {
    const { blocks, indexOf } = options.compiled;
    this.values = Array.from({ length: indexOf.size });
    for (const block of blocks) {
      for (const { index } of block.compiled) this.blockOf.set(index, block);
    }
  }

  /** Last value of a point, undefined where there is none. */
  readonly lookup = (id: string): number | undefined => {
    const index = this.options.compiled.indexOf.get(id);
    return index === undefined ? undefined : this.values[index];
  };

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
    const { compiled, clock, link, lowRateMs } = this.options;
    const startMs = clock.monotonicMs();
    const lowDue = startMs - this.lowReadMs >= lowRateMs;
    const slowest: Rate = this.onceDone ? (lowDue ? 'low' : 'high') : 'once';
    let lost: string | undefined;
    for (const block of compiled.blocks) {
      if (!isDue(block.rate, slowest)) continue;
      if (lost !== undefined) {
        this.failures.set(block, lost);
        continue;
      }
      const result = await link.read(block.table, block.address, block.count, signal);
      if (result.ok) {
        this.failures.delete(block);
        decodeBlock(block, result.value, slowest, this.values);
        for (const { id, read } of block.texts) this.texts.set(id, read(result.value));
      } else {
        this.failures.set(block, result.failure.cause);
        // Without an answer every further block would only wait for its own deadline.
        if (!result.failure.answered) lost = result.failure.cause;
      }
    }
    decodeSums(compiled, this.values);
    if (lost === undefined) {
      this.onceDone = true;
      if (slowest !== 'high') this.lowReadMs = startMs;
    }
    const readings = this.readings(slowest, lost);
    const ratingsChanged = lost === undefined && this.takeRatings();
    return { readings, ratingsChanged, ...(lost === undefined ? {} : { lost }) };
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
    const cause = value === undefined ? (failure ?? 'not implemented') : boundsCause(value, point);
    let reading: ReadingV1;
    if (value === undefined) {
      reading = missingReading({ device, point: point.id, at }, cause ?? 'unknown');
    } else if (cause === undefined) {
      reading = {
        kind: 'reading',
        version: 1,
        device,
        point: point.id,
        at,
        value,
        quality: 'good',
      };
    } else reading = readingOf({ device, point: point.id, at }, value, point);
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
    if (block !== undefined) return this.failures.get(block);
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
