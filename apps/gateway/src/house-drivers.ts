import type { Driver, HttpTransport, MqttTransport } from '@microgrid/devices';
import { driver as eredesHan } from '@microgrid/driver-eredes-han';
import { driver as mqttSwitch } from '@microgrid/driver-mqtt-switch';
import { driver as shelly } from '@microgrid/driver-shelly';
import { driver as sunspec } from '@microgrid/driver-sunspec';
import type { ModbusBus } from '@microgrid/modbus';

/** A driver with the wire it needs. */
export type WiredDriver =
  | { readonly wire: 'modbus'; readonly driver: Driver<ModbusBus> }
  | { readonly wire: 'http'; readonly driver: Driver<HttpTransport> }
  | { readonly wire: 'mqtt'; readonly driver: Driver<MqttTransport> };

/** The house's own drivers, by the name a configuration calls them; they run in the gateway itself. */
export const HOUSE_DRIVERS: ReadonlyMap<string, WiredDriver> = new Map<string, WiredDriver>([
  ['sunspec', { wire: 'modbus', driver: sunspec }],
  ['eredes-han', { wire: 'modbus', driver: eredesHan }],
  ['shelly', { wire: 'http', driver: shelly }],
  ['mqtt-switch', { wire: 'mqtt', driver: mqttSwitch }],
]);
