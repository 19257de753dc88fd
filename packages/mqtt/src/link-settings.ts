import type { MqttLinkOptions } from './mqtt-link.js';
import { MqttError } from './mqtt-error.js';
import { checkTopic } from './topic-filter.js';

/** Options with every default filled in. */
export interface LinkSettings {
  readonly cleanSession: boolean;
  readonly keepAliveSeconds: number;
  readonly connectTimeoutMs: number;
  readonly reconnectMs: number;
  readonly reconnectMaxMs: number;
  readonly maxInFlight: number;
  readonly maxPayloadBytes: number;
  readonly random: () => number;
}

function whole(name: string, value: number, minimum: number, maximum: number): number {
  if (Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value;
  throw new MqttError(
    'bad-option',
    `${name}: got ${value}, expected a whole number from ${minimum} to ${maximum}`,
  );
}

/**
 * Checks options and fills in defaults.
 * @throws MqttError `bad-option` or `bad-topic` naming the option.
 */
export function linkSettings(options: MqttLinkOptions): LinkSettings {
  if (!/^mqtts?:\/\/[^/]/.test(options.url)) {
    throw new MqttError(
      'bad-option',
      `url: got ${JSON.stringify(options.url)}, expected mqtt://host:port or mqtts://host:port`,
    );
  }
  if (options.clientId === '') {
    throw new MqttError('bad-option', 'clientId: got "", expected the id of this gateway');
  }
  if (options.presence !== undefined) checkTopic(options.presence.topic);
  const reconnectMs = whole('reconnectMs', options.reconnectMs ?? 500, 1, 3_600_000);
  const defaultMaxMs = Math.max(reconnectMs, 60_000);
  return {
    cleanSession: options.cleanSession ?? true,
    keepAliveSeconds: whole('keepAliveSeconds', options.keepAliveSeconds ?? 30, 1, 65_535),
    connectTimeoutMs: whole('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, 1, 600_000),
    reconnectMs,
    reconnectMaxMs: whole(
      'reconnectMaxMs',
      options.reconnectMaxMs ?? defaultMaxMs,
      reconnectMs,
      86_400_000,
    ),
    maxInFlight: whole('maxInFlight', options.maxInFlight ?? 64, 1, 65_535),
    maxPayloadBytes: whole('maxPayloadBytes', options.maxPayloadBytes ?? 65_536, 1, 268_435_455),
    random: options.random ?? Math.random,
  };
}
