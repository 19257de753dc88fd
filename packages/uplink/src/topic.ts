import { idField } from '@microgrid/events';
import { UplinkError } from './uplink-error.js';

/** What travels on a gateway's topics; `events` and `presence` go up, the others down. */
export const CHANNELS = ['events', 'receipts', 'signals', 'presence'] as const;
/** One of {@link CHANNELS}. */
export type Channel = (typeof CHANNELS)[number];

/** The start of every topic: product and wire version. */
export const TOPIC_ROOT = 'microgrid/v1';

/**
 * The topic of one channel of one gateway, as in `microgrid/v1/gw-01/events`.
 * @throws UplinkError `bad-gateway-id` for an id that is not an `idField` (it could name other topics).
 */
export function topicOf(gateway: string, channel: Channel): string {
  if (!idField.safeParse(gateway).success) {
    throw new UplinkError(
      'bad-gateway-id',
      `gateway: got ${JSON.stringify(gateway)}, expected a letter or digit, then up to 63 letters, digits or . _ : -`,
    );
  }
  return `${TOPIC_ROOT}/${gateway}/${channel}`;
}

/** The MQTT filter that matches one channel of every gateway. */
export function filterOf(channel: Channel): string {
  return `${TOPIC_ROOT}/+/${channel}`;
}

/** Which gateway and channel a topic names; undefined for a topic that is not of this protocol. */
export function readTopic(topic: string): { gateway: string; channel: Channel } | undefined {
  const [product, version, gateway, channel, ...rest] = topic.split('/');
  if (`${product}/${version}` !== TOPIC_ROOT || gateway === undefined || rest.length > 0) {
    return undefined;
  }
  const known = CHANNELS.find((name) => name === channel);
  if (known === undefined || !idField.safeParse(gateway).success) return undefined;
  return { gateway, channel: known };
}
