import { SetPointKeeper, type DeviceAlarms, type DriverContext } from '@microgrid/devices';
import type { DeviceDescriptionV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { phasesOf, pointCandidates } from './candidates.js';
import type { SunspecConfig } from './config.js';
import { describe } from './describe.js';
import { deviceControls } from './device-controls.js';
import { identityOf, type FoundDevice } from './find-unit.js';
import { ratingImages, ratingsOf } from './ratings.js';
import { planReads, spanOf, type ReadBlock } from './read-plan.js';
import type { SunspecControl } from './sunspec-control.js';
import { SunspecPoller } from './sunspec-poller.js';
import { SunspecPort } from './sunspec-port.js';

/** Makers whose meters count power to the grid as positive. */
const EXPORT_POSITIVE = /solar ?edge/i;

/** A control that is kept. */
export interface KeptControl {
  readonly control: SunspecControl;
  readonly port: SunspecPort;
  readonly keeper: SetPointKeeper;
}

/** A device that was found, ready to be polled and commanded. */
export interface OpenedDevice {
  readonly found: FoundDevice;
  readonly poller: SunspecPoller;
  readonly controls: ReadonlyMap<string, KeptControl>;
  /** Reads that bring the ratings. */
  readonly ratingBlocks: readonly ReadBlock[];
  /** The description by what was read last. */
  describe(): DeviceDescriptionV1;
}

/** Puts everything together that is done with a device once it is found. */
export function openFound(
  found: FoundDevice,
  context: DriverContext<ModbusBus>,
  config: SunspecConfig,
  alarms: DeviceAlarms,
): OpenedDevice {
  const { device, clock, log, store } = context;
  const { unit, parts } = found;
  const { link, reader } = unit;
  const identity = identityOf(parts);
  const phases = config.phases ?? phasesOf(parts);
  const candidates = pointCandidates(parts, {
    phases,
    invertMeterPower: config.invertMeterPower ?? EXPORT_POSITIVE.test(identity.manufacturer ?? ''),
    invertBatteryPower: config.invertBatteryPower,
  });
  const poller = new SunspecPoller(device, candidates, reader, clock);
  const controls = deviceControls(parts, config);
  const kept = controls.map((control): KeptControl => {
    const port = new SunspecPort(control, link, reader, config.reversionSeconds);
    const keeper = new SetPointKeeper({ device, port, clock, log, store, alarms });
    return { control, port, keeper };
  });
  const images = ratingImages(parts);
  return {
    found,
    poller,
    controls: new Map(kept.map((one) => [one.control.id, one])),
    ratingBlocks: planReads(images.map((image) => spanOf(image, image.layout.points))),
    describe: () =>
      describe({
        device,
        role: parts.role,
        phases,
        identity,
        points: poller.points,
        controls,
        ratings: ratingsOf(parts),
        config,
      }),
  };
}
