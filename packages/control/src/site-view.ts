import type { DeviceControl, DeviceDescriptionV1 } from '@microgrid/events';
import { compareIds } from '@microgrid/units';
import { ControlError } from './control-error.js';
import { placementOf, type Placement } from './placement.js';
import type { Policy } from './policy.js';
import type { DeviceSnapshot, Snapshot } from './snapshot.js';

/** What every controllable device shows. */
interface DeviceView {
  readonly id: string;
  readonly description: DeviceDescriptionV1;
  readonly placement: Placement;
  /** Measured AC power, positive into the device, W. */
  readonly watts: number;
}

export interface BatteryView extends DeviceView {
  readonly control: DeviceControl;
  /** %, absent where it cannot be read: then the battery rests. */
  readonly stateOfCharge?: number;
}

export interface ChargerView extends DeviceView {
  readonly control: DeviceControl;
  /** Absent where the charger does not tell. */
  readonly connected?: boolean;
  readonly minAmperes: number;
  readonly maxAmperes: number;
  readonly stepAmperes: number;
  readonly phases: 1 | 3;
}

export interface LoadView extends DeviceView {
  readonly control: DeviceControl;
  readonly on: boolean;
  /** Power to expect when it is switched on, W. */
  readonly ratedWatts: number;
  readonly priority: number;
  readonly critical: boolean;
}

export interface PvView extends DeviceView {
  /** Absent, as is the rating, where it cannot be limited. */
  readonly control?: DeviceControl;
  /** Output without a limit, W. */
  readonly ratedWatts?: number;
}

/** The grid connection as measured now. */
export interface GridView {
  readonly totalWatts: number;
  /** Per phase of the fuse, W, positive for import; by current where that is measured. */
  readonly phaseWatts: readonly number[];
}

/** A site as one decision sees it: only what was usably read. */
export interface SiteView {
  /** Absent: the grid meter cannot be read, control is blind. */
  readonly grid?: GridView;
  readonly batteries: readonly BatteryView[];
  readonly chargers: readonly ChargerView[];
  readonly loads: readonly LoadView[];
  readonly pv: readonly PvView[];
  /** Devices of which nothing usable was read. */
  readonly lost: readonly string[];
}

type Read = (point: string) => number | undefined;

function reader(device: DeviceSnapshot, policy: Policy): Read {
  return (point) => {
    const reading = device.readings[point];
    if (reading?.value === undefined || reading.quality !== 'good') return undefined;
    // A clock that ran backwards is no reason to trust a value.
    const fresh = reading.ageMs >= 0 && reading.ageMs <= policy.staleAfterMs;
    return fresh && Number.isFinite(reading.value) ? reading.value : undefined;
  };
}

/** Measured AC power; a hybrid's battery acts on the port as its DC power does, but for losses. */
function watts(read: Read): number | undefined {
  const total = read('power');
  if (total !== undefined) return total;
  const phases = ['powerL1', 'powerL2', 'powerL3'].map(read).filter((each) => each !== undefined);
  return phases.length === 0 ? undefined : phases.reduce((sum, each) => sum + each, 0);
}

function gridView(read: Read, policy: Policy): GridView | undefined {
  const { phases, voltage } = policy.mainFuse;
  const total = watts(read);
  if (total === undefined) return undefined;
  const phaseWatts = Array.from({ length: phases }, (_, phase) => {
    const power = read(`powerL${phase + 1}`);
    const current = read(`currentL${phase + 1}`);
    // Without phases the whole exchange may be on any one of them.
    if (power === undefined) return total;
    if (current === undefined) return power;
    // Reactive current loads a fuse too.
    const apparent = Math.max(Math.abs(power), current * voltage);
    return power < 0 ? -apparent : apparent;
  });
  return { totalWatts: total, phaseWatts };
}

function batteryView(
  base: DeviceView,
  read: Read,
  control: DeviceControl,
): BatteryView | undefined {
  const hybrid = base.description.role === 'hybridInverter';
  const power = hybrid ? read('batteryPower') : (watts(read) ?? read('batteryPower'));
  if (power === undefined) return undefined;
  const stateOfCharge = read('stateOfCharge');
  return {
    ...base,
    watts: power,
    control,
    ...(stateOfCharge === undefined ? {} : { stateOfCharge }),
  };
}

