import type { CommandOutcome, ControlSafety, Device, DeviceCommand } from '@microgrid/devices';
import type { DeviceDescriptionV1 } from '@microgrid/events';
import { commandTo, inForce, twoSetPoints } from './commands.js';
import { broken } from './found.js';
import type { KitCase, KitWorld } from './kit-case.js';
import type { KitRule } from './kit-rule.js';
import { quietLine, readDue, settled, type QuietLine } from './quiet-line.js';

type Control = DeviceDescriptionV1['controls'][number];

/** An opened device of its own and one of its controls. */
export interface ControlCase {
  readonly line: QuietLine;
  readonly world: KitWorld;
  readonly device: Device;
  readonly control: Control;
  readonly facts: ControlSafety;
  /** Two different set points. */
  readonly values: readonly [number | boolean, number | boolean];
}

/** Runs a check on each control, each on a device of its own. */
export async function eachControl(
  kit: KitCase,
  rule: KitRule,
  check: (one: ControlCase) => Promise<void>,
): Promise<void> {
  const { controls } = kit.driver.manifest.capabilities;
  let checked = 0;
  for (const name of controls) {
    const line = quietLine(kit);
    const device = await line.open();
    await readDue(line.world, device);
    const control = device.description.controls.find(({ id }) => id === name);
    const facts = device.safety()[name];
    if (control !== undefined && facts !== undefined) {
      checked += 1;
      const values = twoSetPoints(device, control);
      await check({ line, world: line.world, device, control, facts, values });
    }
    await device.close();
  }
  if (checked === 0) {
    broken(rule, 'description.controls', 'none of the manifest', 'the controls of the manifest');
  }
}

/** What the twin obeys for a control now. */
export const setPointOf = ({ world, control }: ControlCase): number | boolean | undefined =>
  world.twin.setPoints()[control.id];

/** Commands and lets what is under way arrive. */
export async function give(
  { device }: ControlCase,
  command: DeviceCommand,
): Promise<CommandOutcome> {
  const outcome = device.command(command);
  await settled();
  return outcome;
}

/** Commands a set point and ends the check unless the twin then obeys it. */
export async function establish(
  rule: KitRule,
  one: ControlCase,
  changes: Partial<DeviceCommand> = {},
): Promise<CommandOutcome> {
  const { world, control, values, device } = one;
  const [value] = values;
  const outcome = await give(one, commandTo(world, control.id, value, changes));
  if (outcome.status !== 'applied' && outcome.status !== 'accepted') {
    broken(
      rule,
      control.id,
      `${outcome.status}: ${outcome.reason}`,
      `applied, for ${String(value)}`,
    );
  }
  await device.read();
  await settled();
  const found = setPointOf(one);
  if (!inForce(found, value, control)) {
    broken(rule, control.id, `the twin obeys ${String(found)}`, String(value));
  }
  return outcome;
}

async function expectRefused(
  one: ControlCase,
  what: string,
  changes: Partial<DeviceCommand>,
  status: CommandOutcome['status'] = 'rejected',
): Promise<void> {
  const { world, control, values, line } = one;
  const before = line.writes;
  const outcome = await give(one, commandTo(world, control.id, values[1], changes));
  if (outcome.status !== status || outcome.reason === '') {
    const where = `${control.id}: ${what}`;
    broken('commands', where, `${outcome.status}: ${outcome.reason}`, `${status} with a reason`);
  }
  if (line.writes !== before) {
    broken('commands', `${control.id}: ${what}`, 'a write', 'nothing written');
  }
}

async function checkRefusals(one: ControlCase): Promise<void> {
  const { control } = one;
  await expectRefused(one, 'for another device', { device: 'another' });
  await expectRefused(one, 'for another audience', { audience: 'another' });
  await expectRefused(one, 'an unknown control', { control: 'warpDrive' });
  const wrong = control.unit === 'bool' ? 1 : true;
  await expectRefused(one, 'a value of another kind', { value: wrong });
  if (control.unit !== 'bool') await expectRefused(one, 'no number', { value: Number.NaN });
  await expectRefused(one, 'without validity', { validForMs: 0 }, 'expired');
}

