import type { Device } from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import type { Fault, FaultRequest } from '@microgrid/modbus';
import { byPoint, expectShown } from './checks-values.js';
import { broken, messageOf } from './found.js';
import type { KitCase } from './kit-case.js';
import type { ModbusWire } from './kit-options.js';
import type { KitRule } from './kit-rule.js';
import { otherThan, shows } from './point-samples.js';
import { readDue, settled } from './quiet-line.js';
import { NEIGHBOUR, TIMEOUT_MS, wiredLine, type WiredLine } from './wired-line.js';

/** Polls a device may take to come back after the line is sound again. */
const TRIES = 25;
const PAUSE_MS = 10;
/** Real time a request may take on a sound line. */
const PATIENT_MS = 1000;
/** Polls of a device that is silent for long. */
const BLACK_HOLE_POLLS = 6;
/** Polls beside a unit that never answers. */
const NEIGHBOUR_POLLS = 6;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One poll in which every point is due; it must not reject. */
export async function pollOnce(
  rule: KitRule,
  line: WiredLine,
  device: Device,
): Promise<readonly ReadingV1[]> {
  return answered(rule, readDue(line.world, device));
}

async function answered(
  rule: KitRule,
  reading: Promise<readonly ReadingV1[]>,
): Promise<readonly ReadingV1[]> {
  try {
    return await reading;
  } catch (error) {
    return broken(rule, 'read', `a rejection: ${messageOf(error)}`, 'bad readings with a cause');
  }
}

/** No reading says what the device does not, and what has no value says why. */
function expectHonest(
  rule: KitRule,
  line: WiredLine,
  readings: readonly ReadingV1[],
  truth: ReadonlyMap<string, number>,
): void {
  for (const { point, value, cause, quality } of readings) {
    const wanted = truth.get(point);
    if (value === undefined) {
      if (quality === 'good' || cause === undefined || cause === '') {
        broken(rule, point, `${quality} without a value or a cause`, 'a bad reading with a cause');
      }
    } else if (wanted !== undefined && !shows(value, wanted, line.world.kit.stepOf(point))) {
      broken(rule, point, value, `${wanted}, as the device shows it, or no value`);
    }
  }
}

/** Polls until every point is read again, and none wrongly on the way. */
export async function expectBack(
  rule: KitRule,
  line: WiredLine,
  device: Device,
  truth: ReadonlyMap<string, number> = line.world.shown,
): Promise<void> {
  let missing = 'every point';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const readings = await pollOnce(rule, line, device);
    expectHonest(rule, line, readings, truth);
    const found = byPoint(readings);
    const away = [...truth.keys()].filter(
      (point) => found.has(point) && found.get(point)?.value === undefined,
    );
    if (readings.length > 0 && away.length === 0) return;
    missing = away.map((point) => `${point} (${found.get(point)?.cause ?? ''})`).join(', ');
    await pause(PAUSE_MS);
  }
  broken(rule, 'after the fault', `no value of ${missing} in ${TRIES} polls`, 'the values again');
}

type Scenario = (line: WiredLine, device: Device) => Promise<void>;

/** Opens the device on a sound wire, then lets a scenario happen. */
async function onWire(
  rule: KitRule,
  kit: KitCase,
  wire: ModbusWire,
  scenario: Scenario,
): Promise<void> {
  const patient = rule === 'dead-neighbour';
  const line = await wiredLine(kit, wire, patient ? PATIENT_MS : TIMEOUT_MS);
  try {
    const device = await kit.driver.open(line.world.context(line.bus), kit.config);
    await expectBack(rule, line, device);
    await scenario(line, device);
    line.plan = undefined;
    await device.close();
  } finally {
    line.plan = undefined;
    await line.close();
  }
}

