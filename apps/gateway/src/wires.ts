import type { HttpTransport, MqttTransport } from '@microgrid/devices';
import { connectShelly } from '@microgrid/driver-shelly/node';
import { connectMqtt } from '@microgrid/mqtt';
import { map, Observable } from 'rxjs';
import type { BusConfig } from './bus-configuration.js';
import type { GatewayConfig } from './configuration.js';
import { GatewayError } from './gateway-error.js';
import { present } from './present.js';
import { passwordOf } from './secret-source.js';

/** A wire that is no Modbus, opened by the gateway and closed with it. */
export interface OpenedWire<Transport> {
  readonly transport: Transport;
  readonly close: () => Promise<void> | void;
}

/** Connects to one device's web interface: HTTP with digest authentication, and its WebSocket. */
export function openHttp(
  bus: Extract<BusConfig, { type: 'http' }>,
  baseFolder: string,
): OpenedWire<HttpTransport> {
  const { host, port, requestTimeoutMs } = bus;
  const password = passwordOf(bus, `bus ${bus.id}`, baseFolder);
  const transport = connectShelly(present({ host, port, password, timeoutMs: requestTimeoutMs }));
  return {
    transport,
    close: () => {
      transport.close();
    },
  };
}

/** Connects to a broker that devices talk to: one named by the bus, or the uplink's. */
export function openBroker(
  bus: Extract<BusConfig, { type: 'mqtt' }>,
  { uplink, gateway }: GatewayConfig,
  baseFolder: string,
): OpenedWire<MqttTransport> {
  const own = bus.broker === undefined ? undefined : { ...bus, broker: bus.broker };
  const from = own ?? uplink;
  if (from === undefined) {
    throw new GatewayError('bad-config', `bus ${bus.id}: broker: missing, expected an address`);
  }
  const password = passwordOf(from, own === undefined ? 'uplink' : `bus ${bus.id}`, baseFolder);
  const link = connectMqtt(
    present({
      url: from.broker,
      // A broker lets one client of an id in, and the uplink has the gateway's.
      clientId: `${gateway}-${bus.id}`,
      username: from.username,
      password,
    }),
  );
  const encoder = new TextEncoder();
  const transport: MqttTransport = {
    connected$: link.state$.pipe(map((state) => state === 'connected')),
    publish: (topic, payload) =>
      link.publish(topic, typeof payload === 'string' ? encoder.encode(payload) : payload),
    subscribe: (filter) =>
      new Observable((observer) =>
        link.onMessage(
          filter,
          (message) => {
            observer.next(message);
          },
          { retained: 'accept' },
        ),
      ),
  };
  return { transport, close: () => link.close() };
}
