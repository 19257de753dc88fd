import { connectMqtt } from '@microgrid/mqtt';
import { topicOf } from '@microgrid/uplink';
import type { GatewayConfig } from './configuration.js';
import { GatewayError } from './gateway-error.js';
import type { OpenTransport } from './ports.js';
import { passwordOf } from './secret-source.js';

/** The wire to the configured broker: client id = gateway id, presence told by a will. */
export function openMqttTransport(config: GatewayConfig, baseFolder: string): OpenTransport {
  const { uplink, gateway } = config;
  if (uplink === undefined) {
    throw new GatewayError('bad-config', 'uplink: missing, expected a broker to connect to');
  }
  const { broker, username } = uplink;
  const password = passwordOf(uplink, 'uplink', baseFolder);
  return connectMqtt({
    url: broker,
    clientId: gateway,
    presence: { topic: topicOf(gateway, 'presence') },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}
