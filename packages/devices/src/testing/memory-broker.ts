import { BehaviorSubject, Observable } from 'rxjs';
import { DevicesError } from '../devices-error.js';
import type { MqttMessage, MqttTransport } from '../mqtt-transport.js';

/** A broker in memory. */
export interface MemoryBroker {
  /** A client of it. Its messages arrive after the call that sent them, in order. */
  client(): MqttTransport;
  /** Messages it took, in order. */
  readonly messages: readonly MqttMessage[];
  /** Subscriptions open now. */
  readonly subscriptions: number;
  /** Cuts every client off, or lets them in again; their subscriptions are remembered. */
  setReachable(reachable: boolean): void;
  /** Replaces the payload of each message as it is delivered; undefined = as it was sent. */
  setGarbage(garbage: string | undefined): void;
}

/** Whether a topic belongs to a filter with `+` (one level) and `#` (the rest). */
function matches(filter: string, topic: string): boolean {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  const rest = wanted.indexOf('#');
  if (rest === -1 && wanted.length !== levels.length) return false;
  const compared = rest === -1 ? wanted : wanted.slice(0, rest);
  return (
    levels.length >= compared.length &&
    compared.every((level, index) => level === '+' || level === levels[index])
  );
}

const bytesOf = (payload: string | Uint8Array): Uint8Array =>
  typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;

/** Makes a broker. */
export function memoryBroker(): MemoryBroker {
  const messages: MqttMessage[] = [];
  const subscribers = new Set<{ filter: string; deliver: (message: MqttMessage) => void }>();
  const connected = new BehaviorSubject(true);
  let garbage: string | undefined;
  const publish: MqttTransport['publish'] = (topic, payload, options) => {
    if (options?.signal?.aborted === true) {
      return Promise.reject(new DevicesError('aborted', 'given up'));
    }
    if (!connected.value) {
      return Promise.reject(new DevicesError('unreachable', 'not connected to the broker'));
    }
    const bytes = bytesOf(garbage ?? payload);
    const message: MqttMessage = { topic, payload: bytes, retained: false };
    messages.push({ topic, payload: bytesOf(payload), retained: false });
    for (const { filter, deliver } of subscribers) {
      if (!matches(filter, topic)) continue;
      queueMicrotask(() => {
        deliver(message);
      });
    }
    return Promise.resolve();
  };
  const subscribe = (filter: string): Observable<MqttMessage> =>
    new Observable((observer) => {
      const subscriber = {
        filter,
        deliver: (message: MqttMessage) => {
          if (connected.value) observer.next(message);
        },
      };
      subscribers.add(subscriber);
      return () => {
        subscribers.delete(subscriber);
      };
    });
  return {
    client: () => ({ connected$: connected.asObservable(), publish, subscribe }),
    messages,
    get subscriptions() {
      return subscribers.size;
    },
    setReachable(reachable) {
      if (reachable !== connected.value) connected.next(reachable);
    },
    setGarbage(text) {
      garbage = text;
    },
  };
}
