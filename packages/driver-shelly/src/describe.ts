import type { DeviceIdentity } from '@microgrid/devices';
import type { DeviceDescriptionV1 } from '@microgrid/events';
import type { ShellyComponent, ShellyPoint } from './component.js';
import type { ShellyConfig } from './config.js';
import type { JsonRecord } from './json-record.js';
import { switchSafety, type InitialState } from './switch-safety.js';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;

/** Who a device says it is. */
export function identityOf(info: JsonRecord): DeviceIdentity {
  const model = text(info['app']) ?? text(info['model']);
  const serial = text(info['mac']) ?? text(info['id']);
  const firmware = text(info['ver']) ?? text(info['fw_id']);
  return {
    manufacturer: 'Shelly',
    ...(model === undefined ? {} : { model }),
    ...(serial === undefined ? {} : { serial }),
    ...(firmware === undefined ? {} : { firmware }),
  };
}

/** What a description is made of. */
export interface DescribedShelly {
  readonly device: string;
  readonly component: ShellyComponent | undefined;
  readonly points: readonly ShellyPoint[];
  readonly identity: DeviceIdentity;
  readonly config: ShellyConfig;
  readonly initialState: InitialState | undefined;
}

/** What the device is to the site. */
export function describeShelly(of: DescribedShelly): DeviceDescriptionV1 {
  const { device, component, points, identity, config, initialState } = of;
  const isSwitch = component?.kind === 'switch';
  const { serial, model = 'Shelly' } = identity;
  const facts = switchSafety(config, initialState);
  return {
    kind: 'deviceDescription',
    version: 1,
    device,
    role: config.role ?? (isSwitch ? 'switch' : 'meter'),
    manufacturer: identity.manufacturer ?? 'Shelly',
    model,
    ...(serial === undefined ? {} : { serial }),
    phases: config.phases ?? (component?.kind === 'em' ? 3 : 1),
    points: points.map(({ point }) => point),
    // A switch that was not reached yet cannot be commanded.
    controls:
      isSwitch && points.length > 0
        ? [
            {
              id: 'switch',
              unit: 'bool',
              volatile: true,
              expiresAfterMs: config.deadManSeconds * 1000,
              onLoss: facts.onLoss.slice(0, 200),
            },
          ]
        : [],
    limits: config.maxImportWatts === undefined ? {} : { maxImportWatts: config.maxImportWatts },
  };
}
