import type { Device } from '@microgrid/devices';
import type { HttpFault } from '@microgrid/devices/testing';
import type { ReadingV1 } from '@microgrid/events';
import { byPoint, expectShown } from './checks-values.js';
import { broken, messageOf } from './found.js';
import type { KitCase } from './kit-case.js';
import type { KitRule } from './kit-rule.js';
import { shows } from './point-samples.js';
import { quietLine, readDue, settled, type QuietLine } from './quiet-line.js';

/** Polls a device may take to come back. */
const TRIES = 6;

async function poll(rule: KitRule, line: QuietLine, device: Device): Promise<readonly ReadingV1[]> {
  try {
    return await readDue(line.world, device);
  } catch (error) {
    return broken(rule, 'read', `a rejection: ${messageOf(error)}`, 'bad readings with a cause');
  }
}

async function open(rule: KitRule, kit: KitCase, line: QuietLine): Promise<Device> {
  try {
    return await line.open();
  } catch (error) {
    const found = `a rejection: ${messageOf(error)}`;
    return broken(rule, `open of ${kit.driver.manifest.name}`, found, 'a device that reads as bad');
  }
}

/** Nothing new can be known, so nothing may look new; what is old must say so. */
function expectNothingNew(rule: KitRule, readings: readonly ReadingV1[], sinceMs: number): void {
  for (const { point, value, at, quality, cause } of readings) {
    if (value !== undefined && Date.parse(at) > sinceMs) {
      broken(rule, point, `${value} at ${at}`, 'no value newer than the fault');
    }
    if (quality === 'good' || cause === undefined || cause === '') {
      const found = `${quality} without a cause`;
      broken(rule, point, found, 'bad or stale with a cause: it could not be read for long');
    }
  }
}

async function expectBack(rule: KitRule, line: QuietLine, device: Device): Promise<void> {
  let missing: readonly string[] = [];
  for (let tries = 0; tries < TRIES; tries += 1) {
    const found = byPoint(await poll(rule, line, device));
    missing = [...line.world.shown]
      .filter(([point, wanted]) => {
        const reading = found.get(point);
        if (reading === undefined) return false;
        const { value } = reading;
        return value === undefined || !shows(value, wanted, line.world.kit.stepOf(point));
      })
      .map(([point]) => point);
    if (found.size > 0 && missing.length === 0) return;
  }
  broken(rule, 'after the fault', `no ${missing.join(', ')} in ${TRIES} polls`, 'the values again');
}

/** A fault while the device is open, and one that is there when it is opened. */
async function underFault(
  kit: KitCase,
  rule: KitRule,
  set: (line: QuietLine, on: boolean) => void,
): Promise<void> {
  const line = quietLine(kit);
  const device = await open(rule, kit, line);
  await expectBack(rule, line, device);
  set(line, true);
  await settled();
  const sinceMs = line.world.clock.nowMs();
  await poll(rule, line, device);
  expectNothingNew(rule, await poll(rule, line, device), sinceMs);
  set(line, false);
  await expectBack(rule, line, device);
  await device.close();

  const late = quietLine(kit);
  set(late, true);
  const opened = await open(rule, kit, late);
  expectNothingNew(rule, await poll(rule, late, opened), late.world.clock.nowMs() - 1e12);
  set(late, false);
  await expectBack(rule, late, opened);
  await opened.close();
}

const http = (fault: HttpFault) => (line: QuietLine, on: boolean) => {
  line.http?.setFault(on ? fault : { kind: 'none' });
};

const BODIES = ['', 'null', '42', '[]', '{}', '{"a":', '<html>busy</html>', '"\u0000"'];

/** The faults of HTTP and MQTT, without a wire. */
export async function checkQuietFault(kit: KitCase, rule: KitRule): Promise<void> {
  switch (rule) {
    case 'http-401':
      await underFault(kit, rule, http({ kind: 'status', status: 401 }));
      return;
    case 'http-500':
      for (const status of [500, 503, 404]) {
        await underFault(kit, rule, http({ kind: 'status', status }));
      }
      return;
    case 'slow':
      await underFault(kit, rule, http({ kind: 'timeout' }));
      return;
    case 'black-hole':
      await underFault(kit, rule, (line, on) => {
        line.setTwinPresent(!on);
      });
      return;
    case 'disconnect':
      await underFault(kit, rule, (line, on) => {
        line.setFault(on ? 'unreachable' : 'none');
      });
      return;
    case 'garbage':
      for (const body of BODIES) {
        await underFault(kit, rule, (line, on) => {
          line.http?.setFault(on ? { kind: 'body', body } : { kind: 'none' });
          line.broker?.setGarbage(on ? body : undefined);
        });
      }
      return;
    default:
  }
}

/** The twin without a wire: identified, opened, read. */
export async function checkTwinQuietly(kit: KitCase, rule: KitRule): Promise<void> {
  const line = quietLine(kit);
  await settled();
  const identity = await kit.driver.probe(line.context(), kit.config);
  if (identity === undefined) broken(rule, 'probe', 'another device', 'the identity of the twin');
  const device = await open(rule, kit, line);
  expectShown(rule, line.world, await poll(rule, line, device));
  await device.close();
}
