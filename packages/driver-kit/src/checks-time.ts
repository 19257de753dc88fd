import { commandTo, inForce } from './commands.js';
import { eachControl, establish, give, setPointOf, type ControlCase } from './checks-commands.js';
import { broken } from './found.js';
import type { KitCase } from './kit-case.js';
import type { KitRule } from './kit-rule.js';
import { readDue, settled } from './quiet-line.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

async function poll({ world, device }: ControlCase, afterMs: number): Promise<void> {
  world.clock.advance(afterMs);
  await device.read();
  await settled();
}

/** Control is back with the device, or at the set point that does least harm. */
function expectHandedBack(rule: KitRule, one: ControlCase, when: string): void {
  const { control, facts } = one;
  const found = setPointOf(one);
  if (found === undefined) return;
  if (facts.safeValue !== 'device' && inForce(found, facts.safeValue, control)) return;
  // A limit at its maximum limits nothing.
  const { maximum } = control;
  if (control.id.endsWith('Limit') && maximum !== undefined && Number(found) >= maximum) return;
  const expected = `its own logic, or the safe value ${String(facts.safeValue)}`;
  broken(rule, `${control.id} ${when}`, `the twin obeys ${String(found)}`, expected);
}

/** While a command holds its set point never lapses, and nothing that wears is rewritten. */
export async function checkRefresh(kit: KitCase): Promise<void> {
  await eachControl(kit, 'refresh', async (one) => {
    const { control, values, facts, line } = one;
    const expiryMs = facts.expiryMs ?? 10 * MINUTE_MS;
    const holdsMs = expiryMs * 4;
    await establish('refresh', one, { validForMs: holdsMs });
    const written = line.writes;
    const stepMs = Math.max(1, Math.floor(expiryMs / 8));
    for (let passedMs = stepMs; passedMs < holdsMs - 2 * stepMs; passedMs += stepMs) {
      await poll(one, stepMs);
      const found = setPointOf(one);
      if (!inForce(found, values[0], control)) {
        const where = `${control.id} after ${passedMs} ms of ${holdsMs}`;
        broken('refresh', where, `the twin obeys ${String(found)}`, String(values[0]));
      }
    }
    const allowed = facts.refreshMs === undefined ? 0 : Number(facts.writesPerDay);
    if (facts.storage !== 'volatile' && line.writes - written > allowed) {
      const found = `${line.writes - written} writes while nothing changed`;
      broken('refresh', control.id, found, `at most ${allowed}: storage is ${facts.storage}`);
    }
  });
}

/** A set point ends with its command; and by itself when nobody polls any more. */
export async function checkExpiry(kit: KitCase): Promise<void> {
  await eachControl(kit, 'expiry', async (one) => {
    await establish('expiry', one, { validForMs: MINUTE_MS });
    for (let passed = 0; passed < 8; passed += 1) await poll(one, MINUTE_MS / 6);
    expectHandedBack('expiry', one, 'after its command');
  });
  await eachControl(kit, 'expiry', async (one) => {
    const { world, facts } = one;
    if (facts.expiryMs === undefined) return;
    await establish('expiry', one);
    world.clock.advance(facts.expiryMs + 1000);
    expectHandedBack('expiry', one, 'when nobody polls');
  });
}

/** Released and closed devices obey nobody. */
export async function checkRelease(kit: KitCase): Promise<void> {
  await eachControl(kit, 'release', async (one) => {
    await establish('release', one);
    await one.device.release();
    await settled();
    expectHandedBack('release', one, 'after release');
  });
  await eachControl(kit, 'release', async (one) => {
    await establish('release', one);
    await one.device.close();
    await settled();
    expectHandedBack('release', one, 'after close');
  });
}

/** No more writes in 24 h than stated, whoever asks and however often the driver is restarted. */
export async function checkWriteBudget(kit: KitCase): Promise<void> {
  await eachControl(kit, 'write-budget', async (first) => {
    const { facts, control, line, world, values } = first;
    const { writesPerDay } = facts;
    if (writesPerDay === 'unlimited') return;
    const tries = Math.min(writesPerDay, 60) * 3;
    const stepMs = Math.floor((DAY_MS * 0.95) / tries);
    const before = line.writes;
    let one = first;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      if (attempt === Math.floor(tries / 2)) {
        // The process died: nothing was closed, only the store is left.
        one = { ...first, device: await line.open() };
        await readDue(world, one.device);
      }
      const value = values[attempt % 2] ?? values[0];
      await give(one, commandTo(world, control.id, value, { validForMs: DAY_MS }));
      await poll(one, stepMs);
    }
    const written = line.writes - before;
    if (written > writesPerDay) {
      broken('write-budget', control.id, `${written} writes in a day`, `at most ${writesPerDay}`);
    }
    if (written === 0)
      broken('write-budget', control.id, 'no write at all', 'some of the commands');
  });
}
