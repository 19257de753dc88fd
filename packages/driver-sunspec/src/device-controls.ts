import { activePowerControl, storageRateControl } from './battery-power.js';
import type { SunspecConfig } from './config.js';
import type { DeviceParts } from './device-parts.js';
import { exportLimitControl } from './export-limit.js';
import { ratingsOf } from './ratings.js';
import { implementedPoint, type SunspecControl } from './sunspec-control.js';

/** What the controls need of the configuration. */
export type ControlConfig = Pick<
  SunspecConfig,
  'reversionSeconds' | 'fallbackExportWatts' | 'limits'
>;

/**
 * The controls a device has: a limit of AC output by model 704 or 123 for whatever has PV, battery
 * power by model 704 or 124 for whatever has a battery. Of a pair the model of IEEE 1547 is taken:
 * what happens at reversion is stated there.
 */
export function deviceControls(parts: DeviceParts, config: ControlConfig): SunspecControl[] {
  const { role } = parts;
  const { reversionSeconds, fallbackExportWatts } = config;
  const der = parts.other(704);
  const controls: (SunspecControl | undefined)[] = [];
  const reference = (id: number) => (): number | undefined => {
    const { derReference, limitReference } = ratingsOf(parts);
    return id === 704 ? derReference : limitReference;
  };
  if (role === 'pvInverter' || role === 'hybridInverter') {
    const usable = der !== undefined && implementedPoint(der, 'WMaxLimPct') !== undefined;
    const image = usable ? der : parts.other(123);
    if (image !== undefined && implementedPoint(image, 'WMaxLimPct') !== undefined) {
      controls.push(
        exportLimitControl({
          image,
          reference: reference(image.found.id),
          reversionSeconds,
          fallbackWatts: fallbackExportWatts,
        }),
      );
    }
  }
  if (role === 'batteryInverter' || role === 'hybridInverter') {
    controls.push(batteryControl(parts, config, reference(704)));
  }
  return controls.filter((control) => control !== undefined);
}

function batteryControl(
  parts: DeviceParts,
  { reversionSeconds }: ControlConfig,
  reference: () => number | undefined,
): SunspecControl | undefined {
  const ratings = (): { charge: number; discharge: number } | undefined => {
    const { maxChargeWatts, maxDischargeWatts } = ratingsOf(parts);
    if (maxChargeWatts === undefined || maxDischargeWatts === undefined) return undefined;
    return { charge: maxChargeWatts, discharge: maxDischargeWatts };
  };
  const storage = parts.other(124);
  const rates = storage !== undefined && implementedPoint(storage, 'InWRte') !== undefined;
  const der = parts.other(704);
  const settable =
    der !== undefined &&
    (implementedPoint(der, 'WSet') ?? implementedPoint(der, 'WSetPct')) !== undefined;
  // An active power of a hybrid's AC port is not its battery's power: the sun comes in between.
  if (settable && parts.role === 'batteryInverter') {
    const options = { image: der, terminal: 'ac', ratings, reversionSeconds } as const;
    return activePowerControl(options, reference);
  }
  if (!rates) return undefined;
  const terminal = parts.role === 'hybridInverter' ? 'dc' : 'ac';
  return storageRateControl({ image: storage, terminal, ratings, reversionSeconds });
}
