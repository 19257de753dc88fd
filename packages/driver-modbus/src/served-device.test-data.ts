import type { Clock, Device, DriverContext, LogLevel, Profile } from '@microgrid/devices';
import { memoryStore, virtualClock, type VirtualClock } from '@microgrid/devices/testing';
import type { CommandV1, ReadingV1 } from '@microgrid/events';
import {
  ModbusException,
  openTcpBus,
  startTcpServer,
  type ModbusBus,
  type TcpServer,
} from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { modbusDriver } from './modbus-driver.js';
import { RegisterImage } from './register-image.js';

/** One request a served device saw, as `read input 0+76` or `write holding 5004=10000`. */
export type Seen = string;

/** A device behind a real Modbus TCP server whose registers and faults a test controls. */
export class ServedDevice {
  readonly image: RegisterImage;
  readonly clock: VirtualClock = virtualClock(Date.UTC(2026, 5, 21, 10));
  readonly store = memoryStore();
  readonly seen: Seen[] = [];
  readonly logs: string[] = [];
  /** Exceptions to answer, by `read 52`, `write 5004` or `*` for everything. */
  readonly faults = new Map<string, number>();
  /** Registers that swallow what is written to them. */
  readonly deaf = new Set<number>();
  private server: TcpServer | undefined;
  private bus: ModbusBus | undefined;
  private sequence = 0;
  private port = 0;

  constructor(readonly profile: Profile) {
    this.image = new RegisterImage(profile);
  }

  /** Starts the server; again on the same port after {@link ServedDevice.stop}. */
  async start(): Promise<void> {
    const { unit } = this.profile.transport;
    const handler = {
      read: (table: 'input' | 'holding' | 'coil' | 'discrete', address: number, count: number) => {
        this.seen.push(`read ${table} ${address}+${count}`);
        this.fail(`read ${address}`);
        const registers = this.image.read(table, address, count);
        return table === 'coil' ? Array.from(registers, Boolean) : registers;
      },
      write: (table: 'holding' | 'coil', address: number, values: Uint16Array | boolean[]) => {
        this.seen.push(`write ${table} ${address}=${Array.from(values, Number).join(',')}`);
        this.fail(`write ${address}`);
        if (!this.deaf.has(address)) this.image.write(table, address, values);
      },
    };
    const units = new Map([[unit, handler]]);
    this.server = await startTcpServer({ host: '127.0.0.1', port: this.port, units });
    this.port = this.server.port;
  }

  private fail(what: string): void {
    const code = this.faults.get(what) ?? this.faults.get('*');
    if (code !== undefined) throw new ModbusException(code);
  }

  /** Stops the server: every connection ends. */
  async stop(): Promise<void> {
    await this.server?.close();
  }

  /** What a driver is opened with. */
  context(gateway?: string): DriverContext<ModbusBus> {
    this.bus ??= openTcpBus({
      host: '127.0.0.1',
      port: this.port,
      requestTimeoutMs: 200,
      reconnectMinimumMs: 1,
      reconnectMaximumMs: 5,
      busyRetries: 0,
      acknowledgeTimeoutMs: 20,
      breaker: false,
    });
    const clock: Clock = this.clock;
    const { signal } = new AbortController();
    const log = (level: LogLevel, message: string): void => {
      this.logs.push(`${level} ${message}`);
    };
    const named = gateway === undefined ? {} : { gateway };
    return { device: 'dut', transport: this.bus, clock, log, store: this.store, signal, ...named };
  }

  /** Opens the device under test and forgets what that took on the wire. */
  async open(config: unknown = {}, gateway?: string): Promise<Device> {
    const device = await modbusDriver(this.profile).open(this.context(gateway), config);
    this.seen.length = 0;
    return device;
  }

  /** A command with the next sequence. */
  command(control: string, value: number | boolean, changes: Partial<CommandV1> = {}): CommandV1 {
    this.sequence += 1;
    return {
      kind: 'command',
      version: 1,
      id: `c${this.sequence}`,
      sequence: this.sequence,
      audience: 'dut',
      issuedAt: formatInstant(this.clock.nowMs()),
      validForMs: 600_000,
      device: 'dut',
      control,
      value,
      reason: 'test',
      ...changes,
    };
  }

  /** Writes seen since the last call, in order. */
  writes(): Seen[] {
    const writes = this.seen.filter((request) => request.startsWith('write'));
    this.seen.length = 0;
    return writes;
  }

  /** Ends the bus and the server. */
  async close(): Promise<void> {
    await this.bus?.close();
    await this.stop();
  }
}

/** Readings by point. */
export const byPoint = (readings: readonly ReadingV1[]): Record<string, ReadingV1> =>
  Object.fromEntries(readings.map((reading) => [reading.point, reading]));
