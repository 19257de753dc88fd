import { MqttError } from './mqtt-error.js';

/** The most bytes of a topic name or filter (MQTT 3.1.1, 1.5.3). */
const MAX_TOPIC_BYTES = 65_535;
const encoder = new TextEncoder();

function check(text: string, what: string): void {
  const bytes = encoder.encode(text).length;
  if (bytes === 0 || bytes > MAX_TOPIC_BYTES || text.includes('\0')) {
    throw new MqttError(
      'bad-topic',
      `${what}: got ${JSON.stringify(text.slice(0, 80))}, expected 1 to ${MAX_TOPIC_BYTES} bytes without U+0000`,
    );
  }
}

/**
 * Refuses what is not a topic name to publish on (MQTT 3.1.1, 4.7).
 * @throws MqttError `bad-topic`.
 */
export function checkTopic(topic: string): void {
  check(topic, 'topic');
  if (/[+#]/.test(topic)) {
    throw new MqttError(
      'bad-topic',
      `topic: got ${JSON.stringify(topic)}, expected a name without + and #, which only filters have`,
    );
  }
}

/**
 * Refuses what is not a topic filter (MQTT 3.1.1, 4.7): `+` alone in a level, `#` alone in the last.
 * @throws MqttError `bad-topic`.
 */
export function checkFilter(filter: string): void {
  check(filter, 'filter');
  const levels = filter.split('/');
  levels.forEach((level, index) => {
    const wild = level.includes('+') || level.includes('#');
    if (!wild || level === '+' || (level === '#' && index === levels.length - 1)) return;
    throw new MqttError(
      'bad-topic',
      `filter: got ${JSON.stringify(filter)}, expected + alone in a level or # alone in the last`,
    );
  });
}

/** Whether a topic name matches a filter; wildcards in the first level do not match `$` topics. */
export function matchesFilter(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false;
  for (const [index, want] of wanted.entries()) {
    if (want === '#') return true;
    const level = levels[index];
    if (level === undefined || (want !== '+' && want !== level)) return false;
  }
  return wanted.length === levels.length;
}
