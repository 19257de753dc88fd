import type { Clock, Device, Log } from '@microgrid/devices';
import type { IntervalV1, Json } from '@microgrid/events';
import type { KeyedDocuments } from '@microgrid/journal';
import { validator, type Validator } from '@microgrid/metering';
import { parseInstant, parseResolution } from '@microgrid/units';
import type { Subscription } from 'rxjs';
import type { GatewayConfig } from './configuration.js';
import type { IntervalBook, OfferedInterval } from './interval-book.js';

const COLLECTION = 'load-profile';

/** What an intake is made of. */
export interface LoadProfileIntakeOptions {
  readonly point: GatewayConfig['metering']['points'][number];
  readonly resolution: string;
  readonly book: IntervalBook;
  readonly documents: KeyedDocuments;
  readonly clock: Clock;
  readonly log: Log;
  /** Told why intervals of the meter cannot be used. */
  readonly onUnusable: (why: string) => void;
}

/**
 * Takes the intervals that a meter measured itself. The meter's driver notes what it has delivered only
 * after {@link flush}, so a crash in between reads them again and loses none.
 */
export class LoadProfileIntake {
  private readonly validate: Validator;
  private waiting: OfferedInterval[] = [];
  private kept = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private listening: Subscription | undefined;

  private constructor(private readonly options: LoadProfileIntakeOptions) {
    const { maximumWatts } = options.point;
    this.validate = validator([
      { rule: 'negative' },
      { rule: 'aboveLimit', maximumImportWatts: maximumWatts, maximumExportWatts: maximumWatts },
    ]);
  }

  /** Goes on where the last run stopped. */
  static async open(options: LoadProfileIntakeOptions): Promise<LoadProfileIntake> {
    const intake = new LoadProfileIntake(options);
    const kept = await options.documents.get(COLLECTION, options.point.meteringPoint);
    intake.waiting = [...((kept ?? []) as unknown as OfferedInterval[])];
    intake.kept = intake.waiting.length;
    return intake;
  }

  /** Listens to the meter; what nobody listens to, its driver leaves in the meter. */
  listen(device: Device): void {
    this.listening = device.intervals$?.subscribe((intervals) => {
      for (const interval of intervals) this.take(interval);
    });
    if (this.listening !== undefined) return;
    this.options.onUnusable('its driver reads no load profile; set sources: [registers]');
  }

  private take(interval: IntervalV1): void {
    const { point, resolution, clock, log, onUnusable } = this.options;
    if (interval.meteringPoint !== point.meteringPoint) {
      onUnusable(`its intervals are of ${interval.meteringPoint}, expected ${point.meteringPoint}`);
      return;
    }
    const minutes = (parseInstant(interval.end) - parseInstant(interval.start)) / 60_000;
    if (minutes * 60_000 !== parseResolution(resolution)) {
      onUnusable(
        `its load profile has periods of ${minutes} min, and metering.resolution is ${resolution}; set that to what the meter has, or sources to [registers]`,
      );
      return;
    }
    const nowMs = clock.nowMs();
    const { interval: sound, findings } = this.validate(interval, nowMs);
    for (const { rule, severity, message, start } of findings) {
      log(severity === 'error' ? 'error' : 'warn', `${interval.id}: ${message}`, { rule, start });
    }
    if (sound !== undefined) this.waiting.push({ interval: sound, sinceMs: nowMs });
  }

  /** Resolves when everything taken so far is durable: journalled, or kept while it waits. */
  flush(): Promise<void> {
    const turn = this.turn.then(() => this.settle());
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private async settle(): Promise<void> {
    const { book, documents, point } = this.options;
    const offered = this.waiting;
    const left: OfferedInterval[] = [];
    for (const each of offered) {
      if (!(await book.offer('loadProfile', each))) left.push(each);
    }
    // What came meanwhile stays behind what is left.
    this.waiting = [...left, ...this.waiting.slice(offered.length)];
    if (left.length === 0 && this.kept === 0) return;
    if (left.length === this.kept && left.length === offered.length) return;
    const kept = left as unknown as Json;
    await documents.put(COLLECTION, point.meteringPoint, kept);
    this.kept = left.length;
  }

  /** Listens no more. */
  close(): void {
    this.listening?.unsubscribe();
  }
}
