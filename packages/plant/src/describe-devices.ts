import type { DeviceControl, DeviceDescriptionV1 } from '@microgrid/events';
import type { BatteryStore, DeviceConfig, SiteConfig } from './site-config.js';

type Body = Pick<DeviceDescriptionV1, 'role' | 'controls' | 'limits'> & {
  readonly points: readonly string[];
};

const EXPIRES_AFTER_MS = 60_000;

const fleeting = { volatile: true, expiresAfterMs: EXPIRES_AFTER_MS } as const;

function exportLimit(ratedWatts: number): DeviceControl {
  return {
    id: 'exportLimit',
    unit: 'W',
    terminal: 'ac',
    minimum: 0,
    maximum: ratedWatts,
    ...fleeting,
    onLoss: 'returns to full output',
  };
}

function batteryPower(store: BatteryStore, terminal: 'ac' | 'dc'): DeviceControl {
  return {
    id: 'batteryPower',
    unit: 'W',
    terminal,
    minimum: -store.maxDischargeWatts,
    maximum: store.maxChargeWatts,
    ...fleeting,
    onLoss: 'idles',
  };
}

function storeLimits(store: BatteryStore) {
  return {
    maxChargeWatts: store.maxChargeWatts,
    maxDischargeWatts: store.maxDischargeWatts,
    capacityMilliwattHours: store.capacityMilliwattHours,
  };
}

function bodyOf(device: DeviceConfig): Body {
  switch (device.kind) {
    case 'gridMeter':
      return { role: 'gridMeter', controls: [], limits: {}, points: [] };
    case 'house':
      return { role: 'meter', controls: [], limits: {}, points: [] };
    case 'pv': {
      const rated = device.ratedWatts ?? device.array.peakWatts;
      return {
        role: 'pvInverter',
        controls: [exportLimit(rated)],
        limits: { maxExportWatts: rated },
        points: ['pvPower', 'dcPower'],
      };
    }
    case 'battery':
      return {
        role: 'batteryInverter',
        controls: [batteryPower(device.store, 'ac')],
        limits: storeLimits(device.store),
        points: ['batteryPower', 'dcPower', 'stateOfCharge'],
      };
    case 'hybrid':
      return {
        role: 'hybridInverter',
        controls: [batteryPower(device.store, 'dc'), exportLimit(device.ratedWatts)],
        limits: {
          ...storeLimits(device.store),
          maxImportWatts: device.ratedWatts,
          maxExportWatts: device.ratedWatts,
        },
        points: ['pvPower', 'batteryPower', 'dcPower', 'stateOfCharge'],
      };
    case 'charger':
      return {
        role: 'charger',
        controls: [
          {
            id: 'chargeCurrent',
            unit: 'A',
            terminal: 'ac',
            minimum: 0,
            maximum: device.maxAmperes ?? 16,
            step: device.stepAmperes ?? 1,
            ...fleeting,
            onLoss: 'charges at its maximum',
          },
        ],
        limits: {
          minCurrentAmperes: device.minAmperes ?? 6,
          maxCurrentAmperes: device.maxAmperes ?? 16,
        },
        points: ['connected', 'charging', 'chargeCurrentLimit', 'sessionEnergy'],
      };
    case 'switchedLoad':
      return {
        role: 'load',
        controls: [{ id: 'switch', unit: 'bool', volatile: true, onLoss: 'keeps its last state' }],
        limits: { maxImportWatts: device.watts },
        points: ['switchState'],
      };
  }
}

/**
 * The devices of a site as a gateway would be told of them, in the order of the configuration:
 * roles, points, controls and nameplates as the plant models them.
 */
export function describeDevices(config: SiteConfig): DeviceDescriptionV1[] {
  const sitePhases = config.phases ?? 1;
  return config.devices.map((device) => {
    const phases = device.kind === 'gridMeter' ? sitePhases : (device.phases ?? 1);
    const lines = Array.from({ length: sitePhases }, (_, phase) => `L${phase + 1}`);
    const { role, controls, limits, points } = bodyOf(device);
    return {
      kind: 'deviceDescription',
      version: 1,
      device: device.id,
      role,
      manufacturer: 'microgrid',
      model: `plant-${device.kind}`,
      phases,
      points: [
        'power',
        ...lines.flatMap((line) => [`power${line}`, `voltage${line}`, `current${line}`]),
        'frequency',
        'importEnergy',
        'exportEnergy',
        ...points,
      ],
      controls,
      limits,
    };
  });
}
