import type { DeviceDescriptionV1, LimitV1, TariffSignalV1 } from '@microgrid/events';
import {
  initialMemory,
  parsePolicy,
  type DeviceSnapshot,
  type PolicyInput,
  type Snapshot,
} from '../index.js';

export const NOW = Date.parse('2026-06-21T12:00:00Z');
export const KWH = 1_000_000;

/** A device with good, fresh readings. */
export function device(
  description: Pick<DeviceDescriptionV1, 'device' | 'role'> & Partial<DeviceDescriptionV1>,
  values: Readonly<Record<string, number>>,
): DeviceSnapshot {
  return {
    description: {
      kind: 'deviceDescription',
      version: 1,
      phases: 1,
      points: Object.keys(values),
      controls: [],
      limits: {},
      ...description,
    },
    readings: Object.fromEntries(
      Object.entries(values).map(([point, value]) => [
        point,
        { value, quality: 'good' as const, ageMs: 0 },
      ]),
    ),
  };
}

export const gridMeter = (power: number): DeviceSnapshot =>
  device({ device: 'grid', role: 'gridMeter' }, { power });

/** A 10 kWh, 5 kW battery. */
export const battery = (power: number, stateOfCharge: number): DeviceSnapshot =>
  device(
    {
      device: 'battery',
      role: 'batteryInverter',
      controls: [
        { id: 'batteryPower', unit: 'W', terminal: 'ac', volatile: true, onLoss: 'idles' },
      ],
      limits: { maxChargeWatts: 5000, maxDischargeWatts: 5000, capacityMilliwattHours: 10 * KWH },
    },
    { power, stateOfCharge },
  );

/** A 16 A single-phase charger with a car. */
export const charger = (power: number, connected = 1): DeviceSnapshot =>
  device(
    {
      device: 'ev',
      role: 'charger',
      controls: [
        { id: 'chargeCurrent', unit: 'A', maximum: 16, step: 1, volatile: true, onLoss: '6 A' },
      ],
      limits: { minCurrentAmperes: 6, maxCurrentAmperes: 16 },
    },
    { power, connected },
  );

export const load = (id: string, power: number, rated = power, on = 1): DeviceSnapshot =>
  device(
    {
      device: id,
      role: 'load',
      controls: [{ id: 'switch', unit: 'bool', volatile: true, onLoss: 'keeps its state' }],
      limits: { maxImportWatts: rated },
    },
    { power, switchState: on },
  );

export const pvInverter = (production: number): DeviceSnapshot =>
  device(
    {
      device: 'pv',
      role: 'pvInverter',
      controls: [
        { id: 'exportLimit', unit: 'W', maximum: 6000, volatile: true, onLoss: 'full output' },
      ],
      limits: { maxExportWatts: 6000 },
    },
    { power: -production },
  );

export function snapshot(
  devices: readonly DeviceSnapshot[],
  changes: Partial<Snapshot> = {},
): Snapshot {
  return {
    nowMs: NOW,
    monotonicMs: 1_000_000,
    site: 'home-01',
    devices,
    signals: {},
    memory: initialMemory(),
    ...changes,
  };
}

export const policy = (input: Partial<PolicyInput> = {}) =>
  parsePolicy({ mainFuse: { amperesPerPhase: 25, phases: 1, marginPercent: 0 }, ...input });

export const limit = (watts: { import?: number; export?: number }): LimitV1 => ({
  kind: 'limit',
  version: 1,
  id: 'limit-1',
  sequence: 1,
  audience: '*',
  issuedAt: '2026-06-21T11:00:00Z',
  validForMs: 3_600_000,
  start: '2026-06-21T00:00:00Z',
  end: '2026-06-22T00:00:00Z',
  reason: 'transformer',
  ...(watts.import === undefined ? {} : { importLimitWatts: watts.import }),
  ...(watts.export === undefined ? {} : { exportLimitWatts: watts.export }),
});

export const tariff = (importPrice: number): TariffSignalV1 => ({
  kind: 'tariffSignal',
  version: 1,
  id: 'tariff-1',
  sequence: 1,
  audience: '*',
  issuedAt: '2026-06-21T11:00:00Z',
  validForMs: 3_600_000,
  currency: 'EUR',
  periods: [
    {
      start: '2026-06-21T00:00:00Z',
      end: '2026-06-22T00:00:00Z',
      importPriceMicroPerKilowattHour: importPrice,
      exportPriceMicroPerKilowattHour: 50_000,
    },
  ],
});
