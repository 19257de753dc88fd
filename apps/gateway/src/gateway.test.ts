import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { rmSync } from 'node:fs';
import type { IntervalV1 } from '@microgrid/events';
import type { Running } from './ports.js';
import { MIDNIGHT_MS, SimulatedHome, TICK_MS } from './simulated-home.test-data.js';

const QUARTER_MS = 900_000;
const NOON_MS = MIDNIGHT_MS + 12 * 3_600_000;

interface State {
  readonly flows: { readonly gridWatts?: number; readonly pvWatts?: number };
  readonly decision?: { readonly summary: string; readonly setPoints: readonly object[] };
  readonly devices: readonly { readonly device: string; readonly online: boolean }[];
  readonly alarms: readonly { readonly id: string; readonly text: string }[];
  readonly uplink?: { readonly connected: boolean; readonly outboxEntries: number };
}

// Many ticks over real sockets: on a busy machine they take longer than the default.
jest.setTimeout(30_000);

let home: SimulatedHome;
let gateway: Running | undefined;

beforeEach(async () => {
  home = await SimulatedHome.start(NOON_MS);
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await home.simulator.close();
  rmSync(home.folder, { recursive: true, force: true });
});

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

function collect(running: Running): IntervalV1[] {
  const intervals: IntervalV1[] = [];
  running.intervals$.subscribe((interval) => intervals.push(interval));
  return intervals;
}

/** The grid meter's registers as the plant has them. */
function registers(): { into: number; out: number } {
  const meter = home.simulator.snapshot('home').devices['grid'];
  return { into: meter?.['importEnergy'] ?? -1, out: meter?.['exportEnergy'] ?? -1 };
}

