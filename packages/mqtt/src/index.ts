export { connectMqtt } from './connect-mqtt.js';
export { isMqttError, MqttError, type MqttErrorCode } from './mqtt-error.js';
export type {
  MqttLink,
  MqttLinkOptions,
  MqttMessage,
  MqttPresence,
  MqttState,
  MqttStatistics,
  SubscribeOptions,
} from './mqtt-link.js';
export { checkFilter, checkTopic, matchesFilter } from './topic-filter.js';
