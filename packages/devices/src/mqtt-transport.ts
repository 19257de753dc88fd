import type { Observable } from 'rxjs';

/** One message of a broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker kept it and sent it because of a new subscription. */
  readonly retained: boolean;
}

/** A broker that several devices share. The owner opened it: address, credentials, reconnecting. */
export interface MqttTransport {
  /** Whether the broker can be reached: now, and each change. */
  readonly connected$: Observable<boolean>;
  /**
   * Publishes at least once, not retained. Resolves when the broker took it, which does not mean
   * that a device did.
   * @throws DevicesError (as a rejection) `unreachable`, `timeout` or `aborted`.
   */
  publish(
    topic: string,
    payload: string | Uint8Array,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void>;
  /**
   * Messages of a topic or of a filter with `+` and `#`, as long as it is subscribed, also over
   * reconnects. Retained messages are marked.
   */
  subscribe(filter: string): Observable<MqttMessage>;
}