/** The twin over one wire: identified, opened, read. */
export async function checkTwinOnWire(kit: KitCase, wire: ModbusWire): Promise<void> {
  const rule = `twin-${wire}` as const;
  const line = await wiredLine(kit, wire, PATIENT_MS);
  try {
    const context = line.world.context(line.bus);
    const identity = await kit.driver.probe(context, kit.config);
    if (identity === undefined) broken(rule, 'probe', 'another device', 'the identity of the twin');
    const device = await kit.driver.open(context, kit.config);
    await expectBack(rule, line, device);
    expectShown(rule, line.world, await readDue(line.world, device));
    await device.close();
  } finally {
    await line.close();
  }
}

const forDevice =
  (line: WiredLine, fault: Fault) =>
  ({ unit }: FaultRequest): Fault | undefined =>
    unit === line.unit ? fault : undefined;

/** Whether the right reply comes as well, so that the device can be read under this fault. */
function isReadable(fault: Fault): boolean {
  if (fault.kind === 'wrong-unit' || fault.kind === 'wrong-id') return fault.thenRight === true;
  return fault.kind === 'split';
}

/** Whether nothing that comes under this fault answers what was asked. */
function isForeign(fault: Fault): boolean {
  switch (fault.kind) {
    case 'wrong-unit':
    case 'wrong-id':
      return fault.thenRight !== true;
    case 'garbage':
      return fault.where === 'instead';
    default:
      return fault.kind === 'crc';
  }
}

function expectNothingNew(rule: KitRule, readings: readonly ReadingV1[], sinceMs: number): void {
  const taken = readings.find(({ value, at }) => value !== undefined && Date.parse(at) > sinceMs);
  if (taken !== undefined) {
    broken(rule, taken.point, taken.value, 'no value: no reply was the one asked for');
  }
}

/** One poll under a fault, then a sound line. */
const during =
  (rule: KitRule, faults: readonly Fault[]): Scenario =>
  async (line, device) => {
    for (const fault of faults) {
      line.plan = forDevice(line, fault);
      const sinceMs = line.world.clock.nowMs();
      const readings = await pollOnce(rule, line, device);
      expectHonest(rule, line, readings, line.world.shown);
      if (isForeign(fault)) expectNothingNew(rule, readings, sinceMs);
      if (isReadable(fault)) await expectBack(rule, line, device);
      line.plan = undefined;
      line.bus.identityChanged(line.unit);
      await expectBack(rule, line, device);
    }
  };

/** Other values for everything it shows, so that an old reply cannot pass for a new one. */
function showOthers(line: WiredLine): ReadonlyMap<string, number> {
  const { world } = line;
  const truth = new Map<string, number>();
  for (const [point, value] of world.shown) {
    const other = otherThan(point, value);
    truth.set(point, world.canShow(point, other) ? other : value);
  }
  return truth;
}

const lateReply: Scenario = async (line, device) => {
  line.plan = forDevice(line, { kind: 'delay', ms: TIMEOUT_MS * 2.5 });
  const untilMs = performance.now() + 3.5 * TIMEOUT_MS;
  await pollOnce('late-reply', line, device);
  const truth = showOthers(line);
  // Slow replies within the deadline: what is on its way comes while another one is waited for.
  line.plan = forDevice(line, { kind: 'delay', ms: TIMEOUT_MS * 0.6 });
  const { clock, kit } = line.world;
  const sinceMs = clock.nowMs();
  do {
    clock.advance(kit.slowestPointMs);
    // Every single read: the late reply may be taken in any of them.
    const readings = await answered('late-reply', device.read());
    const fresh = readings.filter(({ at }) => Date.parse(at) > sinceMs);
    expectHonest('late-reply', line, fresh, truth);
    await settled();
  } while (performance.now() < untilMs);
  line.plan = undefined;
  await expectBack('late-reply', line, device, truth);
};

const blackHole: Scenario = async (line, device) => {
  line.plan = forDevice(line, { kind: 'ignore' });
  for (let poll = 0; poll < BLACK_HOLE_POLLS; poll += 1) {
    const readings = await pollOnce('black-hole', line, device);
    const fresh = readings.find(({ value }) => value !== undefined);
    if (fresh !== undefined) {
      broken('black-hole', fresh.point, fresh.value, 'no value while the device is silent');
    }
  }
  line.plan = undefined;
  await expectBack('black-hole', line, device);
};

