import type { Device, DeviceCommand, DriverContext, TwinUnitHandler } from '@microgrid/devices';
import {
  memoryLog,
  memoryStore,
  virtualClock,
  type MemoryLog,
  type MemoryStore,
  type VirtualClock,
} from '@microgrid/devices/testing';
import type { ReadingV1 } from '@microgrid/events';
import {
  ModbusException,
  openTcpBus,
  startTcpServer,
  type Fault,
  type FaultRequest,
  type ModbusBus,
  type TcpServer,
} from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { sunspecConfig } from './config.js';
import { driver } from './sunspec-driver.js';
import type { MapModel } from './sunspec-map.js';
import { simulateSunspec, type SunspecTwin } from './sunspec-twin.js';
import { twinModels } from './twin-values.js';

/** A simulated SunSpec device behind a real Modbus TCP server, whose faults a test controls. */
export class ServedSunspec {
  readonly clock: VirtualClock = virtualClock(Date.UTC(2026, 5, 21, 10));
  readonly store: MemoryStore = memoryStore();
  readonly memory: MemoryLog = memoryLog();
  /** Requests seen, as `read 40000+2` and `write 40100=1,2`. */
  readonly seen: string[] = [];
  /** Exception to answer by first register of a read. */
  readonly faults = new Map<number, number>();
  /** A read, as `40000+2`, that is answered with exception 4. */
  refuse: string | undefined;
  /** First register of a read whose next reply is lost. */
  lose: number | undefined;
  /** Changes what a read answers. */
  distort: ((address: number, registers: Uint16Array) => void) | undefined;
  twin: SunspecTwin;
  unit = 1;
  private server: TcpServer | undefined;
  private bus: ModbusBus | undefined;
  private sequence = 0;
  private port = 0;
  private foreign = false;

  constructor(models: readonly number[] | readonly MapModel[], config: unknown = {}) {
    this.twin = this.simulate(models, config);
  }

  /** Makes another device of the same clock. */
  simulate(models: readonly number[] | readonly MapModel[], config: unknown = {}): SunspecTwin {
    const laid = models.map((model) => (typeof model === 'number' ? undefined : model));
    return simulateSunspec({
      models: laid.every((model) => model !== undefined)
        ? laid
        : twinModels(models as readonly number[], 'serial-7'),
      config: sunspecConfig.parse(config),
      clock: this.clock,
    });
  }

  private faultOf({ functionCode, data }: FaultRequest): Fault | undefined {
    const address = (data[0] ?? 0) * 256 + (data[1] ?? 0);
    if (functionCode !== 3 || address !== this.lose) return undefined;
    this.lose = undefined;
    return { kind: 'drop' };
  }

  async start(): Promise<void> {
    const handler: TwinUnitHandler = {
      read: (table, address, count) => {
        this.seen.push(`read ${address}+${count}`);
        if (this.refuse === `${address}+${count}`) throw new ModbusException(4);
        const code = this.faults.get(address);
        if (code !== undefined) throw new ModbusException(code);
        const registers = Uint16Array.from(
          this.twin.handler.read(table, address, count) as ArrayLike<number>,
        );
        this.distort?.(address, registers);
        return registers;
      },
      write: (table, address, values) => {
        this.seen.push(`write ${address}=${Array.from(values, Number).join(',')}`);
        this.twin.handler.write(table, address, values);
      },
    };
    this.server = await startTcpServer({
      port: this.port,
      units: new Map([[this.unit, handler]]),
      faults: (request) => this.faultOf(request),
    });
    this.port = this.server.port;
  }

  /** Another server is already there, on this port of this machine. */
  listenAt(port: number): void {
    this.port = port;
    this.foreign = true;
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  context(gateway?: string): DriverContext<ModbusBus> {
    this.bus ??= openTcpBus({
      host: '127.0.0.1',
      port: this.port,
      requestTimeoutMs: 300,
      reconnectMinimumMs: 1,
      reconnectMaximumMs: 5,
    });
    const { clock, store, memory, bus: transport } = this;
    const { signal } = new AbortController();
    const named = gateway === undefined ? {} : { gateway };
    return { device: 'dut', transport, clock, log: memory.log, store, signal, ...named };
  }

  /** Starts, opens the device under test and forgets what that took on the wire. */
  async open(config: unknown = {}): Promise<Device> {
    if (this.server === undefined && !this.foreign) await this.start();
    const device = await driver.open(this.context(), config);
    this.seen.length = 0;
    return device;
  }

  command(control: string, value: number, changes: Partial<DeviceCommand> = {}): DeviceCommand {
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

  /** Names of points written since the last call, as `123.WMaxLimPct=5000`, in order. */
  writes(): string[] {
    const writes = this.seen.flatMap((request) => {
      const [, address, values] = /^write (\d+)=(.*)$/.exec(request) ?? [];
      return address === undefined ? [] : [`${this.nameAt(Number(address))}=${values}`];
    });
    this.seen.length = 0;
    return writes;
  }

  private nameAt(address: number): string {
    for (const { found, layout } of this.twin.images) {
      const place = layout.points.find(({ offset }) => found.address + offset === address);
      if (place !== undefined) return `${found.id}.${place.path}`;
    }
    return String(address);
  }

  /** Changes a raw point of the simulated device. */
  poke(id: number, path: string, raw: number): void {
    const image = this.twin.images.find(({ found }) => found.id === id);
    const place = image?.place(path);
    if (image === undefined || place === undefined) throw new Error(`${id}.${path}`);
    if (place.definition.size === 2) image.registers.set([raw >>> 16, raw & 0xffff], place.offset);
    else image.registers[place.offset] = raw;
  }

  async close(): Promise<void> {
    await this.bus?.close();
    await this.stop();
  }
}

/** Readings by point. */
export const byPoint = (readings: readonly ReadingV1[]): Record<string, ReadingV1> =>
  Object.fromEntries(readings.map((reading) => [reading.point, reading]));

/** Values by point; undefined for a reading without one. */
export const valuesOf = (readings: readonly ReadingV1[]): Record<string, number | undefined> =>
  Object.fromEntries(readings.map(({ point, value }) => [point, value]));
