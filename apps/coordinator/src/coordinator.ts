import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  communityPoints,
  isCommunityError,
  parseCommunity,
  type Community,
} from '@microgrid/community';
import type { IntervalV1, LimitV1, TariffSignalV1 } from '@microgrid/events';
import { nodeHash, nodeVerify } from '@microgrid/journal/node';
import { formatInstant } from '@microgrid/units';
import { localDays } from '@microgrid/units/calendar';
import {
  createCoordinatorUplink,
  type AcceptedEntry,
  type CoordinatorUplink,
} from '@microgrid/uplink';
import type { CoordinatorConfig, LimitRequest } from './configuration.js';
import { CoordinatorError, isCoordinatorError } from './coordinator-error.js';
import { enrolment } from './enrolment.js';
import { serveHttp, type HttpServer } from './http-server.js';
import { standardErrorLog } from './log.js';
import { openMqttTransport } from './mqtt-transport.js';
import { Periods, type ClosedPeriod } from './periods.js';
import type { CoordinatorPorts, CoordinatorStatus, Log, OpenTransport, Running } from './ports.js';
import { Signals } from './signals.js';
import { openStore, type Store } from './store.js';

const TICK_MS = 1000;
const MS_PER_DAY = 86_400_000;
/** How far back the newest intervals are looked for at a start. */
const RECENT_MS = 7 * MS_PER_DAY;

/**
 * Starts a coordinator: verifies, stores and receipts what gateways send, sends signals, closes days.
 * @throws CoordinatorError for a configuration or community that cannot work.
 */
export async function start(
  config: CoordinatorConfig,
  ports: CoordinatorPorts = {},
): Promise<Running> {
  const baseFolder = ports.baseFolder ?? '.';
  const community = readCommunity(resolve(baseFolder, config.communityFile));
  const folder = resolve(baseFolder, config.dataFolder);
  const store = openStore(folder);
  const transport = (ports.openTransport ?? openMqttTransport)(config);
  const coordinator = new Coordinator(config, ports, { community, folder, store, transport });
  try {
    await coordinator.open();
  } catch (error) {
    await coordinator.close();
    throw error;
  }
  return coordinator;
}

function readCommunity(path: string): Community {
  try {
    return parseCommunity(readFileSync(path, 'utf8'), path);
  } catch (error) {
    if (isCommunityError(error)) throw new CoordinatorError('bad-community', error.message);
    throw new CoordinatorError('bad-community', `${path}: ${String(error)}`);
  }
}

interface Parts {
  readonly community: Community;
  readonly folder: string;
  readonly store: Store;
  readonly transport: OpenTransport;
}

class Coordinator implements Running {
  private readonly nowMs: () => number;
  private readonly log: Log;
  private readonly uplink: CoordinatorUplink;
  private readonly periods: Periods;
  private readonly signals: Signals;
  private readonly newest = new Map<string, string>();
  /** Days whose missing intervals were already told of. */
  private readonly toldOf = new Set<string>();
  private http: HttpServer | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> | undefined;

  constructor(
    private readonly config: CoordinatorConfig,
    private readonly ports: CoordinatorPorts,
    private readonly parts: Parts,
  ) {
    const { community, folder, store, transport } = parts;
    const { series, documents } = store;
    this.nowMs = ports.nowMs ?? Date.now;
    this.log = ports.log ?? standardErrorLog;
    this.periods = new Periods({ community, series, documents, folder });
    const enrolled = enrolment(community);
    this.uplink = createCoordinatorUplink({
      coordinator: config.coordinator,
      signing: store.signing,
      verifying: nodeVerify,
      hash: nodeHash,
      transport,
      enrolled: (gateway) => enrolled.get(gateway),
      openLog: (gateway) => store.logOf(gateway),
      documents,
      nowMs: this.nowMs,
      onAccepted: (entries) => this.accept(entries),
      onRefusal: ({ code, message }, topic) => {
        this.log('warn', `${topic}: ${message}`, { code });
      },
      onError: (error, topic) => {
        this.log('error', `${topic}: not stored, it will come again: ${String(error)}`);
      },
    });
    this.signals = new Signals(community, config.signals, this.uplink, this.log);
  }

