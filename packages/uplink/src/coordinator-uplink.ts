import type { Event, LimitV1, TariffSignalV1 } from '@microgrid/events';
import type {
  EventLog,
  HashPort,
  JournalEntry,
  KeyedDocuments,
  SigningPort,
  VerifyPort,
} from '@microgrid/journal';
import type { Refusal, RefusalCounts } from './refusal.js';
import type { Transport } from './transport.js';

/** What the community file says of one gateway. */
export interface EnrolledGateway {
  /** `ed25519:…`. */
  readonly publicKey: string;
  /** The metering points whose intervals it may send. */
  readonly meteringPoints: ReadonlySet<string>;
}

/** An entry of an accepted batch. Entries whose payload was erased are stored but have no event. */
export interface AcceptedEntry {
  readonly gateway: string;
  readonly entry: JournalEntry;
  readonly event: Event;
  /** Whether it was stored by an earlier message: its receipt may have been lost, or a crash came between. */
  readonly repeated: boolean;
}

/** A signal before the uplink gives it sequence, audience and instant of issue. */
export type SignalDraft =
  | Omit<TariffSignalV1, 'sequence' | 'audience' | 'issuedAt'>
  | Omit<LimitV1, 'sequence' | 'audience' | 'issuedAt'>;

/** What a coordinator's uplink is made of. */
export interface CoordinatorUplinkOptions {
  /** The coordinator's id. */
  readonly coordinator: string;
  readonly signing: SigningPort;
  readonly verifying: VerifyPort;
  readonly hash: HashPort;
  readonly transport: Transport;
  /** The gateways of the community now; undefined for one that is not enrolled. */
  readonly enrolled: (gateway: string) => EnrolledGateway | undefined;
  /** The durable log of one gateway's chain; opened once per gateway. */
  readonly openLog: (gateway: string) => EventLog | Promise<EventLog>;
  /** Keeps the sequence of each audience over a restart. */
  readonly documents: KeyedDocuments;
  /** Wall time, ms since the epoch: of receipts and issued signals. */
  readonly nowMs: () => number;
  /** Most bytes of one message. Default 65,536. */
  readonly maxMessageBytes?: number;
  /**
   * Called for every accepted batch, after its entries are durable and before the receipt leaves. If
   * it rejects, no receipt leaves and the gateway sends again: it is called at least once for every
   * entry and must take repetitions without effect.
   */
  readonly onAccepted?: (entries: readonly AcceptedEntry[]) => void | Promise<void>;
  /** Every refusal with the topic it came on. */
  readonly onRefusal?: (refusal: Refusal, topic: string) => void;
  /** What a port or `onAccepted` threw: the message was not answered and will come again. */
  readonly onError?: (error: unknown, topic: string) => void;
}

/** What a coordinator's uplink did since it was made. */
export interface CoordinatorStatistics {
  /** Messages that came on `…/events`. */
  readonly messages: number;
  readonly batchesAccepted: number;
  readonly batchesRejected: number;
  readonly entriesStored: number;
  /** Entries of accepted batches that were stored already. */
  readonly entriesRepeated: number;
}

/** A coordinator's end of the uplink. */
export interface CoordinatorUplink {
  /**
   * Signs a signal and sends it to one gateway, or with audience `*` to each of `gateways`. The
   * sequence is durable before the message leaves, so it is never used twice. A gateway that is away
   * misses it: send it again (with what is left of its validity) when the gateway is back.
   * @returns the signal as signed.
   * @throws UplinkError `unknown-gateway` for an audience that is not enrolled.
   * @throws what the transport throws when it is down: call it again, sequences may skip.
   */
  send(
    audience: string,
    draft: SignalDraft,
    gateways?: readonly string[],
  ): Promise<TariffSignalV1 | LimitV1>;
  /** Refused messages and entries by reason. */
  refusals(): RefusalCounts;
  statistics(): CoordinatorStatistics;
  /** Resolves when every message that arrived so far was dealt with. */
  settled(): Promise<void>;
  close(): Promise<void>;
}
