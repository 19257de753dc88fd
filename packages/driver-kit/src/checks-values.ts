import type { Device, ModbusTwin, ProfileVector, TwinUnitHandler } from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import fc from 'fast-check';
import { commandTo } from './commands.js';
import { broken, messageOf } from './found.js';
import { KitWorld, type KitCase } from './kit-case.js';
import { MemoryBus } from './memory-bus.js';
import { isCounter, rangeOf, shows } from './point-samples.js';
import { quietLine, readDue, type QuietLine } from './quiet-line.js';
import type { KitRule } from './kit-rule.js';

/** The readings of a poll by point. */
export function byPoint(readings: readonly ReadingV1[]): ReadonlyMap<string, ReadingV1> {
  return new Map(readings.map((reading) => [reading.point, reading]));
}

/** Ends a check unless every point the twin shows is read as it is. */
export function expectShown(rule: KitRule, world: KitWorld, readings: readonly ReadingV1[]): void {
  const found = byPoint(readings);
  let compared = 0;
  for (const [point, wanted] of world.shown) {
    const reading = found.get(point);
    if (reading === undefined) continue;
    compared += 1;
    const { value } = reading;
    if (value === undefined || !shows(value, wanted, world.kit.stepOf(point))) {
      broken(
        rule,
        point,
        value ?? `nothing (${reading.cause ?? ''})`,
        `${wanted}, as the twin shows`,
      );
    }
  }
  if (compared === 0 && world.shown.size > 0) {
    broken(rule, 'twin', 'no point that can be shown', 'at least one point of the manifest');
  }
}

/** How often each point is tried; more at a larger scale. */
function runs(): number {
  const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
  return Math.max(6, Math.round(6 * scale));
}

/** Values to show of one point, in the device's steps. */
function valuesFor(kit: KitCase, point: string): readonly number[] {
  const [minimum, maximum] = kit.options.ranges?.[point] ?? rangeOf(point);
  const step = kit.stepOf(point);
  const steps = Math.floor((maximum - minimum) / step);
  const values = fc.sample(
    fc.integer({ min: 0, max: steps }).map((count) => minimum + count * step),
    { numRuns: runs(), seed: kit.options.seed ?? 1 },
  );
  // A counter only grows; what happens when it does not is another rule.
  return isCounter(point) ? values.sort((a, b) => a - b) : values;
}

/** One device on which values are shown and read, and how often it refused one. */
class RoundTrip {
  readonly shown = new Map<string, number>();
  readonly refused = new Map<string, number>();

  constructor(
    private readonly kit: KitCase,
    private readonly world: KitWorld,
    private readonly device: Device,
  ) {}

  async read(): Promise<ReadonlyMap<string, ReadingV1>> {
    return byPoint(await readDue(this.world, this.device));
  }

  /** Shows a value alone, and ends the check unless it comes back, and that one exactly. */
  async single(point: string, value: number): Promise<void> {
    if (!this.world.canShow(point, value)) return;
    const first = (await this.read()).get(point);
    const step = this.kit.stepOf(point);
    if (first !== undefined && first.value === undefined && this.mayRefuse(point)) return;
    if (first?.value === undefined || !shows(first.value, value, step)) {
      const found = first?.value ?? first?.cause;
      broken('round-trip', point, found, `${value}, give or take ${step}`);
    }
    if (!this.world.canShow(point, first.value)) return;
    const second = (await this.read()).get(point)?.value;
    if (second === undefined || !shows(second, first.value, Math.abs(first.value) * 1e-6)) {
      broken('round-trip', point, second, `${first.value} again, as it was read before`);
    }
  }

  /** What is beyond its nameplate a driver may refuse, but not most of what is plausible. */
  private mayRefuse(point: string): boolean {
    const times = (this.refused.get(point) ?? 0) + 1;
    this.refused.set(point, times);
    return times <= (runs() * 2) / 3;
  }

