import { PlantError } from './plant-error.js';
import type { BatteryStore, DeviceConfig, PvArray, SiteConfig } from './site-config.js';

type Check = (path: string, value: number | undefined, low: number, high: number) => void;

function refuse(path: string, found: unknown, expected: string): never {
  throw new PlantError('bad-config', `${path}: got ${String(found)}, expected ${expected}`);
}

const range: Check = (path, value, low, high) => {
  if (value === undefined) return;
  if (!(value >= low && value <= high)) refuse(path, value, `a number from ${low} to ${high}`);
};

function checkArray(path: string, array: PvArray): void {
  range(`${path}.peakWatts`, array.peakWatts, 0, 1e8);
  range(`${path}.tiltDegrees`, array.tiltDegrees, 0, 90);
  range(`${path}.azimuthDegrees`, array.azimuthDegrees, 0, 360);
  range(`${path}.performance`, array.performance, 0, 1);
}

function checkStore(path: string, store: BatteryStore): void {
  range(`${path}.capacityMilliwattHours`, store.capacityMilliwattHours, 1, 1e12);
  range(`${path}.maxChargeWatts`, store.maxChargeWatts, 0, 1e8);
  range(`${path}.maxDischargeWatts`, store.maxDischargeWatts, 0, 1e8);
  range(`${path}.chargeEfficiency`, store.chargeEfficiency, 0.1, 1);
  range(`${path}.dischargeEfficiency`, store.dischargeEfficiency, 0.1, 1);
  range(`${path}.initialPercent`, store.initialPercent, 0, 100);
  range(`${path}.rampWattsPerSecond`, store.rampWattsPerSecond, 1, 1e9);
}

function checkKind(path: string, device: DeviceConfig): void {
  switch (device.kind) {
    case 'gridMeter':
      return;
    case 'pv':
      checkArray(`${path}.array`, device.array);
      range(`${path}.ratedWatts`, device.ratedWatts, 0, 1e8);
      range(`${path}.efficiency`, device.efficiency, 0.1, 1);
      return;
    case 'battery':
      checkStore(`${path}.store`, device.store);
      range(`${path}.standbyWatts`, device.standbyWatts, 0, 1000);
      return;
    case 'hybrid':
      checkArray(`${path}.array`, device.array);
      checkStore(`${path}.store`, device.store);
      range(`${path}.ratedWatts`, device.ratedWatts, 1, 1e8);
      range(`${path}.efficiency`, device.efficiency, 0.1, 1);
      range(`${path}.standbyWatts`, device.standbyWatts, 0, 1000);
      return;
    case 'charger':
      range(`${path}.minAmperes`, device.minAmperes, 0.1, 125);
      range(`${path}.maxAmperes`, device.maxAmperes, device.minAmperes ?? 6, 125);
      range(`${path}.stepAmperes`, device.stepAmperes, 0.001, 32);
      range(`${path}.habits.presence`, device.habits?.presence, 0, 1);
      range(`${path}.habits.arrivalMinute`, device.habits?.arrivalMinute, 0, 1439);
      range(`${path}.habits.departureMinute`, device.habits?.departureMinute, 0, 1439);
      range(`${path}.habits.spreadMinutes`, device.habits?.spreadMinutes, 0, 180);
      range(`${path}.habits.leastMilliwattHours`, device.habits?.leastMilliwattHours, 0, 1e9);
      range(`${path}.habits.mostMilliwattHours`, device.habits?.mostMilliwattHours, 0, 1e9);
      return;
    case 'house':
      range(`${path}.scale`, device.scale, 0, 1000);
      return;
    case 'switchedLoad':
      range(`${path}.watts`, device.watts, 0, 1e7);
      device.windows.forEach(([from, to], index) => {
        range(`${path}.windows[${index}][0]`, from, 0, 1440);
        range(`${path}.windows[${index}][1]`, to, from, 1440);
      });
      return;
  }
}

/** @throws PlantError `bad-config` naming path, value and expectation of the first problem. */
export function checkConfig(config: SiteConfig): void {
  const path = `site ${config.id}`;
  range(`${path}.latitudeDegrees`, config.latitudeDegrees, -90, 90);
  range(`${path}.longitudeDegrees`, config.longitudeDegrees, -180, 180);
  range(`${path}.localOffsetMinutes`, config.localOffsetMinutes, -840, 840);
  range(`${path}.nominalVolts`, config.nominalVolts, 50, 1000);
  const seen = new Set<string>();
  for (const device of config.devices) {
    const where = `${path}.devices.${device.id}`;
    if (seen.has(device.id)) refuse(where, device.id, 'an id used once');
    seen.add(device.id);
    if (device.kind !== 'gridMeter' && (config.phases ?? 1) === 1) {
      if (device.phases === 3) refuse(`${where}.phases`, 3, '1, as the site has one phase');
      if ((device.phase ?? 1) !== 1) refuse(`${where}.phase`, device.phase, '1');
    }
    checkKind(where, device);
  }
  const meters = config.devices.filter(({ kind }) => kind === 'gridMeter').length;
  if (meters !== 1) refuse(`${path}.devices`, `${meters} grid meters`, 'exactly one');
}
