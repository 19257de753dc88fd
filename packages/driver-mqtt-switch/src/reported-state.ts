import type { DeviceIdentity, PointName } from '@microgrid/devices';
import type { EpochMs } from '@microgrid/units';
import { energyPoints, isData, parseData } from './energy.js';
import { parsePulseTime, type PulseTime } from './pulse-time.js';

/** A value with the instant its report came. */
export interface Reported<T> {
  readonly value: T;
  readonly atMs: EpochMs;
  /** Number of the report, from 1: tells what came before and after a command. */
  readonly number: number;
}

type Data = Readonly<Record<string, unknown>>;

/** What a device has reported of itself and of one relay. */
export class ReportedState {
  readonly points = new Map<PointName, Reported<number>>();
  pulseTime: Reported<PulseTime> | undefined;
  powerOnState: number | undefined;
  identity: DeviceIdentity = {};
  /** Undefined until its last will or its presence was heard. */
  online: boolean | undefined;
  /** Reports so far. */
  count = 0;

  constructor(private readonly relay: number) {}

  /**
   * Takes one message of the device.
   * @param name last part of its topic, as in `POWER1`, `RESULT`, `STATUS10`, `SENSOR`
   * @returns the points it told
   */
  take(name: string, text: string, atMs: EpochMs): readonly PointName[] {
    if (name === 'LWT') {
      this.online = text === 'Online' ? true : text === 'Offline' ? false : this.online;
      return [];
    }
    this.count += 1;
    if (name === `POWER${this.relay}` || (name === 'POWER' && this.relay === 1)) {
      return this.takeSwitch(text, atMs);
    }
    const data = parseData(text);
    if (data === undefined) return [];
    this.takeStatus(data);
    const pulse = parsePulseTime(data, this.relay);
    if (pulse !== undefined) this.pulseTime = { value: pulse, atMs, number: this.count };
    const state = isData(data['StatusSTS']) ? data['StatusSTS'] : data;
    const sensors = isData(data['StatusSNS']) ? data['StatusSNS'] : data;
    return [...this.takePower(state, atMs), ...this.takeEnergy(sensors['ENERGY'], atMs)];
  }

  private note(point: PointName, value: number, atMs: EpochMs): void {
    this.points.set(point, { value, atMs, number: this.count });
  }

  private takeSwitch(text: unknown, atMs: EpochMs): readonly PointName[] {
    if (text !== 'ON' && text !== 'OFF') return [];
    this.note('switchState', text === 'ON' ? 1 : 0, atMs);
    return ['switchState'];
  }

  private takePower(state: Data, atMs: EpochMs): readonly PointName[] {
    const own = state[`POWER${this.relay}`];
    const only = this.relay === 1 ? state['POWER'] : undefined;
    return this.takeSwitch(own ?? only, atMs);
  }

  private takeEnergy(energy: unknown, atMs: EpochMs): readonly PointName[] {
    if (!isData(energy)) return [];
    const points = energyPoints(energy);
    for (const [point, value] of points) this.note(point, value, atMs);
    // What a report leaves out is no longer known.
    for (const point of this.points.keys()) {
      if (point !== 'switchState' && !points.has(point)) this.points.delete(point);
    }
    return [...points.keys()];
  }

  private takeStatus(data: Data): void {
    const { Status: status, StatusFWR: firmware, StatusNET: network } = data;
    const text = (of: unknown, field: string): string | undefined => {
      const found = isData(of) ? of[field] : undefined;
      return typeof found === 'string' && found !== '' ? found.slice(0, 100) : undefined;
    };
    if (isData(status) && typeof status['PowerOnState'] === 'number') {
      this.powerOnState = status['PowerOnState'];
    }
    const model = text(status, 'DeviceName');
    const version = text(firmware, 'Version');
    const serial = text(network, 'Mac');
    this.identity = {
      ...this.identity,
      manufacturer: 'Tasmota',
      ...(model === undefined ? {} : { model }),
      ...(version === undefined ? {} : { firmware: version }),
      ...(serial === undefined ? {} : { serial }),
    };
  }
}
