import type { IClientOptions } from 'mqtt';
import type { LinkSettings } from './link-settings.js';
import type { MqttLinkOptions } from './mqtt-link.js';

/** What mqtt.js is told for one connection: MQTT 3.1.1, which every broker speaks. */
export function clientOptions(options: MqttLinkOptions, settings: LinkSettings): IClientOptions {
  const { presence, tls, username, password } = options;
  return {
    clientId: options.clientId,
    protocolVersion: 4,
    clean: settings.cleanSession,
    keepalive: settings.keepAliveSeconds,
    connectTimeout: settings.connectTimeoutMs,
    // The link itself starts the next attempt.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(presence === undefined
      ? {}
      : {
          will: {
            topic: presence.topic,
            payload: Buffer.from(presence.offline ?? '{"online":false}'),
            qos: 1,
            retain: true,
          },
        }),
    ...(tls ?? {}),
  };
}