async function checkRepeated(one: ControlCase): Promise<void> {
  const { world, control, values, line, facts } = one;
  await establish('commands', one);
  await expectRefused(one, 'an old sequence', { sequence: 0 });
  world.clock.advance(facts.minimumDwellMs);
  const command = commandTo(world, control.id, values[1]);
  const [first, again] = await Promise.all([give(one, command), give(one, command)]);
  const written = line.writes;
  const later = await give(one, command);
  for (const repeated of [again, later]) {
    if (JSON.stringify(repeated) !== JSON.stringify(first)) {
      const found = `${repeated.status}: ${repeated.reason}`;
      broken('commands', `${control.id}: the same id again`, found, `${first.status}, as before`);
    }
  }
  if (line.writes !== written) {
    broken('commands', `${control.id}: the same id again`, 'a write', 'nothing written');
  }
  const another = { sequence: command.sequence, id: 'kit-another-id' };
  await expectRefused(one, 'the last sequence with another id', another);
}

/** The last sequence is known to the next life of the driver. */
async function checkRestart(one: ControlCase): Promise<void> {
  const { world, control, values, device, line, facts } = one;
  const command = commandTo(world, control.id, values[0]);
  await give(one, command);
  await device.close();
  const next: ControlCase = { ...one, device: await line.open() };
  await readDue(world, next.device);
  world.clock.advance(facts.minimumDwellMs);
  const replayed = { sequence: command.sequence, id: 'kit-replayed' };
  await expectRefused(next, 'an old sequence after a restart', replayed);
  await establish('commands', next);
  await next.device.close();
}

/** A command is taken once, by its device, in order, in time, with a value of its kind. */
export async function checkCommands(kit: KitCase): Promise<void> {
  await eachControl(kit, 'commands', async (one) => {
    await checkRefusals(one);
    await checkRepeated(one);
  });
  await eachControl(kit, 'commands', checkRestart);
}

/** Applied = the device was asked, and a device that ignores writes is not written to for ever. */
export async function checkReadBack(kit: KitCase): Promise<void> {
  await eachControl(kit, 'read-back', async (one) => {
    const { control, values } = one;
    const { status, readback } = await establish('read-back', one);
    if (status === 'applied' && readback !== undefined && !inForce(readback, values[0], control)) {
      broken('read-back', control.id, `applied with ${String(readback)}`, String(values[0]));
    }
  });
  await eachControl(kit, 'read-back', checkDeaf);
}

const HOUR_MS = 3_600_000;
const POLL_MS = 10_000;

async function checkDeaf(one: ControlCase): Promise<void> {
  const { line, world, control, values, device, facts } = one;
  if (!line.canBeDeaf) return;
  line.setFault('deaf');
  const before = line.writes;
  const { status, readback } = await give(
    one,
    commandTo(world, control.id, values[0], { validForMs: 2 * HOUR_MS }),
  );
  const once = Math.max(1, line.writes - before);
  for (let passed = 0; passed < HOUR_MS; passed += POLL_MS) {
    world.clock.advance(POLL_MS);
    await device.read();
  }
  const written = line.writes - before;
  line.setFault('none');
  // A device that cannot be asked confirms nothing, and what stands already need not be written.
  const confirmed = status === 'applied' && readback !== undefined;
  if (confirmed && !inForce(setPointOf(one), values[0], control)) {
    broken('read-back', control.id, 'applied', 'accepted or failed: the device ignored it');
  }
  const refreshes = facts.refreshMs === undefined ? 1 : HOUR_MS / facts.refreshMs;
  const allowed = Math.ceil(once * (refreshes + 3));
  if (written > allowed) {
    const found = `${written} writes in an hour to a device that ignores them`;
    broken('read-back', control.id, found, `at most ${allowed}: what the refresh needs`);
  }
}

/** Set points stay within the limits of the description. */
export async function checkBounds(kit: KitCase): Promise<void> {
  await eachControl(kit, 'bounds', async (one) => {
    const { world, control, facts } = one;
    if (control.unit === 'bool') return;
    const { minimum, maximum, step = 0 } = control;
    for (const value of [1e6, -1e6]) {
      await give(one, commandTo(world, control.id, value));
      await one.device.read();
      await settled();
      const found = setPointOf(one);
      if (typeof found !== 'number') continue;
      const over = maximum !== undefined && found > maximum + step;
      const under = minimum !== undefined && found < minimum - step;
      if (over || under) {
        const expected = `${minimum ?? '-∞'} to ${maximum ?? '∞'}, as the description says`;
        broken('bounds', `${control.id} = ${value}`, found, expected);
      }
      world.clock.advance(facts.minimumDwellMs);
    }
  });
}
