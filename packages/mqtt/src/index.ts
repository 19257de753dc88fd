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
