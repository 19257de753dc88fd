import type {
  HashPort,
  JournalPosition,
  KeyedDocuments,
  Outbox,
  SigningPort,
  VerifyPort,
} from '@microgrid/journal';
import type { ActiveSignal, GatewayUplinkStatus, UplinkRejection } from './gateway-status.js';
import type { Refusal } from './refusal.js';
import type { Transport } from './transport.js';

/** The clock on which signals are valid: the one the gateway decides by (virtual in a simulation). */
export interface SignalClock {
  /** Grows evenly, ms; any origin. */
  monotonicMs(): number;
  /** Wall time, ms since the epoch; undefined while it is not synchronised. */
  wallMs(): number | undefined;
}

/** A key that was retired by an entry of the chain. */
export interface EarlierKey {
  readonly signing: SigningPort;
  /** The entry that retired it: the last one it signs. */
  readonly until: JournalPosition;
}

/** What a gateway's uplink is made of. */
export interface GatewayUplinkOptions {
  /** The enrolled id; also the client id and the topic. */
  readonly gateway: string;
  /** The coordinator's public key, `ed25519:…`, from the site's configuration. */
  readonly coordinatorKey: string;
  /** The key in charge. */
  readonly signing: SigningPort;
  /** Retired keys, oldest first: entries up to their retirement may still wait. Default none. */
  readonly earlierKeys?: readonly EarlierKey[];
  readonly verifying: VerifyPort;
  readonly hash: HashPort;
  readonly transport: Transport;
  /** What the journal appended and nobody has receipted yet. */
  readonly outbox: Outbox;
  /** Keeps the last signal sequence over a restart. */
  readonly documents: KeyedDocuments;
  readonly clock: SignalClock;
  /** 0 (inclusive) to 1, for the jitter of resending; `Math.random` in an app. */
  readonly random: () => number;
  /** Most entries of one batch, 1 and up. Default 100. */
  readonly maxBatchEntries?: number;
  /** Most bytes of one message, 4 KiB to 64 KiB. Default 65,536. */
  readonly maxMessageBytes?: number;
  /** Batches on their way at once, 1 to 8. Default 2. */
  readonly maxInFlight?: number;
  /** First wait for a receipt, ms of `tick`'s clock; doubles to `resendMaxMs`. Default 2,000. */
  readonly resendMs?: number;
  /** Longest wait, ms. Default 300,000. */
  readonly resendMaxMs?: number;
  /** A signal that holds from now on. */
  readonly onSignal?: (signal: ActiveSignal) => void;
  /** The coordinator refused a batch: tell a person. The entries are kept and tried again later. */
  readonly onRejection?: (rejection: UplinkRejection) => void;
  /** A receipt or signal was refused: an audit line. */
  readonly onRefusal?: (refusal: Refusal) => void;
  /** What a port threw (a full disk); the uplink goes on with the next tick. */
  readonly onError?: (error: unknown) => void;
}

/** A gateway's end of the uplink. */
export interface GatewayUplink {
  /**
   * Sends what is due. Call it with the monotonic clock of the wire (real even when the gateway's
   * own clock is virtual), every second or so. Resolves when the outbox was read and messages were
   * handed to the transport; never rejects for wire trouble.
   */
  tick(nowMonotonicMs: number): Promise<void>;
  /** The signals that hold at this instant of {@link SignalClock.monotonicMs}, oldest first. */
  signals(): readonly ActiveSignal[];
  status(): Promise<GatewayUplinkStatus>;
  /** Resolves when every message that arrived so far was dealt with. */
  settled(): Promise<void>;
  /** Ends the subscriptions; nothing in the outbox is lost. */
  close(): Promise<void>;
}