/** A read under exceptions brings nothing: nothing was answered. */
const exceptions: Scenario = async (line, device) => {
  for (const code of [4, 11, 10, 6, 1, 3, 2]) {
    line.plan = forDevice(line, { kind: 'exception', code });
    for (const { point, value } of await pollOnce('exceptions', line, device)) {
      if (value !== undefined) {
        broken('exceptions', `${point} under exception ${code}`, value, 'a bad reading');
      }
    }
    line.plan = undefined;
    line.bus.identityChanged(line.unit);
    await expectBack('exceptions', line, device);
  }
};

const deadNeighbour: Scenario = async (line, device) => {
  const away = new AbortController();
  const ask = async (): Promise<void> => {
    while (!away.signal.aborted) {
      const request = { table: 'holding', address: 0, count: 2 } as const;
      const options = { signal: away.signal, timeoutMs: TIMEOUT_MS };
      await line.bus.read(NEIGHBOUR, request, options).catch(() => undefined);
      await pause(1);
    }
  };
  const asking = ask();
  try {
    const spoilt: ReadingV1[] = [];
    for (let poll = 0; poll < NEIGHBOUR_POLLS; poll += 1) {
      const readings = await pollOnce('dead-neighbour', line, device);
      expectHonest('dead-neighbour', line, readings, line.world.shown);
      const without = readings.find(
        ({ point, value }) => value === undefined && line.world.shown.has(point),
      );
      if (without !== undefined) spoilt.push(without);
    }
    const [first] = spoilt;
    // On a machine that is busy a deadline of milliseconds may pass now and then.
    if (first !== undefined && spoilt.length > NEIGHBOUR_POLLS / 3) {
      const found = `no value in ${spoilt.length} of ${NEIGHBOUR_POLLS} polls (${first.cause ?? ''})`;
      broken('dead-neighbour', first.point, found, 'the value of a device that answers');
    }
  } finally {
    away.abort();
    await asking;
  }
};

const rubbish = Uint8Array.from({ length: 24 }, (_, index) => (index * 37 + 11) % 256);
const garbage = (['before', 'after', 'instead'] as const).map((where): Fault => ({
  kind: 'garbage',
  bytes: rubbish,
  where,
}));

/** What each rule does to the line. */
const SCENARIOS: Partial<Record<KitRule, Scenario>> = {
  'late-reply': lateReply,
  'wrong-unit': during('wrong-unit', [
    { kind: 'wrong-unit' },
    { kind: 'wrong-unit', thenRight: true },
  ]),
  'wrong-id': during('wrong-id', [{ kind: 'wrong-id' }, { kind: 'wrong-id', thenRight: true }]),
  'split-frames': during('split-frames', [
    { kind: 'split', bytes: 1, gapMs: 0 },
    // So few pieces that a long reply still comes within the kit's own deadline.
    { kind: 'split', pieces: 4, gapMs: 1 },
    { kind: 'duplicate' },
  ]),
  crc: during('crc', [{ kind: 'crc' }]),
  exceptions,
  'black-hole': blackHole,
  'reset-mid-frame': during('reset-mid-frame', [
    { kind: 'reset', afterBytes: 5 },
    { kind: 'reset', afterBytes: 10 },
    { kind: 'reset', afterBytes: 13 },
  ]),
  'dead-neighbour': deadNeighbour,
  garbage: during('garbage', garbage),
};

/** Runs one rule's faults on every wire it applies to. */
export async function checkFault(
  kit: KitCase,
  rule: KitRule,
  wires: readonly ModbusWire[],
): Promise<void> {
  const scenario = SCENARIOS[rule];
  if (scenario === undefined) return;
  for (const wire of wires) await onWire(rule, kit, wire, scenario);
}
