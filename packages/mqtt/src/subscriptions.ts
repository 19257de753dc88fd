import type { MqttMessage, SubscribeOptions } from './mqtt-link.js';
import { checkFilter, matchesFilter } from './topic-filter.js';

/** One handler of one filter. */
export interface Subscription {
  readonly filter: string;
  readonly handler: (message: MqttMessage) => void;
  readonly retained: 'refuse' | 'accept';
}

/** What became of one message. */
export interface Delivery {
  readonly delivered: boolean;
  readonly refusedAsRetained: boolean;
}

/** Who wants which messages; it outlives every connection. */
export class Subscriptions {
  readonly #all = new Set<Subscription>();

  constructor(private readonly onHandlerError: (error: unknown) => void) {}

  /** @throws MqttError `bad-topic`. */
  add(
    filter: string,
    handler: (message: MqttMessage) => void,
    options: SubscribeOptions | undefined,
  ): Subscription {
    checkFilter(filter);
    const subscription = { filter, handler, retained: options?.retained ?? 'refuse' } as const;
    this.#all.add(subscription);
    return subscription;
  }

  /** @returns whether that was the last one of its filter. */
  remove(subscription: Subscription): boolean {
    return this.#all.delete(subscription) && !this.filters().includes(subscription.filter);
  }

  /** Every filter once. */
  filters(): string[] {
    return [...new Set([...this.#all].map(({ filter }) => filter))];
  }

  deliver(message: MqttMessage): Delivery {
    let delivered = false;
    let refusedAsRetained = false;
    for (const { filter, handler, retained } of [...this.#all]) {
      if (!matchesFilter(filter, message.topic)) continue;
      if (message.retained && retained === 'refuse') {
        refusedAsRetained = true;
        continue;
      }
      delivered = true;
      try {
        handler(message);
      } catch (error) {
        this.onHandlerError(error);
      }
    }
    return { delivered, refusedAsRetained };
  }
}
