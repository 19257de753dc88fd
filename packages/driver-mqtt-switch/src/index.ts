export { mqttSwitchConfig, type MqttSwitchConfig } from './config.js';
export { driver, driver as default } from './mqtt-switch-driver.js';
export {
  LONGEST_PULSE_SECONDS,
  parsePulseTime,
  pulseTimeCode,
  pulseTimeSeconds,
  type PulseTime,
} from './pulse-time.js';
export { tasmotaTwin, type TasmotaTwin } from './twin/tasmota-twin.js';
