import { connectMqtt } from '@microgrid/mqtt';
import { topicOf } from '@microgrid/uplink';
import type { GatewayConfig } from './configuration.js';
import { GatewayError } from './gateway-error.js';
import type { OpenTransport } from './ports.js';

/** The wire to the configured broker: client id = gateway id, presence told by a will. */
export function openMqttTransport(config: GatewayConfig): OpenTransport {
  const { uplink, gateway } = config;
  if (uplink === undefined) {
    throw new GatewayError('bad-config', 'uplink: missing, expected a broker to connect to');
  }
  const { broker, username, passwordVariable } = uplink;
  return connectMqtt({
    url: broker,
    clientId: gateway,
    presence: { topic: topicOf(gateway, 'presence') },
    ...(username === undefined ? {} : { username }),
    ...(passwordVariable === undefined ? {} : { password: password(passwordVariable) }),
  });
}

function password(variable: string): string {
  const value = process.env[variable];
  if (value !== undefined) return value;
  throw new GatewayError(
    'bad-config',
    `uplink.passwordVariable: the environment has no ${variable}; set it to the broker's password`,
  );
}
