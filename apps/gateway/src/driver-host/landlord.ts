import type { HttpRequest, HttpTransport, MqttTransport, PushStream } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import type { Subscription } from 'rxjs';
import type { WireNews } from './hosted-call.js';
import type { BrokerNews, StreamNews } from './lease.js';
import type { BusCall } from './modbus-lease.js';
import { ModbusLandlord } from './modbus-landlord.js';

/** A transport that the gateway opened and lends to a driver's worker. */
export type Wire =
  | { readonly kind: 'modbus'; readonly transport: ModbusBus }
  | { readonly kind: 'http'; readonly transport: HttpTransport }
  | { readonly kind: 'mqtt'; readonly transport: MqttTransport };

/** Tells the worker what happened on a wire between answers. */
export type Tell = (news: StreamNews | BrokerNews) => void;

/** One device's wire, seen from the gateway. */
export interface Landlord {
  /** What the worker's transport begins with. */
  first(): WireNews;
  /** Answers a call; its name is without the wire's. */
  serve(method: string, call: never, signal: AbortSignal): Promise<unknown>;
  /** Takes an event of the worker. */
  hear(name: string, news: never): void;
  /** The worker is gone: what it had open is ended, and another may follow. */
  abandon(): void;
  /** Ends all. */
  end(): void;
}

const unknownCall = (method: string): Promise<never> =>
  Promise.reject(new TypeError(`${method}: not a call of this wire`));

/** Lends a wire to a worker. */
export function landlordOf(wire: Wire, tell: Tell): Landlord {
  switch (wire.kind) {
    case 'modbus':
      return modbusLandlord(wire.transport);
    case 'http':
      return new HttpLandlord(wire.transport, tell);
    case 'mqtt':
      return new MqttLandlord(wire.transport, tell);
  }
}

function modbusLandlord(bus: ModbusBus): Landlord {
  const landlord = new ModbusLandlord(bus);
  return {
    first: () => ({ kind: 'modbus', news: landlord.news(0) }),
    serve: (method, call: BusCall, signal) =>
      method === 'modbus' ? landlord.serve(call, signal) : unknownCall(method),
    hear: (name, { unit }: { readonly unit: number }) => {
      if (name === 'identityChanged') landlord.identityChanged(unit);
    },
    abandon: () => undefined,
    end: () => {
      landlord.end();
    },
  };
}

interface HttpCall {
  readonly request: HttpRequest;
  readonly path: string;
  readonly stream: number;
  readonly message: string;
}

class HttpLandlord implements Landlord {
  private readonly streams = new Map<number, { stream: PushStream; heard: Subscription }>();
  private last = 0;

  constructor(
    private readonly transport: HttpTransport,
    private readonly tell: Tell,
  ) {}

  first(): WireNews {
    return { kind: 'http' };
  }

  async serve(method: string, call: HttpCall, signal: AbortSignal): Promise<unknown> {
    switch (method) {
      case 'http.request':
        return this.transport.request({ ...call.request, signal });
      case 'http.stream':
        return this.open(call.path, signal);
      case 'http.send':
        await this.streams.get(call.stream)?.stream.send(call.message);
        return undefined;
      case 'http.close':
        await this.close(call.stream);
        return undefined;
      default:
        return unknownCall(method);
    }
  }

  private async open(path: string, signal: AbortSignal): Promise<number> {
    const stream = await this.transport.stream(path, { signal });
    this.last += 1;
    const id = this.last;
    const ended = (why: string | true): void => {
      this.streams.delete(id);
      this.tell({ stream: id, ended: why });
    };
    const heard = stream.messages$.subscribe({
      next: (message) => {
        this.tell({ stream: id, message });
      },
      error: (error: unknown) => {
        ended(error instanceof Error ? error.message : String(error));
      },
      complete: () => {
        ended(true);
      },
    });
    this.streams.set(id, { stream, heard });
    return id;
  }

  private async close(id: number): Promise<void> {
    const open = this.streams.get(id);
    this.streams.delete(id);
    open?.heard.unsubscribe();
    await open?.stream.close();
  }

  hear(): void {
    // It has no events.
  }

  abandon(): void {
    this.end();
  }

  end(): void {
    for (const id of [...this.streams.keys()]) void this.close(id).catch(() => undefined);
  }
}

interface MqttCall {
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly subscription: number;
  readonly filter: string;
}

class MqttLandlord implements Landlord {
  private readonly subscriptions = new Map<number, Subscription>();
  private readonly watching: Subscription;
  private connected = false;

  constructor(
    private readonly transport: MqttTransport,
    private readonly tell: Tell,
  ) {
    this.watching = transport.connected$.subscribe((connected) => {
      this.connected = connected;
      tell({ connected });
    });
  }

  first(): WireNews {
    return { kind: 'mqtt', connected: this.connected };
  }

  async serve(method: string, { topic, payload }: MqttCall, signal: AbortSignal): Promise<unknown> {
    if (method !== 'mqtt.publish') return unknownCall(method);
    await this.transport.publish(topic, payload, { signal });
    return undefined;
  }

  hear(name: string, { subscription, filter }: MqttCall): void {
    if (name === 'mqtt.unsubscribe') {
      this.subscriptions.get(subscription)?.unsubscribe();
      this.subscriptions.delete(subscription);
    } else if (name === 'mqtt.subscribe') {
      const heard = this.transport.subscribe(filter).subscribe((message) => {
        this.tell({ subscription, message });
      });
      this.subscriptions.set(subscription, heard);
    }
  }

  abandon(): void {
    for (const subscription of this.subscriptions.values()) subscription.unsubscribe();
    this.subscriptions.clear();
  }

  end(): void {
    this.abandon();
    this.watching.unsubscribe();
  }
}
