import type { Transport, TransportMessage } from './transport.js';

/** What a bad wire does to a message. Probabilities from 0 to 1. */
export interface WireFaults {
  /** 0 (inclusive) to 1; seeded in tests. */
  readonly random: () => number;
  readonly loss: number;
  readonly duplication: number;
  /** One bit of the payload is flipped. */
  readonly corruption: number;
  /** Whether messages arrive in any order. */
  readonly reordering: boolean;
}

/** How often a wire did what. */
export interface WireCounts {
  sent: number;
  delivered: number;
  lost: number;
  duplicated: number;
  corrupted: number;
}

/** A client of a {@link MemoryBroker}; tests cut its connection. */
export interface MemoryTransport extends Transport {
  connected: boolean;
}

interface Subscription {
  readonly client: MemoryTransport;
  readonly filter: readonly string[];
  readonly handler: (message: TransportMessage) => void;
}

/** A wire in memory that delivers when told to, as badly as told to. */
export interface MemoryBroker {
  connect(): MemoryTransport;
  /** Delivers what is on the wire now, not what that makes others send. Returns how many messages it was. */
  deliver(): number;
  /** From now on the wire has these faults; none without them. */
  setFaults(faults: WireFaults | undefined): void;
  counts(): Readonly<WireCounts>;
  /** Puts a message on the wire as a stranger would. */
  inject(message: TransportMessage): void;
}

function matches(filter: readonly string[], topic: string): boolean {
  const levels = topic.split('/');
  return (
    filter.length === levels.length &&
    filter.every((want, index) => want === '+' || want === levels[index])
  );
}

class Wire implements MemoryBroker {
  readonly #subscriptions = new Set<Subscription>();
  readonly #counts: WireCounts = { sent: 0, delivered: 0, lost: 0, duplicated: 0, corrupted: 0 };
  #queue: TransportMessage[] = [];
  #faults: WireFaults | undefined;

  connect(): MemoryTransport {
    const client: MemoryTransport = {
      connected: true,
      publish: (topic, payload) => {
        if (!client.connected) return Promise.reject(new Error(`${topic}: not connected`));
        this.inject({ topic, payload: payload.slice(), retained: false });
        return Promise.resolve();
      },
      onMessage: (topicFilter, handler) => {
        const subscription = { client, filter: topicFilter.split('/'), handler };
        this.#subscriptions.add(subscription);
        return () => this.#subscriptions.delete(subscription);
      },
    };
    return client;
  }

  setFaults(faults: WireFaults | undefined): void {
    this.#faults = faults;
  }

  counts(): Readonly<WireCounts> {
    return { ...this.#counts };
  }

  inject(message: TransportMessage): void {
    this.#counts.sent += 1;
    this.#queue.push(message);
  }

  deliver(): number {
    const due = this.#spoil(this.#queue);
    this.#queue = [];
    for (const message of due) {
      for (const { client, filter, handler } of [...this.#subscriptions]) {
        if (!client.connected || !matches(filter, message.topic)) continue;
        this.#counts.delivered += 1;
        handler({ ...message, payload: message.payload.slice() });
      }
    }
    return due.length;
  }

  #spoil(messages: readonly TransportMessage[]): TransportMessage[] {
    const faults = this.#faults;
    if (faults === undefined) return [...messages];
    const { random, loss, duplication, corruption, reordering } = faults;
    const due = messages.flatMap((message) => {
      if (random() < loss) {
        this.#counts.lost += 1;
        return [];
      }
      const arrived = random() < corruption ? this.#flip(message, random) : message;
      if (random() >= duplication) return [arrived];
      this.#counts.duplicated += 1;
      return [arrived, message];
    });
    if (!reordering) return due;
    return due
      .map((message) => ({ message, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ message }) => message);
  }

  #flip(message: TransportMessage, random: () => number): TransportMessage {
    this.#counts.corrupted += 1;
    const payload = message.payload.slice();
    const bit = Math.floor(random() * payload.length * 8);
    payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return { ...message, payload };
  }
}

/** A broker in memory: loses, repeats, reorders and damages on demand, and only then. */
export function createMemoryBroker(): MemoryBroker {
  return new Wire();
}