  get publicKey(): string {
    return this.parts.store.signing.publicKey;
  }

  get httpUrl(): string {
    return this.http?.url ?? '';
  }

  async open(): Promise<void> {
    const { folder, store } = this.parts;
    const nowMs = this.nowMs();
    const recent = { startMs: nowMs - RECENT_MS, endMs: nowMs };
    for (const { meteringPoint, start } of await store.series.read(recent)) {
      this.newest.set(meteringPoint, start);
    }
    if (this.config.http !== undefined) {
      this.http = await serveHttp(this.config.http, this, folder);
    }
    if (this.ports.selfTicking ?? true) {
      this.timer = setInterval(() => {
        this.ticking ??= this.tick()
          .catch((error: unknown) => {
            this.log('error', `tick failed: ${String(error)}`);
          })
          .finally(() => {
            this.ticking = undefined;
          });
      }, TICK_MS);
    }
  }

  /** Comes again for entries whose receipt was lost or never left: storing them twice changes nothing. */
  private async accept(entries: readonly AcceptedEntry[]): Promise<void> {
    const intervals = entries.flatMap(({ event }) => (event.kind === 'interval' ? [event] : []));
    await this.parts.store.series.put(intervals);
    for (const interval of intervals) this.heard(interval);
  }

  private heard(interval: IntervalV1): void {
    const known = this.newest.get(interval.meteringPoint);
    if (known === undefined || interval.start > known) {
      this.newest.set(interval.meteringPoint, interval.start);
    }
    this.ports.onInterval?.(interval);
  }

  async tick(): Promise<void> {
    const nowMs = this.nowMs();
    await this.signals.tick(nowMs);
    await this.closeFinishedDays(nowMs);
  }

  /** Closes local days that ended long enough ago, once everything is there. */
  private async closeFinishedDays(nowMs: number): Promise<void> {
    const latestMs = nowMs - this.config.closeAfterMs;
    const { timeZone } = this.parts.community;
    const days = localDays(timeZone, latestMs - MS_PER_DAY, latestMs);
    for (const { date, startMs, endMs } of days) {
      if (endMs > latestMs || (await this.periods.isClosed(startMs, endMs))) continue;
      // A day before the community began has nothing to close.
      if ((await this.parts.store.series.read({ startMs, endMs })).length === 0) continue;
      try {
        const period = await this.periods.close(startMs, endMs);
        this.log('info', `day ${date} closed`, { ...period });
      } catch (error) {
        if (!isCoordinatorError(error) || error.code !== 'incomplete-period') throw error;
        if (!this.toldOf.has(date)) this.log('warn', `day ${date} stays open: ${error.message}`);
        this.toldOf.add(date);
      }
    }
  }

  limit(request: LimitRequest): Promise<LimitV1> {
    return this.signals.limit(request, this.nowMs());
  }

  sent(): readonly (TariffSignalV1 | LimitV1)[] {
    return this.signals.sent;
  }

  closePeriod(startMs: number, endMs: number): Promise<ClosedPeriod> {
    if (startMs >= endMs) {
      throw new CoordinatorError(
        'bad-request',
        `period: got ${formatInstant(startMs)} to ${formatInstant(endMs)}, expected start before end`,
      );
    }
    return this.periods.close(startMs, endMs);
  }

  async status(): Promise<CoordinatorStatus> {
    const { entriesStored, entriesRepeated } = this.uplink.statistics();
    return {
      coordinator: this.config.coordinator,
      community: this.parts.community.id,
      connected: this.parts.transport.connected,
      entriesStored,
      entriesRepeated,
      refusals: this.uplink.refusals(),
      meteringPoints: communityPoints(this.parts.community).map(({ id }) => {
        const newest = this.newest.get(id);
        return { id, ...(newest === undefined ? {} : { newest }) };
      }),
      closedPeriods: await this.periods.closed(),
    };
  }

  settled(): Promise<void> {
    return this.uplink.settled();
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.ticking;
    await this.http?.close();
    await this.uplink.close();
    await this.parts.transport.close();
    this.parts.store.close();
  }
}
