import type { LimitV1, TariffSignalV1 } from '@microgrid/events';
import type { RefusalCode, RefusalCounts } from './refusal.js';

/** A signal that the coordinator may send down. */
export type Signal = TariffSignalV1 | LimitV1;

/** A signal that passed every check, with its validity on the gateway's own monotonic clock. */
export interface ActiveSignal {
  readonly signal: Signal;
  /** Monotonic instant of receipt, ms. */
  readonly receivedMs: number;
  /** Monotonic instant from which it holds no longer, ms. */
  readonly expiresMs: number;
}

/** The last refusal of a batch by the coordinator; it clears with the next accepted receipt. */
export interface UplinkRejection {
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly seq: number;
  /** A {@link RefusalCode}, or a code of a newer coordinator. */
  readonly code: RefusalCode | (string & {});
  readonly message: string;
  /** Monotonic instant (of `tick`) after which the batch is tried again, ms. */
  readonly retryAtMs: number;
}

/** What a gateway's uplink knows of itself, for its console and its log. */
export interface GatewayUplinkStatus {
  readonly connected: boolean;
  /** Entries not yet receipted. */
  readonly pending: number;
  readonly batchesInFlight: number;
  readonly batchesSent: number;
  /** Batches sent again after a deadline, a lost connection or a rejection. */
  readonly batchesResent: number;
  readonly entriesAccepted: number;
  readonly rejection?: UplinkRejection;
  /** Refused receipts and signals by reason. */
  readonly refusals: RefusalCounts;
}