function chargerView(
  base: DeviceView,
  read: Read,
  control: DeviceControl,
): ChargerView | undefined {
  const power = watts(read);
  if (power === undefined) return undefined;
  const { limits, phases } = base.description;
  const connected = read('connected');
  const maximum = Math.min(limits.maxCurrentAmperes ?? Infinity, control.maximum ?? Infinity);
  return {
    ...base,
    watts: power,
    control,
    phases,
    minAmperes: Math.max(6, limits.minCurrentAmperes ?? 6),
    maxAmperes: Number.isFinite(maximum) ? maximum : 0,
    stepAmperes: control.step ?? 1,
    ...(connected === undefined ? {} : { connected: connected !== 0 }),
  };
}

function loadView(
  base: DeviceView,
  read: Read,
  control: DeviceControl,
  policy: Policy,
): LoadView | undefined {
  const rules = policy.loads.find(({ device }) => device === base.id);
  if (rules === undefined) return undefined;
  const rated = rules.ratedWatts ?? base.description.limits.maxImportWatts;
  const state = read('switchState');
  const power = watts(read);
  if (state === undefined && power === undefined) return undefined;
  const on = state === undefined ? true : state !== 0;
  return {
    ...base,
    control,
    on,
    // An unmetered load is taken at its rating while it is on.
    watts: power ?? (on ? (rated ?? 0) : 0),
    ratedWatts: rated ?? Math.max(0, power ?? 0),
    priority: rules.priority,
    critical: rules.critical,
  };
}

function pvView(
  base: DeviceView,
  read: Read,
  control: DeviceControl | undefined,
): PvView | undefined {
  const power = watts(read);
  if (power === undefined) return undefined;
  const rated = control?.maximum ?? base.description.limits.maxExportWatts;
  // A limit that could not be lifted again is none to set.
  if (control === undefined || rated === undefined) return { ...base, watts: power };
  return { ...base, watts: power, control, ratedWatts: rated };
}

function gridMeterOf(snapshot: Snapshot, policy: Policy): DeviceSnapshot | undefined {
  const meters = snapshot.devices.filter(({ description }) =>
    policy.gridMeter === undefined
      ? description.role === 'gridMeter'
      : description.device === policy.gridMeter,
  );
  if (meters.length > 1) {
    throw new ControlError(
      'bad-snapshot',
      `devices: got ${meters.length} grid meters, expected one; name it in policy.gridMeter`,
    );
  }
  return meters[0];
}

/** Reads a snapshot with a policy's eyes. Devices come in id order, whatever order they were given in. */
export function siteView(snapshot: Snapshot, policy: Policy): SiteView {
  const batteries: BatteryView[] = [];
  const chargers: ChargerView[] = [];
  const loads: LoadView[] = [];
  const pv: PvView[] = [];
  const lost: string[] = [];
  const sorted = [...snapshot.devices].sort((a, b) =>
    compareIds(a.description.device, b.description.device),
  );
  for (const device of sorted) {
    const { description } = device;
    const read = reader(device, policy);
    const control = (id: string) => description.controls.find((each) => each.id === id);
    const base: DeviceView = {
      id: description.device,
      description,
      placement: placementOf(description, policy),
      watts: 0,
    };
    const add = <T>(to: T[], view: T | undefined): void => {
      if (view === undefined) lost.push(base.id);
      else to.push(view);
    };
    const battery = control('batteryPower');
    if (battery !== undefined) add(batteries, batteryView(base, read, battery));
    const current = control('chargeCurrent');
    if (current !== undefined) add(chargers, chargerView(base, read, current));
    const controlled = policy.loads.some((load) => load.device === base.id);
    const onOff = control('switch');
    if (onOff !== undefined && controlled) add(loads, loadView(base, read, onOff, policy));
    if (description.role === 'pvInverter' || description.role === 'hybridInverter') {
      add(pv, pvView(base, read, control('exportLimit')));
    }
  }
  const meter = gridMeterOf(snapshot, policy);
  const grid = meter === undefined ? undefined : gridView(reader(meter, policy), policy);
  return {
    batteries,
    chargers,
    loads,
    pv,
    lost: [...new Set(lost)],
    ...(grid === undefined ? {} : { grid }),
  };
}
