import {
  defineDriver,
  type DeviceIdentity,
  type Driver,
  type DriverContext,
  type MqttTransport,
} from '@microgrid/devices';
import { filter, firstValueFrom, fromEvent, map, merge, take } from 'rxjs';
import { mqttSwitchConfig, type MqttSwitchConfig } from './config.js';
import { ALL_POINTS } from './energy.js';
import { MqttSwitchDevice } from './mqtt-switch-device.js';
import { ReportedState } from './reported-state.js';
import { switchSafety } from './switch-safety.js';
import { Topics } from './topics.js';
import { tasmotaTwin } from './twin/tasmota-twin.js';

/** Asks who the device is. Where none answers it ends with the context's signal, undefined. */
async function probe(
  { transport, signal, clock }: DriverContext<MqttTransport>,
  { topic, fullTopic, relay }: MqttSwitchConfig,
): Promise<DeviceIdentity | undefined> {
  if (signal.aborted) return undefined;
  const topics = new Topics(topic, fullTopic);
  const state = new ReportedState(relay);
  const answered = transport.subscribe(topics.of('stat', '+')).pipe(
    map(({ topic: from, payload }) => {
      const name = topics.nameIn('stat', from) ?? '';
      state.take(name, new TextDecoder().decode(payload), clock.nowMs());
      return state.identity;
    }),
    filter(({ serial, firmware }) => serial !== undefined && firmware !== undefined),
  );
  const ended = fromEvent(signal, 'abort').pipe(map(() => undefined));
  const found = firstValueFrom(merge(answered, ended).pipe(take(1)));
  try {
    await transport.publish(topics.of('cmnd', 'STATUS'), '0', { signal });
  } catch {
    return undefined;
  }
  return found;
}

/** The driver of switches and plugs with Tasmota firmware, behind an MQTT broker. */
export const driver: Driver<MqttTransport> = defineDriver<MqttTransport, MqttSwitchConfig>({
  manifest: {
    name: 'mqtt-switch',
    version: '0.1.0',
    contractVersion: 1,
    families: ['switch', 'load'],
    transports: ['mqtt'],
    licence: 'Apache-2.0',
    discovery: { mqttTopics: ['tasmota/discovery/+/config'], manufacturers: ['Tasmota'] },
    capabilities: { points: [...ALL_POINTS], controls: ['switch'] },
  },
  config: mqttSwitchConfig,
  probe,
  open: async (context, config) => {
    const device = new MqttSwitchDevice(context, config);
    await device.read();
    return device;
  },
  safety: { switch: switchSafety(mqttSwitchConfig.parse({ topic: 'any' }), undefined) },
  twin: (config, { clock }) => tasmotaTwin(config, clock),
});
