import { driverManifest, lintProfile, type ControlSafety, type Device } from '@microgrid/devices';
import { deviceDescriptionV1, readingV1, type DeviceDescriptionV1 } from '@microgrid/events';
import { broken, messageOf } from './found.js';
import { DEVICE, type KitCase } from './kit-case.js';
import { quietLine, readDue } from './quiet-line.js';

const DAY_MS = 86_400_000;

/** Every name of a list that another does not have. */
const beyond = (names: readonly string[], known: readonly string[]): string[] =>
  names.filter((name) => !known.includes(name));

function checkDescription(kit: KitCase, description: DeviceDescriptionV1): void {
  const parsed = deviceDescriptionV1.safeParse(description);
  if (!parsed.success) {
    broken('manifest', 'description', parsed.error.message, 'a deviceDescriptionV1');
  }
  const { families, capabilities } = kit.driver.manifest;
  if (description.device !== DEVICE) {
    broken('manifest', 'description.device', description.device, `the context's id, ${DEVICE}`);
  }
  if (!families.includes(description.role)) {
    broken('manifest', 'description.role', description.role, `one of ${families.join(', ')}`);
  }
  const points = beyond(description.points, capabilities.points);
  if (points.length > 0) {
    broken('manifest', 'capabilities.points', `no ${points.join(', ')}`, 'all that is published');
  }
  const controls = beyond(
    description.controls.map(({ id }) => id),
    capabilities.controls,
  );
  if (controls.length > 0) {
    broken('manifest', 'capabilities.controls', `no ${controls.join(', ')}`, 'all that is offered');
  }
}

/** The manifest against what the opened device really says. */
export async function checkManifest(kit: KitCase): Promise<void> {
  const parsed = driverManifest.safeParse(kit.driver.manifest);
  if (!parsed.success)
    broken('manifest', 'manifest', parsed.error.message, 'every field as stated');
  const line = quietLine(kit);
  const device = await line.open();
  const readings = await readDue(line.world, device);
  checkDescription(kit, device.description);
  const { points } = device.description;
  if (points.length === 0) broken('manifest', 'description.points', [], 'at least one point');
  for (const point of points) {
    const found = readings.filter((reading) => reading.point === point);
    if (found.length !== 1) {
      broken('manifest', point, `${found.length} readings in a poll`, 'exactly one of each point');
    }
  }
  for (const reading of readings) {
    const valid = readingV1.safeParse(reading);
    if (!valid.success) broken('manifest', reading.point, valid.error.message, 'a readingV1');
    if (reading.device !== DEVICE) {
      broken('manifest', `${reading.point}.device`, reading.device, DEVICE);
    }
    if (Date.parse(reading.at) > line.world.clock.nowMs()) {
      broken('manifest', `${reading.point}.at`, reading.at, 'no instant of the future');
    }
  }
  await device.close();
}

/** The profile's own rules. */
export async function checkProfileLint(kit: KitCase): Promise<void> {
  const { profile } = kit.options;
  const [problem] =
    profile === undefined
      ? []
      : lintProfile(profile).filter(({ severity }) => severity === 'error');
  if (problem !== undefined) {
    broken('profile-lint', `${problem.rule} at ${problem.path}`, problem.found, problem.expected);
  }
  return Promise.resolve();
}

function wearFacts(control: string, facts: ControlSafety): void {
  const { storage, refreshMs, writesPerDay } = facts;
  if (storage === 'volatile') return;
  if (writesPerDay === 'unlimited') {
    const expected = `a number of writes a day where storage is ${storage}`;
    broken('safety-table', `${control}.writesPerDay`, writesPerDay, expected);
  }
  if (refreshMs !== undefined && DAY_MS / refreshMs > writesPerDay) {
    const expected = `none, or one that ${writesPerDay} writes a day allow: storage is ${storage}`;
    broken('safety-table', `${control}.refreshMs`, refreshMs, expected);
  }
}

