/** One message as it came from the wire. */
export interface TransportMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Whether the broker kept it and sent it because of a new subscription. */
  readonly retained: boolean;
}

/**
 * What the uplink asks of a wire. It may lose, repeat, reorder and damage messages: the uplink relies
 * on none of these not happening. `@microgrid/mqtt` has one, `/testing` another.
 */
export interface Transport {
  /** Whether a publish has a chance now. */
  readonly connected: boolean;
  /**
   * Sends bytes. Rejects at once while not connected: the outbox is the queue. Resolving means that
   * the wire took it, never that the other end stored it.
   */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /**
   * Subscribes, now and after every reconnect, to a topic or to a filter with `+` for one level.
   * @returns ends the subscription.
   */
  onMessage(topicFilter: string, handler: (message: TransportMessage) => void): () => void;
}
