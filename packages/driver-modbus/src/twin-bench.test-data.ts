import type { Device, DriverContext, Profile } from '@microgrid/devices';
import { memoryStore, virtualClock, type VirtualClock } from '@microgrid/devices/testing';
import type { CommandV1 } from '@microgrid/events';
import {
  ModbusError,
  ModbusException,
  type ModbusBus,
  type ReadRequest,
  type WriteRequest,
} from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { NEVER } from 'rxjs';
import { modbusDriver } from './modbus-driver.js';
import { modbusTwin, type ProfileTwin } from './modbus-twin.js';

/** What may happen to a request: an exception code, no answer, or an answer without effect. */
export type TwinFault = number | 'silent' | 'deaf';

/** One write as the twin saw it. */
export interface SeenWrite {
  readonly table: 'holding' | 'coil';
  readonly address: number;
  readonly values: readonly number[];
  /** Monotonic instant of the bench, over restarts. */
  readonly atMs: number;
}

/**
 * A twin behind a bus without a wire, in virtual time: every request is recorded and may be made to
 * fail, and the gateway may be restarted while twin and disk live on.
 */
export class TwinBench {
  clock: VirtualClock = virtualClock(Date.UTC(2026, 5, 21, 10));
  readonly twin: ProfileTwin;
  readonly store = memoryStore();
  readonly writes: SeenWrite[] = [];
  readonly reads: string[] = [];
  /** Faults by `read 100`, `write 100`, `read`, `write` or `*`. */
  readonly faults = new Map<string, TwinFault>();
  /** Called after each write that took effect. */
  afterWrite: (() => void) | undefined;
  device: Device | undefined;
  private sequence = 0;
  private passedMs = 0;

  constructor(readonly profile: Profile) {
    const clock = {
      nowMs: () => this.clock.nowMs(),
      monotonicMs: () => this.trueMs,
    };
    this.twin = modbusTwin(profile, {}, { clock });
  }

  /** Time that has passed since the bench was made, whatever clocks were set to. */
  get trueMs(): number {
    return this.passedMs;
  }

  private fault(what: 'read' | 'write', address: number): TwinFault | undefined {
    const { faults } = this;
    return faults.get(`${what} ${address}`) ?? faults.get(what) ?? faults.get('*');
  }

  private judge(fault: TwinFault | undefined): void {
    if (fault === 'silent') throw new ModbusError('timeout', 'no answer');
    if (typeof fault === 'number') {
      throw new ModbusError('exception', `exception ${fault}`, { exceptionCode: fault });
    }
  }

  readonly bus = {
    read: (_unit: number, { table, address, count }: ReadRequest) => {
      this.reads.push(`${table} ${address}+${count}`);
      return this.answer(() => {
        this.judge(this.fault('read', address));
        // A reply is a copy: the device counts on.
        return Array.from<number | boolean>(this.twin.handler.read(table, address, count));
      });
    },
    write: (_unit: number, { table, address, values }: WriteRequest) => {
      const numbers = Array.from<number | boolean, number>(values, Number);
      this.writes.push({ table, address, values: numbers, atMs: this.trueMs });
      return this.answer(() => {
        const fault = this.fault('write', address);
        this.judge(fault);
        if (fault === 'deaf') return;
        const given = table === 'coil' ? numbers.map(Boolean) : Uint16Array.from(numbers);
        this.twin.handler.write(table, address, given);
        this.afterWrite?.();
      });
    },
    identityChanged: () => undefined,
    state$: NEVER,
  } as unknown as ModbusBus;

  private async answer<T>(work: () => T): Promise<T> {
    await Promise.resolve();
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ModbusException)) throw error;
      throw new ModbusError('exception', 'refused', { exceptionCode: error.code });
    }
  }

  private context(): DriverContext<ModbusBus> {
    const { clock, store, bus: transport } = this;
    const log = () => undefined;
    const { signal } = new AbortController();
    return { device: 'dut', transport, clock, log, store, signal };
  }

  /** Starts the gateway: the first time, and again after a crash of so long. */
  async start(config: unknown = {}, awayMs = 0): Promise<Device> {
    this.passedMs += awayMs;
    this.clock = virtualClock(this.clock.nowMs() + awayMs);
    this.device = await modbusDriver(this.profile).open(this.context(), config);
    return this.device;
  }

  /** Lets time pass. */
  advance(ms: number): void {
    this.clock.advance(ms);
    this.passedMs += ms;
  }

  /** Polls every `stepMs` for so long; gives the writes of that time. */
  async live(ms: number, stepMs = 5000): Promise<string[]> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.advance(stepMs);
      await this.device?.read();
    }
    return this.written();
  }

  /** Writes since the last call, as `5004=6000`. */
  written(): string[] {
    return this.writes.splice(0).map(({ address, values }) => `${address}=${values.join(',')}`);
  }

  /** Codes of the alarms raised now. */
  alarms(): string[] {
    return (this.device?.alarms?.() ?? []).map(({ code }) => code);
  }

  /** Commands the device; valid for ten minutes unless said otherwise. */
  command(control: string, value: number | boolean, changes: Partial<CommandV1> = {}) {
    this.sequence += 1;
    const command: CommandV1 = {
      kind: 'command',
      version: 1,
      id: `c${this.sequence}`,
      sequence: this.sequence,
      audience: 'dut',
      issuedAt: formatInstant(Math.floor(this.clock.nowMs())),
      validForMs: 600_000,
      device: 'dut',
      control,
      value,
      reason: 'test',
      ...changes,
    };
    if (this.device === undefined) throw new Error('not started');
    return this.device.command(command);
  }
}
