import { Subject, type Observable } from 'rxjs';
import type { Clock, Log } from '@microgrid/devices';
import type { IntervalV1, Json } from '@microgrid/events';
import { isJournalError, type Journal, type KeyedDocuments } from '@microgrid/journal';
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

const COLLECTION = 'metering';

/** What is kept of a metering point. One document, so that state and intervals cannot part. */
interface Kept {
  readonly state?: IntervalState;
  /** Intervals that the state has left behind and the journal may not have yet. */
  readonly closed: readonly IntervalV1[];
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
  private closed: IntervalV1[] = [];
  private readonly durable = new Subject<IntervalV1>();

  /** Every interval once it is durable. */
  readonly intervals$: Observable<IntervalV1> = this.durable.asObservable();

  private constructor(
    readonly point: GatewayConfig['metering']['points'][number],
    private readonly config: GatewayConfig,
    private readonly journal: Journal,
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
    journal: Journal,
    documents: KeyedDocuments,
    clock: Clock,
    log: Log,
  ): Promise<IntervalMeter> {
    const meter = new IntervalMeter(point, config, journal, documents, clock, log);
    // What this process wrote in the form it reads; another resolution starts afresh.
    const kept = (await documents.get(COLLECTION, meter.key)) as unknown as Kept | undefined;
    meter.state = kept?.state;
    meter.closed = [...(kept?.closed ?? [])];
    await meter.journalClosed();
    return meter;
  }

  private get key(): string {
    return `${this.point.meteringPoint}/${this.config.metering.resolution}`;
  }

  /** Takes the device's counters of this tick; resolves when what they closed is durable. */
  async take(poller: DevicePoller): Promise<void> {
    const reading = counterReading(this.point.meteringPoint, poller);
    if (reading === undefined) return;
    const step = advanceIntervals(this.state, reading, this.options);
    this.state = step.state;
    for (const { reason } of step.rejected) {
      if (reason === 'duplicate') continue;
      this.log('warn', `${this.point.meteringPoint}: counter reading not used`, { reason });
    }
    for (const raw of step.intervals) {
      const { interval, findings } = this.validate(raw, this.clock.nowMs());
      for (const { rule, severity, message, start } of findings) {
        this.log(severity === 'error' ? 'error' : 'warn', `${raw.id}: ${message}`, { rule, start });
      }
      if (interval !== undefined) this.closed.push(interval);
    }
    if (this.closed.length === 0) return;
    // The journal's write takes it to the disk; an entry is never there without the state before it.
    await this.keep('before-next');
    await this.journalClosed();
  }

  /** Journals what was closed, oldest first; what is journalled already is not written twice. */
  private async journalClosed(): Promise<void> {
    for (let next = this.closed[0]; next !== undefined; next = this.closed[0]) {
      if (await this.journalled(next)) this.durable.next(next);
      this.closed.shift();
    }
  }

  /** Whether the interval is in the journal now; false where another content has its id. */
  private async journalled(interval: IntervalV1): Promise<boolean> {
    const { meteringPoint } = interval;
    try {
      // An interval is JSON by its schema; its optional fields are absent, never undefined.
      const payload = interval as unknown as Json;
      await this.journal.append('interval', interval.id, payload, meteringPoint, {
        outgoing: true,
      });
    } catch (error) {
      // A database older than its journal was put back: the first one stands.
      if (!isJournalError(error) || error.code !== 'id-taken') throw error;
      this.log('warn', `${interval.id} is journalled already; the first one stands`);
      return false;
    }
    return true;
  }

  /** Keeps the state of the open interval and what is not journalled yet. */
  save(): Promise<void> {
    return this.keep('now');
  }

  private async keep(durable: 'now' | 'before-next'): Promise<void> {
    if (this.state === undefined) return;
    const kept: Kept = { state: this.state, closed: this.closed };
    await this.documents.put(COLLECTION, this.key, kept as unknown as Json, { durable });
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
