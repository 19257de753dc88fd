import { ModbusException } from '@microgrid/modbus';
import { EMI_REGISTERS, emiRegister, type EmiRegister } from '../emi-register.js';
import { encodeClock } from '../emi-clock.js';
import { EredesHanError } from '../eredes-han-error.js';
import type { EmiMeter } from './emi-meter.js';
import { u32 } from './emi-meter.js';

const ACCESS_DENIED = 0x81;
const NO_MEASUREMENT = 0x82;
const NO_ENTRY = 0x83;
const TOO_MUCH = 0x84;
const ILLEGAL_FUNCTION = 0x01;
const MOST_BYTES = 250;

const ascii = (text: string, length: number): number[] =>
  Array.from({ length }, (_, at) => text.charCodeAt(at) || 0);

/** The HAN port of a simulated meter: answers its functions, denies what is not allowed. */
export class EmiPort {
  /** Modbus address, as register 0x0007 shows it; only a master may change it. */
  unit: number;
  /** Requests that changed, or tried to change, something. */
  writes = 0;
  /** Raw values of registers that the meter does not compute, by address. */
  readonly shown = new Map<number, number>();
  readonly denied: Set<number>;
  /** Registers it does not have, besides those of other editions and phases. */
  readonly absent = new Set<number>();

  constructor(
    readonly meter: EmiMeter,
    unit: number,
  ) {
    this.unit = unit;
    const names = meter.options.denied ?? [];
    this.denied = new Set(names.flatMap((name) => emiRegister(name)?.address ?? []));
  }

  /**
   * Shows a raw value in a register.
   * @throws EredesHanError `bad-option` for a value that the register cannot hold
   */
  show(name: string, raw: number): void {
    const register = emiRegister(name);
    if (register === undefined) return;
    const most = 2 ** (8 * (register.bytes ?? 0)) - 1;
    if (raw < 0 || raw > most) {
      throw new EredesHanError(
        'bad-option',
        `register ${name}: got ${raw}, expected a whole number in 0..${most}`,
      );
    }
    this.shown.set(register.address, raw);
  }

  /** Answers a function of the port: the reply after its function code. */
  custom(functionCode: number, data: Uint8Array): Uint8Array | undefined {
    switch (functionCode) {
      case 0x04:
        return this.readRegisters(data);
      case 0x06:
        return this.writeRegister(data);
      case 0x44:
        return this.lastEntries(data);
      case 0x45:
        return this.entriesFrom(data);
      default:
        throw new ModbusException(ILLEGAL_FUNCTION);
    }
  }

  private readRegisters(data: Uint8Array): Uint8Array {
    const address = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    const count = ((data[2] ?? 0) << 8) | (data[3] ?? 0);
    if (data.length !== 4 || count < 1) throw new ModbusException(0x03);
    const bytes: number[] = [];
    for (let at = address; at < address + count; at += 1) bytes.push(...this.register(at));
    return framed(bytes, true);
  }

  private register(address: number): readonly number[] {
    const register = EMI_REGISTERS.get(address);
    const { edition = 2, phases = 3 } = this.meter.options;
    if (
      register === undefined ||
      register.edition > edition ||
      (register.threePhase && phases === 1) ||
      this.absent.has(address)
    ) {
      throw new ModbusException(NO_MEASUREMENT);
    }
    if (this.denied.has(address)) throw new ModbusException(ACCESS_DENIED);
    return this.bytesOf(register);
  }

  private bytesOf(register: EmiRegister): readonly number[] {
    const { meter } = this;
    const {
      edition = 2,
      serial = '0000000001',
      periodSeconds = 900,
      capacity = 8928,
    } = meter.options;
    switch (register.name) {
      case 'clock':
        return [...encodeClock(meter.clockOf(meter.meterMs))];
      case 'serialNumber':
        return ascii(serial, 10);
      case 'modelCodesAndYear':
        return [0x00, 0xa8, 0x10, 0x02, 0x07, 0xe5];
      case 'coreFirmware':
        return ascii('C1.00', 5);
      case 'applicationFirmware':
        return ascii('A2.10', 5);
      case 'communicationFirmware':
        return ascii('M3.01', 5);
      case 'modbusAddress':
        return [this.unit];
      case 'accessProfile':
        return this.accessProfile();
      case 'statusControl':
        return [meter.captured & 0xff, ((meter.resets & 3) << 0) | (edition === 2 ? 0x10 : 0)];
      case 'activityCalendar':
        return ascii('BTN2', 6);
      case 'demandManagementPeriods':
        return [0];
      case 'loadProfileMeasurements':
        return Array.from({ length: 14 }, (_, at) => meter.columns[at] ?? 0xff);
      case 'loadProfilePeriod':
        return u32(periodSeconds);
      case 'loadProfileEntriesInUse':
        return u32(meter.entries.length);
      case 'loadProfileCapacity':
        return u32(capacity);
      default:
        return this.counted(register);
    }
  }

