import {
  defineDriver,
  type DeviceIdentity,
  type Driver,
  type DriverContext,
  type HttpTransport,
} from '@microgrid/devices';
import { ALL_POINTS, componentKey, componentsIn, type ShellyComponent } from './component.js';
import { shellyConfig, type ShellyConfig } from './config.js';
import { identityOf } from './describe.js';
import { RpcClient } from './rpc-client.js';
import { ShellyDevice } from './shelly-device.js';
import { switchSafety } from './switch-safety.js';
import { shellyTwin } from './twin/shelly-twin.js';

/** What a Shelly device is and has. */
export interface DiscoveredShelly {
  readonly identity: DeviceIdentity;
  /** 2 and up. */
  readonly generation: number;
  /** Each can be opened as a device of its own, by `component: 'switch:0'`. */
  readonly components: readonly ShellyComponent[];
}

/**
 * Asks a device what it is and which components it has. Reads only.
 * @returns undefined where something else answers, or a device of the first generation
 */
export async function discoverShelly(
  transport: HttpTransport,
  signal?: AbortSignal,
): Promise<DiscoveredShelly | undefined> {
  const rpc = new RpcClient(transport, undefined);
  try {
    const info = await rpc.call('Shelly.GetDeviceInfo', {}, signal);
    const { gen, id } = info;
    if (typeof gen !== 'number' || gen < 2 || typeof id !== 'string') return undefined;
    const status = await rpc.call('Shelly.GetStatus', {}, signal);
    return { identity: identityOf(info), generation: gen, components: componentsIn(status) };
  } catch {
    return undefined;
  }
}

async function probe(
  { transport, signal }: DriverContext<HttpTransport>,
  { component }: ShellyConfig,
): Promise<DeviceIdentity | undefined> {
  const found = await discoverShelly(transport, signal);
  if (found === undefined) return undefined;
  const has =
    component === undefined
      ? found.components.length > 0
      : found.components.some((each) => componentKey(each) === component);
  return has ? found.identity : undefined;
}

/** The driver of Shelly devices of generation 2 and later: relays, plugs and energy meters. */
export const driver: Driver<HttpTransport> = defineDriver<HttpTransport, ShellyConfig>({
  manifest: {
    name: 'shelly',
    version: '0.1.0',
    contractVersion: 1,
    families: ['switch', 'load', 'meter', 'gridMeter', 'pvInverter', 'batteryInverter'],
    transports: ['http'],
    licence: 'Apache-2.0',
    discovery: { mdns: ['_shelly._tcp', '_http._tcp'], manufacturers: ['Shelly'] },
    capabilities: { points: [...ALL_POINTS], controls: ['switch'] },
  },
  config: shellyConfig,
  probe,
  open: async (context, config) => {
    const device = new ShellyDevice(context, config);
    await device.read();
    return device;
  },
  safety: { switch: switchSafety(shellyConfig.parse({}), undefined) },
  twin: (config, { clock }) => shellyTwin(config, clock),
});
