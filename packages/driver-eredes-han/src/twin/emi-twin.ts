import type { Clock, ModbusTwin, TwinUnitHandler } from '@microgrid/devices';
import { ModbusException } from '@microgrid/modbus';
import type { EredesHanConfig } from '../config.js';
import { emiRegister } from '../emi-register.js';
import { EmiMeter } from './emi-meter.js';
import type { EmiMeterOptions } from './emi-options.js';
import { EmiPort } from './emi-port.js';

/** A simulated meter: the twin of the driver, with its faults at hand. */
export interface EmiTwin extends ModbusTwin {
  readonly meter: EmiMeter;
  readonly port: EmiPort;
}

/** Points whose raw value stands in one register, and what a unit of the point is there. */
const DIRECT: Readonly<Record<string, readonly [register: string, rawPerUnit: number]>> = {
  ...Object.fromEntries(
    ['L1', 'L2', 'L3'].flatMap((phase) => [
      [`voltage${phase}`, [`voltage${phase}`, 10]],
      [`current${phase}`, [`current${phase}`, 10]],
      [`importEnergy${phase}`, [`importEnergy${phase}`, 0.001]],
      [`exportEnergy${phase}`, [`exportEnergy${phase}`, 0.001]],
    ]),
  ),
  ...Object.fromEntries(
    [1, 2, 3, 4, 5, 6].flatMap((rate) => [
      [`importEnergyT${rate}`, [`importEnergyRate${rate}`, 0.001]],
      [`exportEnergyT${rate}`, [`exportEnergyRate${rate}`, 0.001]],
    ]),
  ),
  ...Object.fromEntries(
    [1, 2, 3, 4].map((at) => [`reactiveEnergyQ${at}`, [`reactiveEnergyQ${at}`, 0.001]]),
  ),
  powerFactor: ['powerFactor', 1000],
  frequency: ['frequency', 10],
  activeTariff: ['activeTariff', 1],
  contractedPower: ['contractedPower', 1],
  switchState: ['breakerState', 1],
  apparentPower: ['importApparentPower', 1],
};
/** Points that two registers show, one for each direction. */
const NET: Readonly<Record<string, string>> = {
  power: '',
  powerL1: 'L1',
  powerL2: 'L2',
  powerL3: 'L3',
};

const INITIAL = { voltageL1: 230, voltageL2: 230, voltageL3: 230, frequency: 50, switchState: 1 };

class Twin implements EmiTwin {
  readonly kind = 'modbus';
  readonly unit: number;
  readonly meter: EmiMeter;
  readonly port: EmiPort;
  readonly handler: TwinUnitHandler;

  constructor(config: EredesHanConfig, clock: Clock, options: Partial<EmiMeterOptions>) {
    this.unit = config.unit;
    this.meter = new EmiMeter({
      startMs: clock.nowMs(),
      timeZone: config.timeZone,
      phases: config.phases ?? 3,
      ...options,
    });
    this.port = new EmiPort(this.meter, config.unit);
    const refuse = (): never => {
      throw new ModbusException(0x01);
    };
    this.handler = {
      read: refuse,
      write: () => {
        this.port.writes += 1;
        refuse();
      },
      custom: (functionCode, data) => {
        this.meter.advanceTo(clock.nowMs());
        return this.port.custom(functionCode, data);
      },
    };
    this.set(INITIAL);
  }

  get writes(): number {
    return this.port.writes;
  }

  set(values: Readonly<Record<string, number | undefined>>): void {
    for (const [point, value] of Object.entries(values)) {
      const registers = registersOf(point);
      for (const register of registers) {
        const address = emiRegister(register)?.address ?? -1;
        if (value === undefined) this.port.absent.add(address);
        else this.port.absent.delete(address);
      }
      if (value !== undefined) this.show(point, value);
    }
  }

  private show(point: string, value: number): void {
    const suffix = NET[point];
    const [register, rawPerUnit] = DIRECT[point] ?? [];
    if (point === 'importEnergy' || point === 'exportEnergy') {
      this.meter.pin(point === 'importEnergy' ? 'import' : 'export', Math.round(value / 1000));
    } else if (suffix !== undefined) {
      const taken = Math.max(0, Math.round(value));
      const given = Math.max(0, Math.round(-value));
      this.port.show(`importPower${suffix}`, taken);
      this.port.show(`exportPower${suffix}`, given);
      if (suffix === '') this.meter.power = { importWatts: taken, exportWatts: given };
    } else if (register !== undefined && rawPerUnit !== undefined) {
      this.port.show(register, Math.round(value * rawPerUnit));
    }
  }

  setPoints(): Readonly<Record<string, number | boolean | undefined>> {
    return {};
  }
}

function registersOf(point: string): readonly string[] {
  const suffix = NET[point];
  if (suffix !== undefined) return [`importPower${suffix}`, `exportPower${suffix}`];
  if (point === 'importEnergy' || point === 'exportEnergy') return [point];
  const register = DIRECT[point]?.[0];
  return register === undefined ? [] : [register];
}

/**
 * Makes a simulated meter that follows a clock: it integrates the power it is set to, captures its
 * load profile, and answers as the HAN port does.
 */
export function emiTwin(
  config: EredesHanConfig,
  surroundings: { readonly clock: Clock },
  options: Partial<EmiMeterOptions> = {},
): EmiTwin {
  return new Twin(config, surroundings.clock, options);
}
