import { rmSync } from 'node:fs';
import type { ModbusBus } from '@microgrid/modbus';
import { openBus } from './buses.js';
import type { GatewayPorts, Running } from './ports.js';
import { MIDNIGHT_MS, SimulatedHome, TICK_MS } from './simulated-home.test-data.js';

const NOON_MS = MIDNIGHT_MS + 12 * 3_600_000;
const MINUTE_MS = 60_000;

interface State {
  readonly decision?: {
    readonly mode: string;
    readonly setPoints: readonly object[];
  };
  readonly alarms: readonly { readonly id: string; readonly text: string }[];
}

jest.setTimeout(30_000);

let home: SimulatedHome;
let gateway: Running | undefined;
/** While set, what the grid meter is asked stays unanswered. */
let gridIsSilent = false;

beforeEach(async () => {
  gridIsSilent = false;
  home = await SimulatedHome.start(NOON_MS);
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await home.simulator.close();
  rmSync(home.folder, { recursive: true, force: true });
});

const ports: GatewayPorts = {
  openBus: async (bus, surroundings) => {
    const opened = await openBus(bus, surroundings);
    if (bus.id !== 'grid') return opened;
    return new Proxy(opened, {
      get: (target, name) => {
        const silent = name === 'read' && gridIsSilent;
        if (silent) return () => Promise.reject(new Error('the meter’s cable is cut'));
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }) satisfies ModbusBus;
  },
};

/** W into the battery, as the plant has it. */
const battery = (): number =>
  home.simulator.snapshot('home').devices['battery']?.['batteryPower'] ?? Number.NaN;

async function state(running: Running): Promise<State> {
  return (await (await fetch(`${running.consoleUrl ?? ''}api/state`)).json()) as State;
}

describe('a set point in force', () => {
  it('lapses in the device by itself when the gateway is killed', async () => {
    gateway = await home.gateway();
    await home.runTo(gateway, NOON_MS + 3 * MINUTE_MS);
    expect(battery()).toBeGreaterThan(500);
    // Killed: nobody releases, nobody refreshes. The device's own timer is all there is.
    for (let minute = 0; minute < 5; minute += 1) {
      home.nowMs += MINUTE_MS;
      home.simulator.advanceTo(home.nowMs);
    }
    expect(battery()).toBe(0);
  });

  it('is taken up again by the next gateway, without a higher one in between', async () => {
    const killed = await home.gateway();
    await home.runTo(killed, NOON_MS + 3 * MINUTE_MS);
    home.nowMs += 5 * MINUTE_MS;
    home.simulator.advanceTo(home.nowMs);
    gateway = await home.gateway();
    await home.runTo(gateway, home.nowMs + 3 * MINUTE_MS);
    expect(battery()).toBeGreaterThan(500);
    await killed.close();
  });

  it('gives way to the safe value when the grid meter is stale, and comes back with it', async () => {
    gateway = await home.gateway(home.config({ console: { port: 0 } }), ports);
    await home.runTo(gateway, NOON_MS + 3 * MINUTE_MS);
    expect(battery()).toBeGreaterThan(500);
    expect((await state(gateway)).decision?.mode).toBe('normal');
    gridIsSilent = true;
    // The policy of this home lets a reading be a minute old.
    home.nowMs += TICK_MS;
    await home.runTo(gateway, home.nowMs + MINUTE_MS + TICK_MS);
    const blind = await state(gateway);
    expect(blind.decision?.mode).toBe('blind');
    expect(blind.decision?.setPoints).toMatchObject([
      { device: 'battery', control: 'batteryPower', granted: 0 },
    ]);
    expect(battery()).toBe(0);
    expect(blind.alarms.map(({ text }) => text)).toContain('grid does not answer');
    gridIsSilent = false;
    home.nowMs += TICK_MS;
    await home.runTo(gateway, home.nowMs + 3 * MINUTE_MS);
    const seeing = await state(gateway);
    expect(seeing.decision?.mode).toBe('normal');
    expect(battery()).toBeGreaterThan(500);
    expect(seeing.alarms).toEqual([]);
    const said = home.log.map(({ message }) => message);
    expect(said).toContain('grid does not answer');
    expect(said).toContain('over: grid does not answer');
  });
});