describe('a gateway', () => {
  it('meters intervals that telescope to the meter’s registers, to the watt-hour the meter counts', async () => {
    gateway = await home.gateway();
    const intervals = collect(gateway);
    await home.runTo(gateway, NOON_MS);
    const before = registers();
    await home.runTo(gateway, NOON_MS + 4 * QUARTER_MS);
    const after = registers();
    expect(intervals.map(({ start, quality }) => [start, quality])).toEqual([
      ['2026-06-21T11:00:00Z', 'measured'],
      ['2026-06-21T11:15:00Z', 'measured'],
      ['2026-06-21T11:30:00Z', 'measured'],
      ['2026-06-21T11:45:00Z', 'measured'],
    ]);
    const sum = (field: 'importMilliwattHours' | 'exportMilliwattHours'): number =>
      intervals.reduce((total, interval) => total + (interval[field] ?? Number.NaN), 0);
    // An SDM630 shows kWh as a 32-bit float: below 16 MWh its step is at most 1 Wh.
    expect(Math.abs(sum('importMilliwattHours') - (after.into - before.into))).toBeLessThan(1000);
    expect(Math.abs(sum('exportMilliwattHours') - (after.out - before.out))).toBeLessThan(1000);
    expect(after.out - before.out + after.into - before.into).toBeGreaterThan(0);
  });

  it('goes on from the last boundary after a restart: nothing missing, nothing twice', async () => {
    gateway = await home.gateway();
    const first = collect(gateway);
    await home.runTo(gateway, NOON_MS + QUARTER_MS + 120_000);
    await gateway.close();
    home.nowMs += 300_000;
    gateway = await home.gateway();
    const second = collect(gateway);
    await home.runTo(gateway, NOON_MS + 3 * QUARTER_MS);
    const all = [...first, ...second];
    expect(all.map(({ start }) => start)).toEqual([
      '2026-06-21T11:00:00Z',
      '2026-06-21T11:15:00Z',
      '2026-06-21T11:30:00Z',
    ]);
    expect(all.every(({ quality }) => quality === 'measured')).toBe(true);
  });

  it('decides the same with a broker that is not there as without an uplink', async () => {
    const decided = async (uplink: boolean): Promise<string[]> => {
      const site = await SimulatedHome.start(NOON_MS);
      const running = await site.gateway(
        site.config({
          console: { port: 0 },
          ...(uplink && {
            uplink: {
              broker: 'mqtt://127.0.0.1:1',
              coordinatorKey: `ed25519:${'A'.repeat(43)}`,
            },
          }),
        }),
      );
      const summaries: string[] = [];
      for (let tick = 0; tick < 20; tick++) {
        await site.runTo(running, site.nowMs);
        const { decision } = await json<State>(`${running.consoleUrl ?? ''}api/state`);
        summaries.push(JSON.stringify([decision?.summary, decision?.setPoints]));
        site.nowMs += TICK_MS;
      }
      await running.close();
      await site.simulator.close();
      rmSync(site.folder, { recursive: true, force: true });
      return summaries;
    };
    const alone = await decided(false);
    expect(new Set(alone).size).toBeGreaterThan(1);
    expect(await decided(true)).toEqual(alone);
  });

  it('keeps what it metered in the outbox while nobody takes it', async () => {
    gateway = await home.gateway(
      home.config({
        console: { port: 0 },
        uplink: { broker: 'mqtt://127.0.0.1:1', coordinatorKey: `ed25519:${'A'.repeat(43)}` },
      }),
    );
    await home.runTo(gateway, NOON_MS + 2 * QUARTER_MS);
    const { uplink } = await json<State>(`${gateway.consoleUrl ?? ''}api/state`);
    expect(uplink).toEqual({ connected: false, outboxEntries: 2 });
    expect(await gateway.drain(50)).toBe(false);
  });

  it('says which device does not answer and goes on with the others', async () => {
    const dead = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => dead.once('listening', resolve));
    const { port } = dead.address() as AddressInfo;
    await new Promise((resolve) => dead.close(resolve));
    const config = home.config({ console: { port: 0 } });
    const pv = config.buses.find(({ id }) => id === 'pv');
    if (pv?.type === 'tcp') pv.port = port;
    gateway = await home.gateway(config);
    await home.runTo(gateway, NOON_MS + 60_000);
    const state = await json<State>(`${gateway.consoleUrl ?? ''}api/state`);
    expect(state.devices.map(({ device, online }) => [device, online])).toEqual([
      ['grid', true],
      ['pv', false],
      ['battery', true],
    ]);
    expect(state.alarms.map(({ text }) => text)).toEqual(['pv does not answer']);
    expect(state.flows.gridWatts).toBeDefined();
    expect(state.flows.pvWatts).toBeUndefined();
  });

  it('commands the battery towards no exchange with the grid', async () => {
    gateway = await home.gateway(home.config({ console: { port: 0 } }));
    await home.runTo(gateway, NOON_MS + 300_000);
    const { flows } = await json<State>(`${gateway.consoleUrl ?? ''}api/state`);
    expect(flows.pvWatts).toBeGreaterThan(1000);
    expect(Math.abs(flows.gridWatts ?? Number.NaN)).toBeLessThan(150);
  });
});

describe('the console’s server', () => {
  it('streams the state, tells a day’s history and refuses the rest by name', async () => {
    gateway = await home.gateway(home.config({ console: { port: 0 } }));
    const base = gateway.consoleUrl ?? '';
    await home.runTo(gateway, NOON_MS + 120_000);
    const stream = await fetch(`${base}api/stream`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('\n\n', text.indexOf('data:')))
      text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
    expect(text).toMatch(
      /^retry: 2000\n\nevent: state\ndata: \{"kind":"consoleState","version":1,/,
    );
    const history = await json<{ start: string; samples: { at: string; gridWatts?: number }[] }>(
      `${base}api/history?day=2026-06-21`,
    );
    expect(history.start).toBe('2026-06-20T23:00:00Z');
    expect(history.samples.map(({ at }) => at)).toEqual([
      '2026-06-21T11:00:00Z',
      '2026-06-21T11:01:00Z',
      '2026-06-21T11:02:00Z',
    ]);
    const bad = await fetch(`${base}api/history?day=yesterday`);
    expect([bad.status, await bad.json()]).toEqual([
      400,
      { error: 'date: got "yesterday", expected a day that exists, as YYYY-MM-DD' },
    ]);
    expect((await fetch(`${base}api/other`)).status).toBe(404);
    expect((await fetch(`${base}api/state`, { method: 'POST' })).status).toBe(405);
    const csp = (await fetch(`${base}api/state`)).headers.get('content-security-policy');
    expect(csp).toContain("default-src 'none'");
  });
});
