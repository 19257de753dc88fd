import type { IntervalV1, LimitV1, TariffSignalV1 } from '@microgrid/events';
import type { Transport } from '@microgrid/uplink';
import type { CoordinatorConfig, LimitRequest } from './configuration.js';
import type { ClosedPeriod } from './periods.js';

/** A wire to the broker that is opened by the coordinator and closed with it. */
export interface OpenTransport extends Transport {
  close(): Promise<void>;
}

/** Where log lines go. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** What a coordinator takes from its surroundings. Every port has a real default. */
export interface CoordinatorPorts {
  /** Wall clock, ms since the epoch. Default: the system's. */
  readonly nowMs?: () => number;
  readonly log?: Log;
  /** Default: MQTT. */
  readonly openTransport?: (config: CoordinatorConfig) => OpenTransport;
  /** Default true: sends signals and closes days by itself. False: the owner calls `tick`. */
  readonly selfTicking?: boolean;
  /** Folder that relative paths start from. Default: the working folder. */
  readonly baseFolder?: string;
  /** Hears each interval when it is stored, before its receipt leaves. */
  readonly onInterval?: (interval: IntervalV1) => void;
}

/** A coordinator that runs. */
export interface Running {
  /** `ed25519:…`: gateways name it as `coordinatorKey`. */
  readonly publicKey: string;
  /** Where status and requests are served; absent without `http`. */
  readonly httpUrl?: string;
  /** Sends what is due and closes days that are over and complete. */
  tick(): Promise<void>;
  /** Sends an operator's limit now. */
  limit(request: LimitRequest): Promise<LimitV1>;
  /** The signals sent last, oldest first. */
  sent(): readonly (TariffSignalV1 | LimitV1)[];
  /** Closes a period: writes its readings and community for settlement. Twice gives the same. */
  closePeriod(startMs: number, endMs: number): Promise<ClosedPeriod>;
  status(): Promise<CoordinatorStatus>;
  /** Resolves when every message that arrived so far was dealt with. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** What an operator wants to know. */
export interface CoordinatorStatus {
  readonly coordinator: string;
  readonly community: string;
  readonly connected: boolean;
  readonly entriesStored: number;
  readonly entriesRepeated: number;
  /** Refused messages and entries by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** The newest interval of each metering point; absent where none came yet. */
  readonly meteringPoints: readonly { readonly id: string; readonly newest?: string }[];
  readonly closedPeriods: readonly ClosedPeriod[];
}
