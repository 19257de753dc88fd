import { kebaP30 } from '@microgrid/catalog';
import { isRegisterPoint, pointSize } from '@microgrid/devices';
import { ModbusException, type Table } from '@microgrid/modbus';
import type { EpochMs } from '@microgrid/units';
import type { Shown, TwinInputs } from './site-twin.js';
import { ILLEGAL_VALUE, Twin } from './twin.js';

const SET_CURRENT = 5004;
const ENABLE = 5014;
const FAILSAFE_CURRENT = 5016;
const FAILSAFE_TIMEOUT = 5018;
const STATE = 1000;
const CABLE = 1004;

/** What the registers accept, mA. */
const LEAST_MILLIAMPERES = 6000;
const MOST_MILLIAMPERES = 63_000;

/** What lies at these addresses can be read, one value at a time. */
const VALUES = new Map(
  kebaP30.points.filter(isRegisterPoint).map((point) => [point.address, pointSize(point)]),
);

/**
 * A KEBA P30: one value per read, and a failsafe current in place of the set one when nothing was
 * written for the failsafe timeout. From the factory it has no failsafe and charges at its maximum.
 */
export class ChargerTwin extends Twin {
  private writtenMs: EpochMs = 0;
  private fallenBack = false;

  constructor(maxAmperes: number) {
    super(
      kebaP30,
      [SET_CURRENT, ENABLE, FAILSAFE_CURRENT, FAILSAFE_TIMEOUT].map((address) => ({
        table: 'holding' as const,
        address,
        count: 1,
      })),
    );
    this.image.set({ maximumSupportedCurrent: maxAmperes });
    this.image.write('holding', SET_CURRENT, [MOST_MILLIAMPERES]);
    this.image.write('holding', ENABLE, [1]);
  }

  show(shown: Shown): void {
    const { charging = 0, connected = 0 } = shown;
    this.image.set({
      power: shown['power'],
      importEnergy: shown['importEnergy'],
      sessionEnergy: shown['sessionEnergy'],
      chargeCurrentLimit: shown['chargeCurrentLimit'],
      voltageL1: shown['voltageL1'],
      voltageL2: shown['voltageL2'] ?? 0,
      voltageL3: shown['voltageL3'] ?? 0,
      currentL1: shown['currentL1'] ?? 0,
      currentL2: shown['currentL2'] ?? 0,
      currentL3: shown['currentL3'] ?? 0,
    });
    // Not ready without a car, ready with one; 3 = cable in the station only, 7 = locked in the car.
    this.image.write('holding', STATE, [0, charging === 1 ? 3 : connected === 1 ? 2 : 1]);
    this.image.write('holding', CABLE, [0, connected === 1 ? 7 : 3]);
  }

  inputs(): TwinInputs {
    if (this.fallenBack) return { chargeCurrent: this.register(FAILSAFE_CURRENT) / 1000 };
    const enabled = this.register(ENABLE) === 1;
    return { chargeCurrent: enabled ? this.register(SET_CURRENT) / 1000 : 0 };
  }

  override get deadlineMs(): EpochMs {
    const seconds = this.register(FAILSAFE_TIMEOUT);
    return seconds === 0 || this.fallenBack ? Infinity : this.writtenMs + seconds * 1000;
  }

  override lapse(nowMs: EpochMs): void {
    if (nowMs >= this.deadlineMs) this.fallenBack = true;
  }

  override read(table: Table, address: number, count: number): ArrayLike<number> {
    if (table !== 'holding' || VALUES.get(address) !== count) throw new ModbusException(2);
    return this.image.read(table, address, count);
  }

  protected override check(address: number, values: ArrayLike<number> | ArrayLike<boolean>): void {
    const value = Number(values[0]);
    const current = address === SET_CURRENT || address === FAILSAFE_CURRENT;
    const legal = value >= LEAST_MILLIAMPERES && value <= MOST_MILLIAMPERES;
    if (current && value !== 0 && !legal) throw new ModbusException(ILLEGAL_VALUE);
    if (address === ENABLE && value > 1) throw new ModbusException(ILLEGAL_VALUE);
  }

  protected written(_address: number, nowMs: EpochMs): void {
    this.writtenMs = nowMs;
    this.fallenBack = false;
    this.image.set({
      fallbackCurrent: this.register(FAILSAFE_CURRENT) / 1000,
      failsafeTimeout: this.register(FAILSAFE_TIMEOUT),
    });
  }
}
