import { connect, type MqttClient } from 'mqtt';
import { BehaviorSubject } from 'rxjs';
import { MqttError } from './mqtt-error.js';
import type {
  MqttLink,
  MqttLinkOptions,
  MqttMessage,
  MqttState,
  MqttStatistics,
  SubscribeOptions,
} from './mqtt-link.js';
import { clientOptions } from './client-options.js';
import { linkSettings, type LinkSettings } from './link-settings.js';
import { reconnectBackoff, type ReconnectBackoff } from './reconnect-backoff.js';
import { Subscriptions } from './subscriptions.js';
import { checkTopic } from './topic-filter.js';

/** How long `close` waits for the broker to take the farewell, ms. */
const FAREWELL_MS = 1_000;

/**
 * One link over many connections. Every attempt is a new client of mqtt.js: its own reconnect keeps
 * unacknowledged publishes in memory and sends them again, a second queue beside the outbox.
 */
class Link implements MqttLink {
  readonly clientId: string;
  readonly #states = new BehaviorSubject<MqttState>('connecting');
  readonly state$ = this.#states.asObservable();
  readonly #settings: LinkSettings;
  readonly #backoff: ReconnectBackoff;
  readonly #subscriptions: Subscriptions;
  readonly #inFlight = new Set<(error: MqttError) => void>();
  /** Filters whose unsubscription the broker has not confirmed yet. */
  readonly #leaving = new Set<string>();
  readonly #counts: { -readonly [Key in keyof MqttStatistics]: number } = {
    connects: 0,
    connectionsLost: 0,
    attemptsFailed: 0,
    published: 0,
    publishesRefused: 0,
    received: 0,
    retainedRefused: 0,
    oversizeRefused: 0,
  };
  #client: MqttClient | undefined;
  #retry: NodeJS.Timeout | undefined;

  constructor(private readonly options: MqttLinkOptions) {
    this.#settings = linkSettings(options);
    this.clientId = options.clientId;
    const { reconnectMs, reconnectMaxMs, random } = this.#settings;
    this.#backoff = reconnectBackoff(reconnectMs, reconnectMaxMs, random);
    this.#subscriptions = new Subscriptions((error) => {
      this.#report(error);
    });
    this.#attempt();
  }

  get state(): MqttState {
    return this.#states.value;
  }

  get connected(): boolean {
    return this.state === 'connected';
  }

  #report(error: unknown): void {
    this.options.onError?.(error);
  }

  #become(state: MqttState): void {
    if (this.state !== state) this.#states.next(state);
  }

  #attempt(): void {
    this.#become('connecting');
    const client = connect(this.options.url, clientOptions(this.options, this.#settings));
    this.#client = client;
    client.on('error', (error) => {
      this.#report(error);
    });
    client.on('message', (topic, payload, packet) => {
      this.#receive({ topic, payload, retained: packet.retain });
    });
    client.on('connect', () => {
      this.#greet(client).catch((error: unknown) => {
        this.#report(error);
        client.end(true);
      });
    });
    client.on('close', () => {
      this.#lost(client);
    });
  }

  /** Subscribes before the link counts as connected, so that no answer arrives unheard. */
  async #greet(client: MqttClient): Promise<void> {
    const filters = this.#subscriptions.filters();
    if (filters.length > 0) await client.subscribeAsync(filters, { qos: 1 });
    const { presence } = this.options;
    if (presence !== undefined) {
      const online = presence.online ?? '{"online":true}';
      await client.publishAsync(presence.topic, online, { qos: 1, retain: true });
    }
    if (client !== this.#client || this.state === 'closed') return;
    const added = this.#subscriptions.filters().filter((filter) => !filters.includes(filter));
    if (added.length > 0) await client.subscribeAsync(added, { qos: 1 });
    this.#backoff.reset();
    this.#counts.connects += 1;
    this.#become('connected');
  }

  #lost(client: MqttClient): void {
    if (client !== this.#client || this.state === 'closed') return;
    this.#client = undefined;
    this.#leaving.clear();
    this.#counts[this.connected ? 'connectionsLost' : 'attemptsFailed'] += 1;
    this.#become('disconnected');
    // Before mqtt.js fails them one by one with a reason of its own.
    this.#abandon('connection-lost', 'the connection was lost before the broker answered');
    client.end(true);
    this.#retry = setTimeout(() => {
      this.#attempt();
    }, this.#backoff.next());
  }

  #abandon(code: 'connection-lost' | 'closed', why: string): void {
    const waiting = [...this.#inFlight];
    this.#inFlight.clear();
    for (const reject of waiting) {
      reject(new MqttError(code, `${this.clientId}: ${why}; it may have arrived, send it again`));
    }
  }

  #receive(message: MqttMessage): void {
    const { maxPayloadBytes } = this.#settings;
    if (message.payload.length > maxPayloadBytes) {
      this.#counts.oversizeRefused += 1;
      return;
    }
    const { delivered, refusedAsRetained } = this.#subscriptions.deliver(message);
    if (delivered) this.#counts.received += 1;
    if (refusedAsRetained) this.#counts.retainedRefused += 1;
  }

  #refusal(topic: string, payload: Uint8Array): MqttError | undefined {
    const { maxInFlight, maxPayloadBytes } = this.#settings;
    if (this.state === 'closed') {
      return new MqttError('closed', `${this.clientId}: the link was closed; open a new one`);
    }
    if (!this.connected) {
      return new MqttError(
        'not-connected',
        `${this.clientId}: no broker at ${this.options.url} now (${this.state}); keep the message and try when connected`,
      );
    }
    if (payload.length > maxPayloadBytes) {
      return new MqttError(
        'too-large',
        `${topic}: got ${payload.length} bytes, expected at most ${maxPayloadBytes}; send it in parts`,
      );
    }
    if (this.#inFlight.size < maxInFlight) return undefined;
    return new MqttError(
      'queue-full',
      `${this.clientId}: ${maxInFlight} publishes wait for the broker; wait for one of them`,
    );
  }

  async publish(topic: string, payload: Uint8Array): Promise<void> {
    checkTopic(topic);
    const refusal = this.#refusal(topic, payload);
    const client = this.#client;
    if (refusal !== undefined || client === undefined) {
      this.#counts.publishesRefused += 1;
      throw refusal ?? new MqttError('not-connected', `${this.clientId}: no connection now`);
    }
    await new Promise<void>((resolve, reject) => {
      this.#inFlight.add(reject);
      const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
      client.publish(topic, bytes, { qos: 1, retain: false }, (error) => {
        // Already rejected when the connection was lost.
        if (!this.#inFlight.delete(reject)) return;
        if (!(error instanceof Error)) {
          resolve();
          return;
        }
        const message = `${topic}: the broker did not take it: ${error.message}`;
        reject(new MqttError('publish-failed', message, { cause: error }));
      });
    });
    this.#counts.published += 1;
  }

  onMessage(
    topicFilter: string,
    handler: (message: MqttMessage) => void,
    options?: SubscribeOptions,
  ): () => void {
    const known = this.#subscriptions.filters().includes(topicFilter);
    const subscription = this.#subscriptions.add(topicFilter, handler, options);
    if (!known) this.#subscribe(topicFilter);
    return () => {
      if (this.#subscriptions.remove(subscription)) this.#unsubscribe(topicFilter);
    };
  }

  #subscribe(topicFilter: string): void {
    const client = this.#client;
    // After the answer to the unsubscription under way, which a broker may else take last.
    if (!this.connected || client === undefined || this.#leaving.has(topicFilter)) return;
    client.subscribe(topicFilter, { qos: 1 }, (error) => {
      if (error !== null) this.#report(error);
    });
  }

  #unsubscribe(topicFilter: string): void {
    const client = this.#client;
    if (!this.connected || client === undefined || this.#leaving.has(topicFilter)) return;
    this.#leaving.add(topicFilter);
    client.unsubscribe(topicFilter, () => {
      if (client !== this.#client) return;
      this.#leaving.delete(topicFilter);
      if (this.#subscriptions.filters().includes(topicFilter)) this.#subscribe(topicFilter);
    });
  }

  statistics(): MqttStatistics {
    return { ...this.#counts };
  }

  async close(): Promise<void> {
    if (this.state === 'closed') return;
    clearTimeout(this.#retry);
    const client = this.#client;
    const wasConnected = this.connected;
    this.#become('closed');
    this.#states.complete();
    if (client !== undefined) await this.#leave(client, wasConnected);
    this.#client = undefined;
    this.#abandon('closed', 'the link was closed before the broker answered');
  }

  /** A clean DISCONNECT makes the broker drop the will, so the farewell is published first. */
  async #leave(client: MqttClient, connected: boolean): Promise<void> {
    const { presence } = this.options;
    if (connected) {
      let timer: NodeJS.Timeout | undefined;
      const offline = presence?.offline ?? '{"online":false}';
      await Promise.race([
        presence === undefined
          ? client.endAsync()
          : client
              .publishAsync(presence.topic, offline, { qos: 1, retain: true })
              .then(() => client.endAsync()),
        new Promise((resolve) => {
          timer = setTimeout(resolve, FAREWELL_MS);
        }),
      ]).catch((error: unknown) => {
        this.#report(error);
      });
      clearTimeout(timer);
    }
    this.#abandon('closed', 'the link was closed before the broker answered');
    await new Promise<void>((resolve) =>
      client.end(true, {}, () => {
        resolve();
      }),
    );
  }
}

/**
 * Opens a link that connects at once and reconnects for ever, with doubling, jittered waits.
 * It does not wait for the broker: a gateway starts without one.
 * @throws MqttError `bad-option` or `bad-topic` naming the option.
 */
export function connectMqtt(options: MqttLinkOptions): MqttLink {
  return new Link(options);
}
