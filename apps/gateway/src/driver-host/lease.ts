import type {
  HttpRequest,
  HttpResponse,
  HttpTransport,
  MqttMessage,
  MqttTransport,
  PushStream,
} from '@microgrid/devices';
import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { WireNews } from './hosted-call.js';
import { ModbusLease } from './modbus-lease.js';
import type { RpcPeer } from './rpc-peer.js';

/** A transport of the gateway inside a worker. */
export interface Lease {
  readonly transport: unknown;
  /** Takes what the gateway tells between answers. */
  hear?(news: unknown): void;
  end?(): void;
}

/** What is told of an HTTP device's streams. */
export type StreamNews =
  | { readonly stream: number; readonly message: string }
  | { readonly stream: number; readonly ended: string | true };

/** What is told of a broker. */
export type BrokerNews =
  | { readonly connected: boolean }
  | { readonly subscription: number; readonly message: MqttMessage };

/** Makes the transport a device was configured with. */
export function leaseOf(peer: RpcPeer, device: string, wire: WireNews): Lease {
  switch (wire.kind) {
    case 'modbus':
      return { transport: new ModbusLease(peer, device, wire.news) };
    case 'http':
      return httpLease(peer, device);
    case 'mqtt':
      return mqttLease(peer, device, wire.connected);
  }
}

function httpLease(peer: RpcPeer, device: string): Lease {
  const streams = new Map<number, Subject<string>>();
  const transport: HttpTransport = {
    request: async ({ signal, ...request }: HttpRequest) =>
      (await peer.call('http.request', { device, request }, signal)) as HttpResponse,
    stream: async (path, options): Promise<PushStream> => {
      const stream = (await peer.call('http.stream', { device, path }, options?.signal)) as number;
      const messages = new Subject<string>();
      streams.set(stream, messages);
      return {
        messages$: messages.asObservable(),
        send: async (message) => {
          await peer.call('http.send', { device, stream, message });
        },
        close: async () => {
          await peer.call('http.close', { device, stream });
          streams.delete(stream);
          messages.complete();
        },
      };
    },
  };
  return {
    transport,
    hear: (news) => {
      const told = news as StreamNews;
      const messages = streams.get(told.stream);
      if (messages === undefined) return;
      if ('message' in told) {
        messages.next(told.message);
        return;
      }
      streams.delete(told.stream);
      if (told.ended === true) messages.complete();
      else {
        const fields = { name: 'DevicesError', code: 'unreachable' };
        messages.error(Object.assign(new Error(told.ended), fields));
      }
    },
  };
}

function mqttLease(peer: RpcPeer, device: string, first: boolean): Lease {
  const connected = new BehaviorSubject(first);
  const subscribers = new Map<number, (message: MqttMessage) => void>();
  let last = 0;
  const transport: MqttTransport = {
    connected$: connected.asObservable(),
    publish: async (topic, payload, options) => {
      await peer.call('mqtt.publish', { device, topic, payload }, options?.signal);
    },
    subscribe: (filter) =>
      new Observable<MqttMessage>((observer) => {
        last += 1;
        const subscription = last;
        subscribers.set(subscription, (message) => {
          observer.next(message);
        });
        peer.emit('mqtt.subscribe', { device, subscription, filter });
        return () => {
          subscribers.delete(subscription);
          peer.emit('mqtt.unsubscribe', { device, subscription });
        };
      }),
  };
  return {
    transport,
    hear: (news) => {
      const told = news as BrokerNews;
      if ('connected' in told) connected.next(told.connected);
      else subscribers.get(told.subscription)?.(told.message);
    },
  };
}
