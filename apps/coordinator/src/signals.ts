import type { Community } from '@microgrid/community';
import type { LimitV1, TariffSignalV1 } from '@microgrid/events';
import { priceSeries } from '@microgrid/tariff';
import { formatInstant, parseInstant, parseResolution } from '@microgrid/units';
import type { CoordinatorUplink, SignalDraft } from '@microgrid/uplink';
import type { CoordinatorConfig, LimitRequest } from './configuration.js';
import { CoordinatorError } from './coordinator-error.js';
import type { Log } from './ports.js';

const MS_PER_HOUR = 3_600_000;
/** A signal outlives one lost repetition. */
const REPETITIONS = 2;
/** The most signals kept for the status. */
const KEPT = 100;

/** Sends prices and limits, and sends what holds again before it lapses. */
export class Signals {
  private nextMs = Number.NEGATIVE_INFINITY;
  private readonly limits: LimitRequest[];
  private readonly history: (TariffSignalV1 | LimitV1)[] = [];
  private readonly begun = new Set<LimitRequest>();

  constructor(
    private readonly community: Community,
    private readonly settings: CoordinatorConfig['signals'],
    private readonly uplink: CoordinatorUplink,
    private readonly log: Log,
  ) {
    this.limits = [...settings.limits];
  }

  /** The last signals, oldest first. */
  get sent(): readonly (TariffSignalV1 | LimitV1)[] {
    return this.history;
  }

  /** Sends what is due now; what cannot be sent is logged and due again at the next call. */
  async tick(nowMs: number): Promise<void> {
    const repeat = nowMs >= this.nextMs;
    const inForce = this.limits.filter(
      ({ start, end }) => parseInstant(start) <= nowMs && nowMs < parseInstant(end),
    );
    const due = inForce.filter((limit) => repeat || !this.begun.has(limit));
    try {
      if (repeat && this.settings.prices) await this.send('*', this.prices(nowMs));
      for (const limit of due) {
        await this.send(limit.audience, limitDraft(limit, nowMs));
        this.begun.add(limit);
      }
      if (repeat) this.nextMs = nowMs + this.settings.repeatMs;
    } catch (error) {
      this.log('warn', `signals are not sent now: ${String(error)}`);
    }
  }

  /** Sends an operator's limit now and repeats it until it ends. */
  async limit(request: LimitRequest, nowMs: number): Promise<LimitV1> {
    if (parseInstant(request.end) <= nowMs || request.end <= request.start) {
      throw new CoordinatorError(
        'bad-request',
        `limit: end: got ${request.end}, expected an instant after now and after start`,
      );
    }
    const signal = await this.send(request.audience, limitDraft(request, nowMs));
    this.limits.push(request);
    this.begun.add(request);
    return signal as LimitV1;
  }

  private async send(audience: string, draft: SignalDraft): Promise<TariffSignalV1 | LimitV1> {
    const everybody = this.community.gateways.map(({ id }) => id);
    const signal = await this.uplink.send(
      audience,
      draft,
      ...(audience === '*' ? [everybody] : []),
    );
    this.history.push(signal);
    if (this.history.length > KEPT) this.history.shift();
    return signal;
  }

  private prices(nowMs: number): SignalDraft {
    const { community, settings } = this;
    const resolutionMs = parseResolution(community.resolution);
    const startMs = nowMs - (nowMs % resolutionMs);
    const endMs = startMs + settings.priceHours * MS_PER_HOUR;
    const series = (tariff: Community['prices']['import']): Float64Array =>
      priceSeries(tariff, community.timeZone, startMs, endMs, resolutionMs);
    const imports = series(community.prices.import);
    const exports = series(community.prices.export);
    const periods: TariffSignalV1['periods'] = [];
    imports.forEach((price, index) => {
      const last = periods.at(-1);
      const exported = exports[index] as number;
      const end = formatInstant(startMs + (index + 1) * resolutionMs);
      // Neighbours of one price are one period: a flat tariff is one line.
      if (
        last?.importPriceMicroPerKilowattHour === price &&
        last.exportPriceMicroPerKilowattHour === exported
      ) {
        last.end = end;
        return;
      }
      periods.push({
        start: formatInstant(startMs + index * resolutionMs),
        end,
        importPriceMicroPerKilowattHour: price,
        exportPriceMicroPerKilowattHour: exported,
      });
    });
    return {
      kind: 'tariffSignal',
      version: 1,
      id: `${community.id}/prices/${formatInstant(startMs)}`,
      validForMs: settings.repeatMs * REPETITIONS,
      currency: community.currency,
      periods,
    };
  }
}

function limitDraft(limit: LimitRequest, nowMs: number): SignalDraft {
  const { audience, importLimitWatts, exportLimitWatts, ...rest } = limit;
  return {
    kind: 'limit',
    version: 1,
    id: `${audience}/limit/${limit.start}`,
    ...rest,
    ...(importLimitWatts === undefined ? {} : { importLimitWatts }),
    ...(exportLimitWatts === undefined ? {} : { exportLimitWatts }),
    validForMs: Math.max(1, parseInstant(limit.end) - nowMs),
  };
}
