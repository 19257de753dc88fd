import type { Observable } from 'rxjs';

/** Where a link stands. `disconnected` tries again by itself; `closed` is for ever. */
export type MqttState = 'connecting' | 'connected' | 'disconnected' | 'closed';

/** One message as it came from the broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker kept it and sent it because of the subscription. */
  readonly retained: boolean;
}

/** A retained message that says whether this client is there; the broker publishes `offline` as its will. */
export interface MqttPresence {
  readonly topic: string;
  /** Default `{"online":true}`. */
  readonly online?: string;
  /** Default `{"online":false}`. */
  readonly offline?: string;
}

/** How a link is made. */
export interface MqttLinkOptions {
  /** `mqtt://host:1883` or `mqtts://host:8883`. */
  readonly url: string;
  /** The gateway's or coordinator's id: a broker lets one client of an id in. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM of the authority, the client's certificate and key, for `mqtts`. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly presence?: MqttPresence;
  /**
   * Whether the broker forgets this client's subscriptions and undelivered messages when it leaves.
   * Default true: an outbox and repeated signals need no memory in the broker, and a command that
   * waited in one is stale.
   */
  readonly cleanSession?: boolean;
  /** Keep-alive in s, 1 and up. Default 30. */
  readonly keepAliveSeconds?: number;
  /** Longest wait for the broker's CONNACK, ms. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** First wait before a new attempt, ms; doubles up to `reconnectMaxMs`, each times 0.5 to 1 at random. Default 500. */
  readonly reconnectMs?: number;
  /** Longest wait before a new attempt, ms. Default 60,000. */
  readonly reconnectMaxMs?: number;
  /** Publishes waiting for the broker's PUBACK at once; one more is refused. Default 64. */
  readonly maxInFlight?: number;
  /** Most bytes of a payload, out and in. Default 65,536. */
  readonly maxPayloadBytes?: number;
  /** 0 (inclusive) to 1. Default `Math.random`. */
  readonly random?: () => number;
  /** Failed attempts, lost connections, and what a message handler threw: for the log. Default: nobody. */
  readonly onError?: (error: unknown) => void;
}

/** How a subscription treats what the broker kept. */
export interface SubscribeOptions {
  /** Default `refuse`: a command found lying about is no command. `accept` suits presence. */
  readonly retained?: 'refuse' | 'accept';
}

/** Counters of a link's life. */
export interface MqttStatistics {
  readonly connects: number;
  readonly connectionsLost: number;
  readonly attemptsFailed: number;
  readonly published: number;
  readonly publishesRefused: number;
  readonly received: number;
  readonly retainedRefused: number;
  readonly oversizeRefused: number;
}

/** A link to a broker; it satisfies the uplink's `Transport`. */
export interface MqttLink {
  readonly clientId: string;
  /** The state now and every change; completes when closed. */
  readonly state$: Observable<MqttState>;
  readonly state: MqttState;
  /** Whether `state` is `connected`. */
  readonly connected: boolean;
  /**
   * Publishes at QoS 1, never retained; resolves on the broker's PUBACK, which is not durability.
   * @throws MqttError at once `not-connected` or `queue-full` (there is no queue to wait in),
   * `too-large`, `bad-topic`, `closed`; later `connection-lost` when the fate is unknown.
   */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /**
   * Subscribes at QoS 1, now and after every reconnect.
   * @returns ends the subscription.
   */
  onMessage(
    topicFilter: string,
    handler: (message: MqttMessage) => void,
    options?: SubscribeOptions,
  ): () => void;
  statistics(): MqttStatistics;
  /** Publishes `offline`, disconnects and never comes back. */
  close(): Promise<void>;
}
