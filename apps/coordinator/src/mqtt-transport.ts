import { connectMqtt } from '@microgrid/mqtt';
import type { CoordinatorConfig } from './configuration.js';
import { CoordinatorError } from './coordinator-error.js';
import type { OpenTransport } from './ports.js';

/** The wire to the configured broker. */
export function openMqttTransport({ broker, coordinator }: CoordinatorConfig): OpenTransport {
  const { url, username, passwordVariable } = broker;
  const password = passwordVariable === undefined ? undefined : process.env[passwordVariable];
  if (passwordVariable !== undefined && password === undefined) {
    throw new CoordinatorError(
      'bad-config',
      `broker.passwordVariable: the environment has no ${passwordVariable}; set it to the broker's password`,
    );
  }
  return connectMqtt({
    url,
    clientId: coordinator,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  });
}
