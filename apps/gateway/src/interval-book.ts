import { Subject, type Observable } from 'rxjs';
import type { Clock, Log } from '@microgrid/devices';
import { INTERVAL_QUALITIES, intervalId, type IntervalV1, type Json } from '@microgrid/events';
import type { Journal, JournalRecord } from '@microgrid/journal';
import type { EpochMs } from '@microgrid/units';
import type { IntervalSource } from './interval-source.js';

/** An interval that is not settled yet. */
export interface OfferedInterval {
  readonly interval: IntervalV1;
  /** Wall clock when it was first there: what it may wait for is counted from here. */
  readonly sinceMs: EpochMs;
}

/** What a book is made of. */
export interface IntervalBookOptions {
  /** Preferred first. */
  readonly sources: readonly IntervalSource[];
  /** How long the preferred source is waited for, ms. */
  readonly fallbackAfterMs: number;
  /** What intervals made here bear as their source; any other is a meter's own. */
  readonly gateway: string;
  readonly journal: Pick<Journal, 'append'>;
  /** A record of the journal by its id. */
  readonly find: (id: string) => Promise<JournalRecord | undefined>;
  readonly clock: Clock;
  readonly log: Log;
}

const rank = (interval: IntervalV1): number => INTERVAL_QUALITIES.indexOf(interval.quality);

/**
 * What stands of one metering point: one source for each period, by the declared precedence, and every
 * interval in the journal before anybody else sees it. The journal itself is the memory of what stands,
 * so that nothing is written twice after a restart.
 */
export class IntervalBook {
  private readonly durable = new Subject<IntervalV1>();
  private turn: Promise<unknown> = Promise.resolve();

  /** Every interval once it is durable. */
  readonly intervals$: Observable<IntervalV1> = this.durable.asObservable();

  constructor(private readonly options: IntervalBookOptions) {}

  /**
   * Settles an interval: it is journalled, or what stands already is as good.
   * @returns false while a preferred source may still bring a better one: offer it again.
   */
  offer(from: IntervalSource, offered: OfferedInterval): Promise<boolean> {
    const turn = this.turn.then(() => this.settle(from, offered));
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private async settle(
    from: IntervalSource,
    { interval, sinceMs }: OfferedInterval,
  ): Promise<boolean> {
    const standing = await this.standing(interval);
    const newest = standing.at(-1);
    if (newest === undefined) {
      if (this.mayBeBettered(from, interval, sinceMs)) return false;
      await this.journalled(interval);
      return true;
    }
    if (!this.supersedes(from, interval, standing)) return true;
    const revision = Math.max(interval.revision, newest.revision + 1);
    const next = { ...interval, revision };
    await this.journalled({ ...next, id: intervalId(next) });
    return true;
  }

  /** All revisions of a period, oldest first. What was erased counts as it is: not to be written again. */
  private async standing(interval: IntervalV1): Promise<readonly IntervalV1[]> {
    const found: IntervalV1[] = [];
    for (let revision = 1; ; revision += 1) {
      const record = await this.options.find(intervalId({ ...interval, revision }));
      // A meter's first revision may bear a higher number than 1 where the one before was never seen.
      if (record === undefined && revision >= interval.revision) return found;
      if (record === undefined) continue;
      found.push((record.payload ?? { ...interval, revision }) as unknown as IntervalV1);
    }
  }

  private mayBeBettered(from: IntervalSource, interval: IntervalV1, sinceMs: EpochMs): boolean {
    const { sources, fallbackAfterMs, clock } = this.options;
    const isWanted = from === sources[0] && interval.quality !== 'missing';
    if (sources.length === 1 || isWanted) return false;
    return clock.nowMs() - sinceMs < fallbackAfterMs;
  }

  private supersedes(
    from: IntervalSource,
    interval: IntervalV1,
    standing: readonly IntervalV1[],
  ): boolean {
    const { sources, log } = this.options;
    const newest = standing.at(-1);
    if (newest === undefined) return true;
    if (this.sourceOf(newest) === from) {
      const own = standing.filter((each) => this.sourceOf(each) === from);
      if (interval.revision > Math.max(own.length, 1)) return true;
      if (own.every((each) => !sameEnergy(each, interval))) {
        // A database older than its journal was put back: the first one stands.
        log('warn', `${interval.id} is journalled already; the first one stands`);
      }
      return false;
    }
    if (newest.quality === 'missing') return interval.quality !== 'missing';
    return from === sources[0] && rank(interval) < rank(newest);
  }

  private sourceOf({ source }: IntervalV1): IntervalSource {
    return source === this.options.gateway ? 'registers' : 'loadProfile';
  }

  private async journalled(interval: IntervalV1): Promise<void> {
    // An interval is JSON by its schema; its optional fields are absent, never undefined.
    const payload = interval as unknown as Json;
    const { journal } = this.options;
    await journal.append('interval', interval.id, payload, interval.meteringPoint, {
      outgoing: true,
    });
    this.durable.next(interval);
  }
}

function sameEnergy(one: IntervalV1, other: IntervalV1): boolean {
  return (
    one.importMilliwattHours === other.importMilliwattHours &&
    one.exportMilliwattHours === other.exportMilliwattHours
  );
}