function timeFacts(control: string, facts: ControlSafety): void {
  const { expiryMs, refreshMs, fallback, storage } = facts;
  if (refreshMs !== undefined && expiryMs !== undefined && refreshMs >= expiryMs) {
    const expected = `less than expiryMs, ${expiryMs}`;
    broken('safety-table', `${control}.refreshMs`, refreshMs, expected);
  }
  if (expiryMs !== undefined && storage === 'volatile' && refreshMs === undefined) {
    broken('safety-table', `${control}.refreshMs`, undefined, 'one, since the set point expires');
  }
  if (expiryMs !== undefined && fallback.value === 'last') {
    broken(
      'safety-table',
      `${control}.fallback`,
      'last',
      'another one, since the set point expires',
    );
  }
}

function plainFacts(control: string, facts: ControlSafety): void {
  const numbers = {
    responseMs: facts.responseMs,
    minimumDwellMs: facts.minimumDwellMs,
    ...(facts.expiryMs === undefined ? {} : { expiryMs: facts.expiryMs }),
    ...(facts.refreshMs === undefined ? {} : { refreshMs: facts.refreshMs }),
    ...(facts.writesPerDay === 'unlimited' ? {} : { writesPerDay: facts.writesPerDay }),
  };
  for (const [name, value] of Object.entries(numbers) as [string, unknown][]) {
    if (typeof value !== 'number' || !(value >= 0) || value === Infinity) {
      broken('safety-table', `${control}.${name}`, value, 'a number of 0 or more');
    }
  }
  if (!['volatile', 'stored', 'unknown'].includes(facts.storage)) {
    broken('safety-table', `${control}.storage`, facts.storage, 'volatile, stored or unknown');
  }
  if (!['import', 'export', 'both'].includes(facts.risk)) {
    broken('safety-table', `${control}.risk`, facts.risk, 'import, export or both');
  }
  if (typeof facts.onLoss !== 'string' || facts.onLoss === '') {
    broken('safety-table', `${control}.onLoss`, facts.onLoss, 'a sentence');
  }
  if (!Array.isArray(facts.release)) {
    broken('safety-table', `${control}.release`, facts.release, 'the writes in a sentence each');
  }
}

/** The safe value has the type of its control and lies within its bounds. */
function checkSafeValue(device: Device, control: string, facts: ControlSafety): void {
  const described = device.description.controls.find(({ id }) => id === control);
  if (described === undefined) return;
  const where = `${control}.safeValue`;
  const { safeValue } = facts;
  if (safeValue === 'device' || facts.fallback.value === 'device') {
    broken('safety-table', where, 'device', 'what the device told, once it was read');
  }
  if ((described.unit === 'bool') !== (typeof safeValue === 'boolean')) {
    broken('safety-table', where, safeValue, described.unit === 'bool' ? 'a boolean' : 'a number');
  }
  if (typeof safeValue !== 'number') return;
  const { minimum = -Infinity, maximum = Infinity } = described;
  if (safeValue < minimum || safeValue > maximum) {
    broken('safety-table', where, safeValue, `a value from ${minimum} to ${maximum}`);
  }
}

/** Every control's facts, from the driver and from the opened device. */
export async function checkSafetyTable(kit: KitCase): Promise<void> {
  const { safety, manifest } = kit.driver;
  const line = quietLine(kit);
  const device = await line.open();
  await readDue(line.world, device);
  const told = device.safety();
  for (const control of manifest.capabilities.controls) {
    for (const facts of [safety[control], told[control]]) {
      if (facts === undefined) {
        broken(
          'safety-table',
          control,
          undefined,
          'its facts in driver.safety and device.safety()',
        );
      }
      plainFacts(control, facts);
      wearFacts(control, facts);
      timeFacts(control, facts);
    }
    const facts = told[control];
    if (facts !== undefined) checkSafeValue(device, control, facts);
  }
  await device.close().catch((error: unknown) => {
    broken('safety-table', 'close', messageOf(error), 'no error');
  });
}
