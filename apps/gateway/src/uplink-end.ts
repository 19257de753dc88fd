import { randomBytes } from 'node:crypto';
import type { UpstreamSignals } from '@microgrid/control';
import type { Clock, Log } from '@microgrid/devices';
import type { HashPort, KeyedDocuments, Outbox, SigningPort, VerifyPort } from '@microgrid/journal';
import {
  createGatewayUplink,
  type ActiveSignal,
  type EarlierKey,
  type GatewayUplink,
} from '@microgrid/uplink';
import { formatInstant } from '@microgrid/units';
import type { Alarms } from './alarms.js';
import type { OpenTransport } from './ports.js';

/** What the gateway's end of the uplink needs. */
export interface UplinkEndOptions {
  readonly gateway: string;
  readonly coordinatorKey: string;
  readonly signing: SigningPort;
  readonly earlierKeys: readonly EarlierKey[];
  readonly verifying: VerifyPort;
  readonly hash: HashPort;
  readonly transport: OpenTransport;
  readonly outbox: Outbox;
  readonly documents: KeyedDocuments;
  readonly clock: Clock;
  readonly log: Log;
  readonly alarms: Alarms;
}

/** How often the outbox is looked at, real ms. */
const SEND_EVERY_MS = 250;

/** Sends the outbox on the real clock, whatever clock the gateway decides by, and keeps signals. */
export class UplinkEnd {
  private readonly uplink: GatewayUplink;
  private readonly timer: NodeJS.Timeout;
  private accepted = 0;
  private lastReceiptAt: string | undefined;

  constructor(private readonly options: UplinkEndOptions) {
    const { clock, log, alarms } = options;
    this.uplink = createGatewayUplink({
      ...options,
      clock: { monotonicMs: () => clock.monotonicMs(), wallMs: () => clock.nowMs() },
      random: () => randomBytes(4).readUInt32LE() / 2 ** 32,
      onSignal: ({ signal }) => {
        log('info', `signal ${signal.kind} ${signal.sequence} received`, { id: signal.id });
      },
      onRejection: ({ seq, code, message }) => {
        log('error', `the coordinator refused entry ${seq}: ${message}`, { code });
        const text = `The coordinator refused data (${code}): ${message}`;
        alarms.raise('uplink-rejection', { severity: 'critical', text }, clock.nowMs());
      },
      onRefusal: ({ code, message }) => {
        log('warn', `a message from upstream was refused: ${message}`, { code });
      },
      onError: (error) => {
        log('error', `uplink: ${String(error)}`);
      },
    });
    this.timer = setInterval(() => void this.uplink.tick(performance.now()), SEND_EVERY_MS);
  }

  /** The newest tariff and the newest limit that hold now. */
  signals(): UpstreamSignals {
    const nowMs = this.options.clock.monotonicMs();
    const received = <K extends ActiveSignal['signal']['kind']>(kind: K) => {
      const newest = this.uplink.signals().findLast(({ signal }) => signal.kind === kind);
      return newest === undefined
        ? undefined
        : {
            signal: newest.signal as Extract<ActiveSignal['signal'], { kind: K }>,
            remainingMs: newest.expiresMs - nowMs,
          };
    };
    const tariff = received('tariffSignal');
    const limit = received('limit');
    return {
      ...(tariff === undefined ? {} : { tariff }),
      ...(limit === undefined ? {} : { limit }),
    };
  }

  async status(): Promise<{ connected: boolean; pending: number; lastReceiptAt?: string }> {
    const { connected, pending, entriesAccepted, rejection } = await this.uplink.status();
    const nowMs = this.options.clock.nowMs();
    if (entriesAccepted > this.accepted) {
      this.accepted = entriesAccepted;
      this.lastReceiptAt = formatInstant(Math.floor(nowMs));
    }
    if (rejection === undefined) this.options.alarms.clear('uplink-rejection');
    return {
      connected,
      pending,
      ...(this.lastReceiptAt === undefined ? {} : { lastReceiptAt: this.lastReceiptAt }),
    };
  }

  /** Sends until nothing waits or the real time is up; says whether nothing waits. */
  async drain(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      await this.uplink.tick(performance.now());
      await this.uplink.settled();
      if ((await this.options.outbox.count()) === 0) return true;
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.uplink.close();
    await this.options.transport.close();
  }
}
