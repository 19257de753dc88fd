import {
  CONTRACT_VERSION,
  defineDriver,
  DevicesError,
  isControlName,
  isPointName,
  parseProfile,
  type DeviceIdentity,
  type Driver,
  type DriverContext,
  type DriverManifest,
  type Profile,
} from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import { compileProfile } from './compiled-profile.js';
import { modbusDeviceConfig, type ModbusDeviceConfig } from './config.js';
import { checkIdentity } from './identity-check.js';
import { ModbusDevice } from './modbus-device.js';
import { modbusTwin } from './modbus-twin.js';
import { Poller } from './poller.js';
import { safetyTable } from './safety-table.js';
import { UnitLink } from './unit-link.js';
import { publishedPoints } from './wanted-points.js';

async function probe(
  profile: Profile,
  context: DriverContext<ModbusBus>,
  config: ModbusDeviceConfig,
): Promise<DeviceIdentity | undefined> {
  const { device, transport, clock, signal } = context;
  const timeoutMs = config.requestTimeoutMs ?? profile.transport.requestTimeoutMs;
  const link = new UnitLink(transport, config.unit ?? profile.transport.unit, timeoutMs);
  const verdict = await checkIdentity(profile, link, signal);
  if (verdict.kind !== 'match') return undefined;
  const compiled = compileProfile(profile, config.phases ?? profile.phases);
  const { lowRateMs } = config;
  const poller = new Poller({ device, compiled, link, clock, lowRateMs });
  const { lost } = await poller.poll(signal);
  if (lost !== undefined) return undefined;
  return { manufacturer: profile.manufacturer, ...poller.identity() };
}

/**
 * A driver that runs a profile on a Modbus bus.
 *
 * `open` asks the device who it is and reads it once; a device that does not answer is opened all
 * the same and identified at a later read. `probe` reads only. The bus should be opened with the
 * profile's `transport` delays.
 * @param profile ours, or what a stranger's file holds; it is checked.
 * @param source where it came from, for messages; default its id.
 * @throws DevicesError `bad-profile` for a profile that breaks the format.
 */
export function modbusDriver(profile: unknown, source?: string): Driver<ModbusBus> {
  const checked = parseProfile(profile, source ?? nameOf(profile));
  return defineDriver<ModbusBus, ModbusDeviceConfig>({
    manifest: manifestOf(checked),
    config: modbusDeviceConfig,
    probe: (context, config) => probe(checked, context, config),
    open: async (context, config) => {
      if (config.role !== undefined && !checked.roles.includes(config.role)) {
        const expected = checked.roles.join(' or ');
        throw new DevicesError(
          'bad-config',
          `device ${context.device}: role: got ${config.role}, expected ${expected}`,
        );
      }
      const published = new Set(
        publishedPoints(checked, config.phases ?? checked.phases).map(({ id }) => id),
      );
      config.points?.forEach((point, index) => {
        if (published.has(point)) return;
        throw new DevicesError(
          'bad-config',
          `device ${context.device}: points[${index}]: got ${JSON.stringify(point)}, expected one of ${[...published].join(', ')}`,
        );
      });
      const device = new ModbusDevice(checked, context, config);
      await device.read();
      return device;
    },
    safety: safetyTable(checked, () => undefined),
    twin: (config, surroundings) => modbusTwin(checked, config, surroundings),
  });
}

function nameOf(profile: unknown): string {
  const id: unknown =
    typeof profile === 'object' && profile !== null ? Reflect.get(profile, 'id') : undefined;
  return typeof id === 'string' ? id : 'profile';
}

function manifestOf(profile: Profile): DriverManifest {
  const { id, roles, manufacturer, points, controls } = profile;
  return {
    name: id,
    version: '1.0.0',
    contractVersion: CONTRACT_VERSION,
    families: [...roles],
    transports: ['modbus'],
    licence: 'Apache-2.0',
    discovery: { manufacturers: [manufacturer] },
    capabilities: {
      points: points
        .filter(({ internal }) => internal !== true)
        .map((point) => point.id)
        .filter(isPointName),
      controls: controls.map((control) => control.id).filter(isControlName),
    },
  };
}
