import type { Clock, Log } from '@microgrid/devices';
import type { Json } from '@microgrid/events';
import type { KeyedDocuments } from '@microgrid/journal';
import {
  advanceIntervals,
  intervalOptions,
  validator,
  type CounterReading,
  type IntervalOptions,
  type IntervalState,
  type Validator,
} from '@microgrid/metering';
import { parseInstant, parseResolution } from '@microgrid/units';
import type { GatewayConfig } from './configuration.js';
import type { DevicePoller } from './device-poller.js';
import type { IntervalBook, OfferedInterval } from './interval-book.js';

const COLLECTION = 'metering';

/** What is kept of a metering point. One document, so that state and intervals cannot part. */
interface Kept {
  readonly state?: IntervalState;
  /** Intervals that the state has left behind and that are not settled yet. */
  readonly closed: readonly OfferedInterval[];
}

/**
 * Turns the counters of one metering point into intervals and journals each before anybody else sees
 * it. When an interval closes, it is kept together with the state that follows it before it is
 * journalled: a crash or a failing store between the two neither loses it nor measures it twice, and a
 * restart goes on from the last boundary, for the meter's register counted on.
 */
export class IntervalMeter {
  private readonly options: IntervalOptions;
  private readonly validate: Validator;
  private state: IntervalState | undefined;
  private closed: OfferedInterval[] = [];
  /** Whether what is closed is on the disk, or will be with the journal's next write. */
  private isKept = false;

  private constructor(
    readonly point: GatewayConfig['metering']['points'][number],
    private readonly config: GatewayConfig,
    private readonly book: IntervalBook,
    private readonly documents: KeyedDocuments,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.validate = validator([
      { rule: 'negative' },
      { rule: 'order' },
      { rule: 'overlap' },
      { rule: 'gap' },
      {
        rule: 'aboveLimit',
        maximumImportWatts: point.maximumWatts,
        maximumExportWatts: point.maximumWatts,
      },
      { rule: 'future', toleranceMs: config.control.tickMs },
    ]);
    this.options = intervalOptions({
      resolutionMs: parseResolution(config.metering.resolution),
      source: config.gateway,
      maximumWatts: point.maximumWatts,
      counterUnitMilliwattHours: point.counterUnitMilliwattHours,
    });
  }

  /** Goes on where the last run stopped. */
  static async open(
    point: GatewayConfig['metering']['points'][number],
    config: GatewayConfig,
    book: IntervalBook,
    documents: KeyedDocuments,
    clock: Clock,
    log: Log,
  ): Promise<IntervalMeter> {
    const meter = new IntervalMeter(point, config, book, documents, clock, log);
    // What this process wrote in the form it reads; another resolution starts afresh.
    const kept = (await documents.get(COLLECTION, meter.key)) as unknown as Kept | undefined;
    meter.state = kept?.state;
    meter.closed = [...(kept?.closed ?? [])];
    meter.isKept = true;
    await meter.settleClosed();
    return meter;
  }

  private get key(): string {
    return `${this.point.meteringPoint}/${this.config.metering.resolution}`;
  }

  /** Takes the device's counters of this tick; resolves when what they closed is durable. */
  async take(poller: DevicePoller): Promise<void> {
    const reading = counterReading(this.point.meteringPoint, poller);
    if (reading === undefined) {
      await this.settleClosed();
      return;
    }
    const step = advanceIntervals(this.state, reading, this.options);
    this.state = step.state;
    for (const { reason } of step.rejected) {
      if (reason === 'duplicate') continue;
      this.log('warn', `${this.point.meteringPoint}: counter reading not used`, { reason });
    }
    for (const raw of step.intervals) {
      const sinceMs = this.clock.nowMs();
      const { interval, findings } = this.validate(raw, sinceMs);
      for (const { rule, severity, message, start } of findings) {
        this.log(severity === 'error' ? 'error' : 'warn', `${raw.id}: ${message}`, { rule, start });
      }
      if (interval !== undefined) this.closed.push({ interval, sinceMs });
    }
    if (this.closed.length === 0) return;
    // The journal's write takes it to the disk; an entry is never there without the state before it.
    const fresh = step.intervals.length > 0;
    if (fresh || !this.isKept) await this.keep('before-next');
    await this.settleClosed();
    // Where they wait for a preferred source no write of the journal takes them to the disk.
    if (fresh && this.closed.length > 0) await this.keep('now');
  }

  /** Offers what was closed, oldest first; what waits for a preferred source is offered again. */
  private async settleClosed(): Promise<void> {
    const left: OfferedInterval[] = [];
    for (const [index, each] of this.closed.entries()) {
      try {
        if (!(await this.book.offer('registers', each))) left.push(each);
      } catch (error) {
        this.closed = [...left, ...this.closed.slice(index)];
        throw error;
      }
    }
    this.closed = left;
  }

  /** Keeps the state of the open interval and what is not journalled yet. */
  save(): Promise<void> {
    return this.keep('now');
  }

  private async keep(durable: 'now' | 'before-next'): Promise<void> {
    if (this.state === undefined) return;
    const kept: Kept = { state: this.state, closed: this.closed };
    this.isKept = false;
    await this.documents.put(COLLECTION, this.key, kept as unknown as Json, { durable });
    this.isKept = true;
  }
}

/** Both registers as one reading; nothing while either is unusable: one alone proves nothing. */
function counterReading(meteringPoint: string, poller: DevicePoller): CounterReading | undefined {
  const into = poller.reading('importEnergy');
  const out = poller.reading('exportEnergy');
  if (into?.value === undefined || out?.value === undefined) return undefined;
  const qualities = [into.quality, out.quality];
  if (qualities.some((quality) => quality === 'bad' || quality === 'stale')) return undefined;
  return {
    meteringPoint,
    atMs: Math.max(parseInstant(into.at), parseInstant(out.at)),
    importMilliwattHours: into.value,
    exportMilliwattHours: out.value,
    quality: qualities.includes('suspect') ? 'suspect' : 'good',
  };
}
