import { defineDriver, type Driver, type DriverContext } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import { eredesHanConfig, type EredesHanConfig } from './config.js';
import { decodeClock } from './emi-clock.js';
import { emiRegister } from './emi-register.js';
import { HanDevice, type EredesHanDevice } from './han-device.js';
import { HanLink } from './han-link.js';
import { hanIdentity } from './identity.js';
import { ALL_POINTS } from './points.js';
import { emiTwin } from './twin/emi-twin.js';

/** The second answer a HAN port is known by: its exceptions are outside Modbus's own. */
const ACCESS_DENIED = 0x81;

async function probe(context: DriverContext<ModbusBus>, config: EredesHanConfig) {
  const link = new HanLink(context.transport, config.unit, config.requestTimeoutMs);
  const read = async (name: string) => {
    const address = emiRegister(name)?.address ?? 0;
    return link.readRegisters(address, 1, context.signal);
  };
  const clock = await read('clock');
  const isMeter = clock.ok
    ? clock.bytes.length === 12 && decodeClock(clock.bytes) !== undefined
    : clock.failure.exceptionCode === ACCESS_DENIED;
  if (!isMeter) return undefined;
  const octets: Record<string, Uint8Array> = {};
  for (const name of [
    'serialNumber',
    'modelCodesAndYear',
    'coreFirmware',
    'applicationFirmware',
    'communicationFirmware',
  ]) {
    const result = await read(name);
    const bytes = emiRegister(name)?.bytes ?? 0;
    if (result.ok) octets[name] = result.bytes.subarray(0, bytes);
  }
  return hanIdentity(octets);
}

/**
 * Opens a meter; as {@link driver}'s `open`, but with the load profile and the status in its type.
 * @param config already checked by {@link eredesHanConfig}
 */
export async function openEredesHan(
  context: DriverContext<ModbusBus>,
  config: EredesHanConfig,
): Promise<EredesHanDevice> {
  const device = new HanDevice(context, config);
  await device.read();
  return device;
}

/** The driver of Portuguese utility meters (EMI, "EDP Box") at their HAN port. */
export const driver: Driver<ModbusBus> = defineDriver<ModbusBus, EredesHanConfig>({
  manifest: {
    name: 'eredes-han',
    version: '0.1.0',
    contractVersion: 1,
    families: ['gridMeter', 'meter'],
    transports: ['modbus'],
    licence: 'Apache-2.0',
    discovery: { manufacturers: ['Janz', 'Landis+Gyr', 'Sagemcom', 'Kaifa', 'ZIV'] },
    capabilities: { points: [...ALL_POINTS], controls: [] },
  },
  config: eredesHanConfig,
  probe,
  open: openEredesHan,
  safety: {},
  twin: (config, { clock }) => emiTwin(config, { clock }),
});