  private counted(register: EmiRegister): readonly number[] {
    const whole = this.meter.whole();
    const counters: Readonly<Record<string, number | undefined>> = {
      importEnergy: whole.import,
      exportEnergy: whole.export,
      reactiveEnergyQ1: whole.reactive[0],
      reactiveEnergyQ2: whole.reactive[1],
      reactiveEnergyQ3: whole.reactive[2],
      reactiveEnergyQ4: whole.reactive[3],
    };
    const raw = this.shown.get(register.address) ?? counters[register.name] ?? 0;
    if (register.type === 'clock') return Array.from({ length: 12 }, () => 0);
    return u32(raw).slice(4 - (register.bytes ?? 4));
  }

  private accessProfile(): number[] {
    const bytes = Array.from({ length: 32 }, () => 0);
    for (const address of EMI_REGISTERS.keys()) {
      if (this.denied.has(address)) continue;
      const at = address >> 3;
      bytes[at] = (bytes[at] ?? 0) | (0x80 >> (address & 7));
    }
    return bytes;
  }

  private writeRegister(data: Uint8Array): Uint8Array {
    this.writes += 1;
    const address = ((data[0] ?? 0) << 8) | (data[1] ?? 0);
    const value = ((data[2] ?? 0) << 8) | (data[3] ?? 0);
    if (address !== 0x0007) throw new ModbusException(ACCESS_DENIED);
    if (value < 1 || value > 247) throw new ModbusException(0x03);
    this.unit = value;
    return data.slice();
  }

  private lastEntries(data: Uint8Array): Uint8Array {
    const [index = 0, count = 0] = data;
    const { entries } = this.meter;
    checkQuantity(index, count);
    if (entries.length === 0) throw new ModbusException(NO_ENTRY);
    return this.entryReply(entries.slice(-count), index);
  }

  private entriesFrom(data: Uint8Array): Uint8Array {
    const { numbering = { base: 1, newestFirst: false }, positional = true } = this.meter.options;
    if (!positional) throw new ModbusException(ILLEGAL_FUNCTION);
    const [index = 0, a = 0, b = 0, c = 0, d = 0, count = 0] = data;
    checkQuantity(index, count);
    const start = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    const { entries } = this.meter;
    const ordered = numbering.newestFirst ? [...entries].reverse() : entries;
    const first = start - numbering.base;
    if (first < 0 || first >= ordered.length) throw new ModbusException(NO_ENTRY);
    if (first + count > ordered.length) throw new ModbusException(TOO_MUCH);
    return this.entryReply(ordered.slice(first, first + count), index);
  }

  /** @param index 0 = all columns, otherwise the first so many of them */
  private entryReply(entries: readonly Uint8Array[], index: number): Uint8Array {
    const sizes = this.meter.columns
      .filter((id) => id !== 0xff)
      .map((id) => (id === 1 ? 12 : id === 2 ? 1 : 4));
    const bytes = sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    const cut = entries.flatMap((entry) => [...(index === 0 ? entry : entry.subarray(0, bytes))]);
    return framed(cut, this.meter.options.padEntries === true);
  }
}

function checkQuantity(index: number, count: number): void {
  if (index > 14 || count < 1 || count > 6) throw new ModbusException(TOO_MUCH);
}

/** Byte count and bytes; padded with one zero where they are odd. */
function framed(bytes: readonly number[], pad: boolean): Uint8Array {
  const all = pad && bytes.length % 2 === 1 ? [...bytes, 0] : bytes;
  if (all.length > MOST_BYTES) throw new ModbusException(TOO_MUCH);
  return Uint8Array.from([all.length, ...all]);
}