  /** Shows a value of every point at once; what does not come back is tried alone. */
  async together(values: ReadonlyMap<string, number>): Promise<void> {
    const tried = [...values].filter(([point, value]) => this.world.canShow(point, value));
    for (const [point] of tried) this.shown.set(point, (this.shown.get(point) ?? 0) + 1);
    const first = await this.read();
    const doubtful = tried.filter(([point, value]) => {
      const found = first.get(point)?.value;
      return found === undefined || !shows(found, value, this.kit.stepOf(point));
    });
    for (const [point] of tried) {
      const found = first.get(point)?.value;
      if (found !== undefined && !this.world.canShow(point, found)) doubtful.push([point, found]);
    }
    const second = await this.read();
    for (const [point, value] of tried) {
      const before = first.get(point)?.value;
      const found = second.get(point)?.value;
      const same =
        before === undefined ||
        (found !== undefined && shows(found, before, Math.abs(before) * 1e-6));
      if (!same) doubtful.push([point, value]);
    }
    for (const [point, value] of doubtful) await this.single(point, value);
  }
}

/** Any value comes back within the device's step, and that one comes back exactly. */
export async function checkRoundTrip(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const { world } = line;
  const device = await line.open();
  const points = [...world.shown.keys()].filter((point) =>
    device.description.points.includes(point),
  );
  const values = new Map(points.map((point) => [point, valuesFor(kit, point)]));
  const trip = new RoundTrip(kit, world, device);
  for (let run = 0; run < runs(); run += 1) {
    const now = points.map((point) => [point, values.get(point)?.[run] ?? 0] as const);
    await trip.together(new Map(now));
  }
  if (trip.shown.size === 0 && points.length > 0) {
    broken('round-trip', 'twin', 'no value that it can show', 'at least one');
  }
  await device.close();
}

/** What the twin does not have is bad and has no value. */
export async function checkAbsent(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const { world } = line;
  const device = await line.open();
  for (const point of world.shown.keys()) {
    if (!device.description.points.includes(point) || !world.canShow(point, undefined)) continue;
    const reading = byPoint(await readDue(world, device)).get(point);
    if (reading?.value !== undefined || reading?.quality === 'good') {
      broken('absent', point, reading.value ?? reading.quality, 'a bad reading without a value');
    }
    world.canShow(point, world.shown.get(point));
  }
  await device.close();
}

const bytesOf = (hex: string): number[] =>
  (hex.replaceAll(' ', '').match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16));

/** Bytes as a vector writes them: two a register, one a bit. */
function registersOf(table: string, hex: string): number[] {
  const bytes = bytesOf(hex);
  if (table === 'coil' || table === 'discrete') return bytes;
  return Array.from(
    { length: bytes.length / 2 },
    (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0),
  );
}

/** The twin with a vector's registers laid over its own. */
function overlaid(twin: ModbusTwin, vector: ProfileVector): TwinUnitHandler {
  const laid = new Map<string, number>();
  for (const { table, address, bytes } of vector.registers) {
    registersOf(table, bytes).forEach((register, index) => {
      laid.set(`${table}/${address + index}`, register);
    });
  }
  const known = (table: string, address: number): number | undefined =>
    laid.get(`${table}/${address}`);
  const { handler } = twin;
  return {
    read: (table, address, count) => {
      const asked = Array.from({ length: count }, (_, index) => known(table, address + index));
      if (asked.every((register) => register !== undefined)) return asked;
      const own = Array.from(handler.read(table, address, count), Number);
      return asked.map((register, index) => register ?? own[index] ?? 0);
    },
    write: (table, address, values) => {
      Array.from(values, Number).forEach((value, index) => {
        if (known(table, address + index) !== undefined)
          laid.set(`${table}/${address + index}`, value);
      });
      handler.write(table, address, values);
    },
    ...(handler.custom === undefined ? {} : { custom: handler.custom.bind(handler) }),
  };
}

