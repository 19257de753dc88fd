import { CONTRACT_VERSION, defineDriver, type Driver, type PointName } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import { SUNSPEC_ROLES, sunspecConfig, type SunspecConfig } from './config.js';
import { findDevice, identityOf } from './find-unit.js';
import { MODEL_MAP } from './model-map.js';
import { SunspecDevice } from './sunspec-device.js';
import { SAFETY_TABLE } from './safety-table.js';
import { sunspecTwin } from './sunspec-twin.js';

/** Points that come from sums or from a model's place rather than from one named point. */
const COMPOSED: readonly PointName[] = [
  'pvPower',
  'batteryPower',
  'dcPower',
  'pvEnergy',
  'batteryChargeEnergy',
  'batteryDischargeEnergy',
];

const mapped = Object.values(MODEL_MAP).flatMap((rows) => rows.map(([point]) => point));

/**
 * The SunSpec driver: finds the models of a device, reads them in the house's units and signs, and
 * controls it by models 123, 124 and 704. Facts of a device that has no reversion time differ from
 * the driver's table: ask the opened device.
 */
export const driver: Driver<ModbusBus> = defineDriver<ModbusBus, SunspecConfig>({
  manifest: {
    name: 'sunspec',
    version: '0.1.0',
    contractVersion: CONTRACT_VERSION,
    families: [...SUNSPEC_ROLES],
    transports: ['modbus'],
    licence: 'Apache-2.0',
    capabilities: {
      points: [...new Set([...mapped, ...COMPOSED])],
      controls: ['exportLimit', 'batteryPower'],
    },
  },
  config: sunspecConfig,
  probe: async (context, config) => {
    const units = config.unit === undefined ? config.units : [config.unit];
    const result = await findDevice(context.transport, units, config, context.signal);
    return result.kind === 'found' ? identityOf(result.device.parts) : undefined;
  },
  open: async (context, config) => {
    const device = new SunspecDevice(context, config);
    await device.begin();
    return device;
  },
  safety: SAFETY_TABLE,
  twin: sunspecTwin,
});
