import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareIds, formatInstant } from '@microgrid/units';
import type { BrokerOutage } from './broker-outage.js';
import { stopPrograms } from './program.js';
import { temporaryFolder } from './repository.js';
import { scenario } from './scenario.js';
import { chainAtCoordinator, coordinatorIntervals, gatewayIntervals } from './stored-intervals.js';

const SITES = ['home-1', 'home-5', 'plant'];
const START_MS = Date.UTC(2026, 5, 21, 9);
const QUARTERS = 16;

let folder: string;
let seen: BrokerOutage;

beforeAll(async () => {
  folder = temporaryFolder('broker');
  seen = await scenario<BrokerOutage>('broker-outage', folder);
}, 180_000);

afterAll(async () => {
  await stopPrograms();
  rmSync(folder, { recursive: true, force: true });
});

test('gateways read, decide and meter on while the broker is gone', () => {
  const { at, gateways } = seen.whileGone;
  expect(gateways.map(({ gateway }) => gateway)).toEqual(SITES.map((site) => `gw-${site}`));
  for (const { now, decision, devices, uplink } of gateways) {
    expect(now).toBe(at);
    expect(decision?.at).toBe(at);
    expect(devices.length).toBeGreaterThan(0);
    for (const device of devices) expect(device).toMatchObject({ online: true, readAt: at });
    // The outage began an hour and a half quarter ago: four quarters wait at home.
    expect(uplink).toMatchObject({ connected: false });
    expect(uplink?.outboxEntries).toBeGreaterThanOrEqual(4);
  }
  expect(seen.storedWhileGone).toBeLessThanOrEqual(4 * SITES.length);
});

test('a broker killed and started without memory loses and doubles no interval', async () => {
  const data = join(folder, 'coordinator');
  const settled = await coordinatorIntervals(data);
  const expected = Array.from({ length: QUARTERS }, (_, index) =>
    SITES.map((site) => `${site}/${formatInstant(START_MS + index * 900_000)}/PT15M/1`),
  ).flat();
  expect(settled.map(({ id }) => id)).toEqual(expected);
  const journalled = [];
  for (const site of SITES) {
    const own = await gatewayIntervals(join(folder, 'gateways', site));
    expect(await chainAtCoordinator(data, `gw-${site}`)).toEqual(own);
    journalled.push(...own);
  }
  journalled.sort(
    (a, b) => compareIds(a.start, b.start) || compareIds(a.meteringPoint, b.meteringPoint),
  );
  expect(settled).toEqual(journalled);
  expect(seen.atEnd.entriesStored).toBe(expected.length);
  // A batch that overtook one that was lost with the broker is refused, and both are sent again.
  const { gap: _gap, ...others } = seen.atEnd.refusals;
  expect(others).toEqual({});
});
