import type { DeviceIdentity, PointName } from '@microgrid/devices';
import type { DeviceControl, DeviceDescriptionV1, DeviceRole } from '@microgrid/events';
import type { SunspecConfig } from './config.js';
import type { Ratings } from './ratings.js';
import type { SunspecControl } from './sunspec-control.js';

/** Bounds of a control in watts. */
export interface ControlBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** Bounds of a control by device and configuration; undefined while the device has not told its rating. */
export function boundsOf(
  control: SunspecControl,
  limits: SunspecConfig['limits'],
): ControlBounds | undefined {
  const bounds = control.bounds();
  if (bounds === undefined) return undefined;
  const { maxExportWatts, maxChargeWatts, maxDischargeWatts } = limits;
  if (control.id === 'exportLimit') {
    return { minimum: 0, maximum: Math.min(bounds.maximum, maxExportWatts ?? Infinity) };
  }
  return {
    minimum: Math.max(bounds.minimum, -(maxDischargeWatts ?? Infinity)) + 0,
    maximum: Math.min(bounds.maximum, maxChargeWatts ?? Infinity),
  };
}

/** What a description is made of. */
export interface Described {
  readonly device: string;
  readonly role: DeviceRole;
  readonly phases: 1 | 3;
  readonly identity: DeviceIdentity;
  readonly points: readonly PointName[];
  readonly controls: readonly SunspecControl[];
  readonly ratings: Ratings | undefined;
  readonly config: SunspecConfig;
}

const cut = (text: string | undefined): string | undefined =>
  text === undefined || text === '' ? undefined : text.slice(0, 100);

function describeControl(control: SunspecControl, config: SunspecConfig): DeviceControl[] {
  const bounds = boundsOf(control, config.limits);
  if (bounds === undefined) return [];
  const { id, terminal, reversionPoint, onLoss } = control;
  return [
    {
      id,
      unit: 'W',
      terminal,
      ...bounds,
      volatile: true,
      ...(reversionPoint === undefined ? {} : { expiresAfterMs: config.reversionSeconds * 1000 }),
      onLoss,
    },
  ];
}

function describeLimits(ratings: Ratings | undefined, role: DeviceRole, config: SunspecConfig) {
  const told = {
    maxExportWatts: ratings?.maxExportWatts,
    maxImportWatts:
      role === 'batteryInverter' || role === 'hybridInverter' ? ratings?.maxExportWatts : undefined,
    maxChargeWatts: ratings?.maxChargeWatts,
    maxDischargeWatts: ratings?.maxDischargeWatts,
    capacityMilliwattHours: ratings?.capacityMilliwattHours,
    ...Object.fromEntries(Object.entries(config.limits).filter(([, value]) => value !== undefined)),
  };
  return Object.fromEntries(
    Object.entries(told).filter(([, value]) => value !== undefined),
  ) as DeviceDescriptionV1['limits'];
}

/** What the device is: its models, narrowed by configuration. */
export function describe(described: Described): DeviceDescriptionV1 {
  const { device, role, phases, identity, points, controls, ratings, config } = described;
  const manufacturer = cut(identity.manufacturer);
  const model = cut(identity.model);
  const serial = cut(identity.serial);
  return {
    kind: 'deviceDescription',
    version: 1,
    device,
    role,
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(model === undefined ? {} : { model }),
    ...(serial === undefined ? {} : { serial }),
    phases,
    points: [...points],
    controls: controls.flatMap((control) => describeControl(control, config)),
    limits: describeLimits(ratings, role, config),
  };
}
