import {
  CommandGate,
  DeviceAlarms,
  defineDriver,
  missingReading,
  readingOf,
  secret,
  SetPointKeeper,
  type CommandOutcome,
  type ControlSafety,
  type Device,
  type DeviceCommand,
  type DriverContext,
  type DriverManifest,
  type ModbusTwin,
  type SafetyTable,
  type SetPointPort,
  type SetPointWrite,
  type TwinSurroundings,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import { ModbusException, type ModbusBus } from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { Subject } from 'rxjs';
import { z } from 'zod';

/** A charger whose registers are: 0 id, 1-2 power W, 3-4 energy Wh, 5 limit 0.1 A, 6 switch. */
export const UNIT = 7;
const ID = 0x4b49;
const NO_POWER = -0x8000_0000;
const NO_ENERGY = 0xffff_ffff;
const EXPIRY_MS = 60_000;

export const manifest: DriverManifest = {
  name: 'sample-charger',
  version: '1.0.0',
  contractVersion: 1,
  families: ['charger'],
  transports: ['modbus'],
  licence: 'Apache-2.0',
  capabilities: { points: ['power', 'importEnergy'], controls: ['chargeCurrent', 'switch'] },
};

export const safety = {
  chargeCurrent: {
    storage: 'volatile',
    safeValue: 6,
    fallback: { value: 6 },
    onLoss: 'charges at 6 A',
    risk: 'import',
    expiryMs: EXPIRY_MS,
    refreshMs: EXPIRY_MS / 2,
    responseMs: 1000,
    minimumDwellMs: 0,
    writesPerDay: 'unlimited',
    release: ['write 0 A, which means none'],
  },
  switch: {
    storage: 'stored',
    safeValue: false,
    fallback: { value: 'last' },
    onLoss: 'keeps the last position',
    risk: 'import',
    responseMs: 1000,
    minimumDwellMs: 300_000,
    writesPerDay: 24,
    release: ['open the switch'],
  },
} as const satisfies SafetyTable;

export const config = z.strictObject({
  unit: z.int().min(1).max(247).default(UNIT),
  pin: secret(z.string()).optional(),
});

/** Parts that a broken driver has instead of the sound ones. */
export interface Parts {
  readonly facts?: Partial<Record<'chargeCurrent' | 'switch', Partial<ControlSafety>>>;
  /** Raw power to watts; undefined = absent. */
  readonly power?: (raw: number) => number | undefined;
  /** Raw energy to watt-hours. */
  readonly energy?: (raw: number) => number | undefined;
}

const REGISTERS = { chargeCurrent: 5, switch: 6 } as const;
type Control = keyof typeof REGISTERS;

class Charger implements Device {
  private readonly points = new Subject<readonly ReadingV1[]>();
  readonly points$ = this.points.asObservable();
  private readonly gate: CommandGate;
  private readonly raised = new DeviceAlarms();
  private readonly keepers: ReadonlyMap<string, SetPointKeeper>;
  private closed = false;
  readonly description: DeviceDescriptionV1;

  constructor(
    private readonly context: DriverContext<ModbusBus>,
    private readonly unit: number,
    private readonly parts: Parts,
  ) {
    const { device, gateway, clock, log, store } = context;
    this.description = describe(device);
    const description = (): DeviceDescriptionV1 => this.description;
    this.gate = new CommandGate({ device, gateway, clock, store, description });
    const alarms = this.raised;
    this.keepers = new Map(
      (['chargeCurrent', 'switch'] as const).map((control) => [
        control,
        new SetPointKeeper({ device, port: this.port(control), clock, log, store, alarms }),
      ]),
    );
  }

  safety(): SafetyTable {
    return safety;
  }

  alarms() {
    return this.raised.list();
  }

  private async register(address: number): Promise<number | undefined> {
    try {
      const [value] = await this.context.transport.read(this.unit, {
        table: 'holding',
        address,
        count: 1,
      });
      return value;
    } catch {
      return undefined;
    }
  }

  private write(address: number, value: number): SetPointWrite {
    const { transport } = this.context;
    return {
      place: String(address),
      content: String(value),
      send: async () => {
        try {
          await transport.write(this.unit, { table: 'holding', address, values: [value] });
          return { kind: 'done' };
        } catch (error) {
          return { kind: 'failed', cause: String(error) };
        }
      },
      stands: async () => {
        const found = await this.register(address);
        return found === undefined ? undefined : found === value;
      },
    };
  }

  private port(control: Control): SetPointPort {
    const address = REGISTERS[control];
    const factor = control === 'switch' ? 1 : 10;
    const facts: ControlSafety = { ...safety[control], ...this.parts.facts?.[control] };
    return {
      control,
      bool: control === 'switch',
      facts,
      fallback: () => (control === 'switch' ? 'last' : 6),
      safeValue: () => Number(safety[control].safeValue),
      unrestricted: (value) => value === 32,
      plan: (value) => [this.write(address, Math.round(value * factor))],
      planRelease: () => [this.write(address, 0)],
      readBack: async (value) => {
        const raw = await this.register(address);
        if (raw === undefined) return undefined;
        return { confirmed: raw === Math.round(value * factor), value: raw / factor };
      },
    };
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    await this.gate.exclusively(async () => {
      for (const keeper of this.keepers.values()) await keeper.service();
    });
    const readings = await this.poll(signal);
    this.points.next(readings);
    return readings;
  }

  private async poll(signal: AbortSignal): Promise<readonly ReadingV1[]> {
    const { device, clock, transport } = this.context;
    const origin = (point: string) => ({ device, point, at: formatInstant(clock.nowMs()) });
    const missing = (cause: string): readonly ReadingV1[] =>
      ['power', 'importEnergy'].map((point) => missingReading(origin(point), cause));
    try {
      const request = { table: 'holding', address: 0, count: 5 } as const;
      const registers = await transport.read(this.unit, request, { signal });
      if (registers[0] !== ID) return missing('another device');
      const view = new DataView(new ArrayBuffer(8));
      for (let index = 0; index < 4; index += 1) {
        view.setUint16(index * 2, registers[index + 1] ?? 0);
      }
      const rawPower = view.getInt32(0);
      const rawEnergy = view.getUint32(4);
      const { power, energy } = this.parts;
      const told = (raw: number, none: number): number | undefined =>
        raw === none ? undefined : raw;
      const watts = power === undefined ? told(rawPower, NO_POWER) : power(rawPower);
      const wattHours = energy === undefined ? told(rawEnergy, NO_ENERGY) : energy(rawEnergy);
      return [
        watts === undefined
          ? missingReading(origin('power'), 'not measured')
          : readingOf(origin('power'), watts),
        wattHours === undefined
          ? missingReading(origin('importEnergy'), 'not counted')
          : readingOf(origin('importEnergy'), wattHours * 1000),
      ];
    } catch (error) {
      return missing(error instanceof Error ? error.message : String(error));
    }
  }

  async command(command: DeviceCommand): Promise<CommandOutcome> {
    this.assertOpen();
    return this.gate.run(command, async ({ control, value, validForMs }, { untilMs }) => {
      const keeper = this.keepers.get(control);
      if (keeper === undefined) return { status: 'rejected', reason: `no ${control}` };
      const wanted =
        control === 'switch' ? Number(value) : Math.min(32, Math.max(0, Number(value)));
      return keeper.apply({ value: wanted, untilMs, validForMs });
    });
  }

  async release(): Promise<void> {
    await this.gate.exclusively(async () => {
      for (const keeper of this.keepers.values()) await keeper.release();
    });
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.release();
    this.points.complete();
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw Object.assign(new Error('closed'), { name: 'DevicesError', code: 'closed' });
  }
}

function describe(device: string): DeviceDescriptionV1 {
  return {
    kind: 'deviceDescription',
    version: 1,
    device,
    role: 'charger',
    phases: 1,
    points: ['power', 'importEnergy'],
    controls: [
      {
        id: 'chargeCurrent',
        unit: 'A',
        minimum: 0,
        maximum: 32,
        step: 0.1,
        volatile: true,
        expiresAfterMs: EXPIRY_MS,
        onLoss: safety.chargeCurrent.onLoss,
      },
      { id: 'switch', unit: 'bool', volatile: false, onLoss: safety.switch.onLoss },
    ],
    limits: { maxCurrentAmperes: 32 },
  };
}

/** The charger as it would be simulated. */
export function twin(unit: number, { clock }: TwinSurroundings): ModbusTwin {
  const registers = new Uint16Array(16);
  registers[0] = ID;
  const view = new DataView(new ArrayBuffer(8));
  let writes = 0;
  let limitMs = -Infinity;
  const show = (): void => {
    for (let index = 0; index < 4; index += 1) registers[index + 1] = view.getUint16(index * 2);
  };
  return {
    kind: 'modbus',
    unit,
    get writes() {
      return writes;
    },
    handler: {
      read: (_table, address, count) => {
        if (address + count > registers.length) throw new ModbusException(2);
        return registers.subarray(address, address + count);
      },
      write: (_table, address, values) => {
        writes += 1;
        if (address !== 5 && address !== 6) throw new ModbusException(2);
        registers.set(Array.from(values, Number), address);
        if (address === 5) limitMs = clock.monotonicMs();
      },
    },
    set: (values) => {
      for (const [point, value] of Object.entries(values)) {
        if (point === 'power') view.setInt32(0, value ?? NO_POWER);
        else if (point === 'importEnergy') {
          view.setUint32(4, value === undefined ? NO_ENERGY : Math.round(value / 1000));
        } else throw new Error(`${point}: such a charger has none`);
      }
      show();
    },
    setPoints: () => {
      const lapsed = clock.monotonicMs() - limitMs >= EXPIRY_MS;
      const tenths = registers[5] ?? 0;
      return {
        chargeCurrent: lapsed || tenths === 0 ? undefined : tenths / 10,
        switch: registers[6] === 1,
      };
    },
  };
}

/** Opens the charger, with broken parts if wanted. */
export function openCharger(
  context: DriverContext<ModbusBus>,
  unit: number,
  parts: Parts = {},
): Device {
  return new Charger(context, unit, parts);
}

/** Reads the register that names the charger. */
export async function probeCharger({ transport }: DriverContext<ModbusBus>, unit: number) {
  const [id] = await transport.read(unit, { table: 'holding', address: 0, count: 1 });
  return id === ID ? { manufacturer: 'Kit', model: 'sample charger' } : undefined;
}

/** The sound driver. */
export const sampleCharger = defineDriver({
  manifest,
  config,
  safety,
  probe: (context: DriverContext<ModbusBus>, { unit }) => probeCharger(context, unit),
  open: (context, { unit }) => Promise.resolve(openCharger(context, unit)),
  twin: ({ unit }, surroundings) => twin(unit, surroundings),
});