async function checkVector(kit: KitCase, vector: ProfileVector): Promise<void> {
  const world = new KitWorld(kit);
  const { twin } = world;
  if (twin.kind !== 'modbus') return;
  const bus = new MemoryBus(twin.unit, overlaid(twin, vector));
  const device = await kit.driver.open(world.context(bus), kit.config);
  const found = byPoint(await readDue(world, device));
  const { points, controls } = device.description;
  for (const [point, wanted] of Object.entries(vector.values)) {
    if (!points.includes(point)) continue;
    const value = found.get(point)?.value;
    const same =
      wanted === null || value === undefined
        ? wanted === null && value === undefined
        : Math.abs(value - wanted) <= Math.abs(wanted) * 1e-6 + 1e-9;
    if (!same) broken('vectors', `${vector.note}: ${point}`, value ?? 'absent', String(wanted));
  }
  for (const command of vector.commands ?? []) {
    if (controls.some(({ id }) => id === command.control)) await checkWrites(kit, vector, command);
  }
}

type VectorCommand = NonNullable<ProfileVector['commands']>[number];

/** Real devices take their time between two writes: polls in which all of them are sent. */
const WRITING_POLLS = 12;

/**
 * What a command writes: nothing but what is stated, in that order; what is left out must stand in
 * the device already, since a register that wears out is not written for nothing.
 */
async function checkWrites(
  kit: KitCase,
  vector: ProfileVector,
  { control, value, writes }: VectorCommand,
): Promise<void> {
  const world = new KitWorld(kit);
  const { twin } = world;
  if (twin.kind !== 'modbus') return;
  const handler = overlaid(twin, vector);
  const bus = new MemoryBus(twin.unit, handler);
  const device = await kit.driver.open(world.context(bus), kit.config);
  await readDue(world, device);
  await device.command(commandTo(world, control, value));
  for (let poll = 0; poll < WRITING_POLLS; poll += 1) {
    world.clock.advance(250);
    await device.read();
  }
  const stated = writes.map(({ table, address, bytes }) => ({
    table,
    address,
    values: registersOf(table, bytes),
  }));
  const where = `${vector.note}: ${control} = ${String(value)}`;
  let at = 0;
  for (const sent of bus.writes) {
    const text = JSON.stringify(sent);
    while (at < stated.length && JSON.stringify(stated[at]) !== text) at += 1;
    if (at === stated.length) {
      broken('vectors', where, JSON.stringify(bus.writes), JSON.stringify(stated));
    }
    at += 1;
  }
  const last = new Map(stated.map((write) => [`${write.table}/${write.address}`, write]));
  for (const { table, address, values } of last.values()) {
    const stands = Array.from(handler.read(table, address, values.length), Number);
    if (JSON.stringify(stands) !== JSON.stringify(values)) {
      const found = `${table} ${address} = ${stands.join(' ')} after ${JSON.stringify(bus.writes)}`;
      broken('vectors', where, found, JSON.stringify(stated));
    }
  }
  await device.close();
}

/** Recorded registers are read as stated, and commands written as stated. */
export async function checkVectors(kit: KitCase): Promise<void> {
  for (const vector of kit.options.vectors ?? kit.options.profile?.vectors ?? []) {
    await checkVector(kit, vector).catch((error: unknown) => {
      broken('vectors', vector.note, messageOf(error), 'what it states');
    });
  }
}

/** A counter that fell is reported as it is, not held, smoothed or made negative. */
export async function checkCounters(kit: KitCase, counters: readonly string[]): Promise<void> {
  for (const point of counters) await checkCounter(kit, quietLine(kit), point);
}

async function checkCounter(kit: KitCase, line: QuietLine, point: string): Promise<void> {
  const { world } = line;
  const device = await line.open();
  const [, most] = kit.options.ranges?.[point] ?? rangeOf(point);
  // A life, a reset, a new life, the last value before a rollover, the first after, another meter.
  const story = [0.05 * most, 0, 0.001 * most, most, 0.0001 * most, 0.6 * most, 0.4 * most];
  let told = 0;
  for (const value of story) {
    if (!world.canShow(point, value)) continue;
    await readDue(world, device);
    const reading = byPoint(await readDue(world, device)).get(point);
    if (reading === undefined) break;
    told += 1;
    if (reading.value === undefined || !shows(reading.value, value, kit.stepOf(point))) {
      broken('counters', point, reading.value ?? reading.cause, `${value}, as the device shows it`);
    }
  }
  if (told === 1) broken('counters', point, 'one value only', 'a twin that can show several');
  await device.close();
}
