import type { DeviceIdentity, Profile, ProfileControl, Quantity } from '@microgrid/devices';
import type { DeviceControl, DeviceDescriptionV1 } from '@microgrid/events';
import type { ModbusDeviceConfig } from './config.js';
import type { Lookup } from './control-writes.js';

/** A number, a point's value, or undefined while the device has not told it. */
export function resolve(quantity: Quantity | undefined, lookup: Lookup): number | undefined {
  if (quantity === undefined || typeof quantity === 'number') return quantity;
  const value = lookup(quantity.point);
  return value === undefined ? undefined : value * (quantity.factor ?? 1) + 0;
}

/** Bounds of a control as far as profile, configuration and device tell them. */
export interface ControlBounds {
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

function narrow(control: ProfileControl, limits: ModbusDeviceConfig['limits']): ControlBounds {
  switch (control.id) {
    case 'batteryPower': {
      const { maxDischargeWatts: out, maxChargeWatts: into } = limits;
      return { minimum: out === undefined ? undefined : -out, maximum: into };
    }
    case 'exportLimit':
      return { minimum: undefined, maximum: limits.maxExportWatts };
    case 'chargeLimit':
      return { minimum: undefined, maximum: limits.maxChargeWatts };
    case 'dischargeLimit':
      return { minimum: undefined, maximum: limits.maxDischargeWatts };
    case 'gridPower': {
      const { maxExportWatts: out, maxImportWatts: into } = limits;
      return { minimum: out === undefined ? undefined : -out, maximum: into };
    }
    case 'chargeCurrent':
      return { minimum: limits.minCurrentAmperes, maximum: limits.maxCurrentAmperes };
    default:
      return { minimum: undefined, maximum: undefined };
  }
}

const greatest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const least = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** Bounds of a control; undefined while one that the profile states is not known yet. */
export function boundsOf(
  control: ProfileControl,
  limits: ModbusDeviceConfig['limits'],
  lookup: Lookup,
): ControlBounds | undefined {
  const minimum = resolve(control.minimum, lookup);
  const maximum = resolve(control.maximum, lookup);
  if (control.minimum !== undefined && minimum === undefined) return undefined;
  if (control.maximum !== undefined && maximum === undefined) return undefined;
  const narrowed = narrow(control, limits);
  return {
    minimum: greatest([minimum, narrowed.minimum]),
    maximum: least([maximum, narrowed.maximum]),
  };
}

function describeControl(control: ProfileControl, bounds: ControlBounds): DeviceControl {
  const minimum = control.allowZero === true ? Math.min(0, bounds.minimum ?? 0) : bounds.minimum;
  return {
    id: control.id,
    unit: control.unit,
    ...(control.states === undefined ? {} : { states: control.states }),
    ...(control.terminal === undefined ? {} : { terminal: control.terminal }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(bounds.maximum === undefined ? {} : { maximum: bounds.maximum }),
    ...(control.step === undefined ? {} : { step: control.step }),
    volatile: control.storage === 'volatile',
    ...(control.expiryMs === undefined ? {} : { expiresAfterMs: control.expiryMs }),
    onLoss: control.onLoss,
  };
}

type Limits = DeviceDescriptionV1['limits'];

function describeLimits(
  profile: Profile,
  configured: ModbusDeviceConfig['limits'],
  lookup: Lookup,
): Limits {
  const limits: Record<string, number> = {};
  for (const [name, quantity] of Object.entries(profile.limits ?? {})) {
    const value = resolve(quantity, lookup);
    if (value !== undefined && value >= 0) limits[name] = value;
  }
  for (const [name, value] of Object.entries(configured)) {
    if (value !== undefined) limits[name] = value;
  }
  return limits;
}

const cut = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text.slice(0, 100);

/**
 * What the device is: the profile, narrowed by configuration, filled in by what the device tells.
 * Controls whose bounds it has not told yet are left out.
 */
export function describe(
  device: string,
  profile: Profile,
  config: ModbusDeviceConfig,
  identity: DeviceIdentity,
  points: readonly string[],
  lookup: Lookup,
): DeviceDescriptionV1 {
  const serial = cut(identity.serial);
  return {
    kind: 'deviceDescription',
    version: 1,
    device,
    role: config.role ?? profile.roles[0] ?? 'meter',
    manufacturer: cut(identity.manufacturer ?? profile.manufacturer) ?? 'unknown',
    model: cut(identity.model ?? profile.models[0]) ?? 'unknown',
    ...(serial === undefined ? {} : { serial }),
    phases: config.phases ?? profile.phases,
    points: [...points],
    controls: profile.controls.flatMap((control) => {
      const bounds = boundsOf(control, config.limits, lookup);
      return bounds === undefined ? [] : [describeControl(control, bounds)];
    }),
    limits: describeLimits(profile, config.limits, lookup),
  };
}
