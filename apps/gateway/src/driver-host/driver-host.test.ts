import { rmSync } from 'node:fs';
import type { ReadingV1 } from '@microgrid/events';
import { startTcpServer, type TcpServer } from '@microgrid/modbus';
import type { GatewayConfig } from '../configuration.js';
import { isGatewayError } from '../gateway-error.js';
import type { Running } from '../ports.js';
import { MIDNIGHT_MS, SimulatedHome, TICK_MS } from '../simulated-home.test-data.js';
import { bundleDriverWorker, installStrangers } from './stranger-packages.test-data.js';

const NOON_MS = MIDNIGHT_MS + 12 * 3_600_000;
const LIMITS = {
  restarts: 2,
  backoffMs: 20,
  loadMs: 4000,
  silentMs: 700,
  callMs: 1500,
  memoryMegabytes: 96,
};
const UNIT = 9;

interface State {
  readonly alarms: readonly {
    readonly id: string;
    readonly text: string;
    readonly severity: string;
  }[];
}

let home: SimulatedHome;
let heater: TcpServer;
let gateway: Running | undefined;
/** W, set point, mood. */
const registers = [1200, 0, 0];

beforeEach(async () => {
  registers.splice(0, 3, 1200, 0, 0);
  home = await SimulatedHome.start(NOON_MS);
  installStrangers(home.folder);
  const handler = {
    read: (_table: string, address: number, count: number) =>
      registers.slice(address, address + count),
    write: (_table: string, address: number, values: ArrayLike<number | boolean>) => {
      registers[address] = Number(values[0]);
    },
  };
  heater = await startTcpServer({ port: 0, units: new Map([[UNIT, handler]]) });
});

afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await heater.close();
  await home.simulator.close();
  rmSync(home.folder, { recursive: true, force: true });
});

function config(drivers: readonly string[], deviceConfig: object = {}): GatewayConfig {
  const plain = home.config();
  const [driver = ''] = drivers;
  return home.config({
    console: { port: 0 },
    drivers: [...drivers],
    buses: [...plain.buses, { id: 'lan', type: 'tcp', host: '127.0.0.1', port: heater.port }],
    devices: [
      ...plain.devices,
      { id: 'heater', bus: 'lan', driver, config: { unit: UNIT, ...deviceConfig } },
    ],
  });
}

async function started(drivers: readonly string[], deviceConfig: object = {}): Promise<Running> {
  gateway = await home.gateway(config(drivers, deviceConfig), {
    driverWorker: { file: bundleDriverWorker(home.folder) },
    driverLimits: LIMITS,
  });
  return gateway;
}

async function refusal(drivers: readonly string[], deviceConfig: object = {}): Promise<string> {
  try {
    await started(drivers, deviceConfig);
  } catch (error) {
    if (isGatewayError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

/** One tick; the newest reading of every device's power. */
async function tick(running: Running): Promise<Record<string, ReadingV1>> {
  const found: Record<string, ReadingV1> = {};
  const subscription = running.readings$.subscribe((reading) => {
    if (reading.point === 'power') found[reading.device] = reading;
  });
  await home.runTo(running, home.nowMs);
  home.nowMs += TICK_MS;
  subscription.unsubscribe();
  return found;
}

async function alarms(running: Running): Promise<State['alarms']> {
  const state = (await (await fetch(`${running.consoleUrl ?? ''}api/state`)).json()) as State;
  return state.alarms.filter(({ id }) => id.startsWith('driver/'));
}

async function until(what: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await what()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it never became true');
}

jest.setTimeout(30_000);

describe('a driver package of a stranger', () => {
  it('is loaded by its name, reads and commands over the gateway’s bus, and hands back', async () => {
    const running = await started(['@acme/heater'], { pin: '90210-secret' });
    const readings = await tick(running);
    expect(readings['heater']).toMatchObject({ value: 1200, quality: 'good', device: 'heater' });
    expect(readings['heater']?.at).toBe('2026-06-21T11:00:00Z');
    expect(readings['grid']?.quality).toBe('good');
    registers[0] = 800;
    expect((await tick(running))['heater']).toMatchObject({
      value: 800,
      at: '2026-06-21T11:00:10Z',
    });
    expect(await alarms(running)).toEqual([]);
    const said = home.log.map(({ message }) => message);
    expect(said).toContain('heater: life 1 with pin ***');
    expect(JSON.stringify(home.log)).not.toContain('90210');
  });

  it('remembers over a restart of the gateway what it stored', async () => {
    await tick(await started(['@acme/heater']));
    await gateway?.close();
    await tick(await started(['@acme/heater']));
    expect(home.log.map(({ message }) => message)).toContain('heater: life 2 with pin undefined');
  });

  it.each([
    ['crashes', 1, /it crashed: the author never tried this/],
    ['loops for ever', 2, /it did not respond for 700 ms/],
    ['never answers', 3, /a call of read has not ended for 1500 ms/],
    // On a busy machine the collector's last efforts take longer than the thread may be silent.
    ['eats all memory', 7, /reaching memory limit|it did not respond for 700 ms/],
    ['exits', 8, /its thread ended with code 0/],
  ])(
    'that %s is bad with the cause, is started again, and disturbs nobody',
    async (_how, mood, cause) => {
      const running = await started(['@acme/heater']);
      await tick(running);
      registers[2] = mood;
      await until(async () => {
        expect((await tick(running))['grid']?.quality).toBe('good');
        return home.log.some(({ message }) => cause.test(message));
      });
      registers[2] = 0;
      await until(async () => (await tick(running))['heater']?.value === 1200);
      await until(async () => (await alarms(running)).length === 0);
    },
  );

  it('that never stops failing stays stopped, with an alarm that says how to bring it back', async () => {
    const running = await started(['@acme/heater']);
    registers[2] = 8;
    await until(async () => {
      await tick(running);
      return (await alarms(running))[0]?.severity === 'critical';
    });
    registers[2] = 0;
    const readings = await tick(running);
    expect(readings['heater']).toMatchObject({ quality: 'bad' });
    expect(readings['heater']?.cause).toContain('it is stopped');
    expect(readings['grid']?.quality).toBe('good');
    expect((await alarms(running))[0]?.text).toMatch(
      /^Driver @acme\/heater failed 3 times within 60 min, last because its thread ended with code 0\. It stays stopped and its devices \(heater\) cannot be read or commanded\. Update or repair the package, then restart the gateway$/,
    );
  });

  it('has no socket and no environment, and cannot speak for other devices', async () => {
    const running = await started(['@acme/heater']);
    await tick(running);
    registers[2] = 4;
    expect((await tick(running))['heater']).toMatchObject({
      quality: 'bad',
      cause: expect.stringMatching(/^connect: a driver has no sockets/) as string,
    });
    registers[2] = 5;
    expect((await tick(running))['heater']?.value).toBe(1200);
    expect(home.log.map(({ message }) => message)).toContain('heater: cannot read undefined');
    registers[2] = 6;
    const readings = await tick(running);
    expect(readings['heater']?.value).toBe(1200);
    expect(readings['grid']?.value).not.toBe(99);
  });

  it('that dies or loops while it is loaded leaves the gateway running', async () => {
    const dying = await started(['@acme/dies']);
    expect((await tick(dying))['grid']?.quality).toBe('good');
    await until(async () => (await alarms(dying))[0]?.severity === 'critical');
    await dying.close();
    const looping = await started(['@acme/loops']);
    expect((await tick(looping))['grid']?.quality).toBe('good');
    const told = home.log.map(({ message }) => message).join('\n');
    expect(told).toContain('it cannot be loaded: no licence file');
    expect(told).toContain('Driver @acme/loops: a call of load has not ended for 4000 ms');
  });

  it.each([
    [
      '@acme/future',
      {},
      'bad-driver: drivers: @acme/future 1.2.3: it was written for version 2 of the driver contract, this gateway has version 1; install a version of @acme/future for contract 1, or the gateway that goes with it',
    ],
    [
      '@acme/nothing',
      {},
      'bad-driver: drivers: @acme/nothing 1.2.3: expected an export named driver',
    ],
    ['@acme/unbuilt', {}, 'unknown-driver: drivers: @acme/unbuilt: got a package without a module'],
    [
      '@acme/missing',
      {},
      'unknown-driver: drivers: got "@acme/missing", which is not installed in',
    ],
    ['@acme/heater', { unit: 'x' }, 'bad-config: devices: device heater: unit: got "x", expected'],
    [
      '@acme/heater',
      { pin: 4711 },
      'bad-config: devices: device heater: pin: got ***, expected string',
    ],
  ])(
    '%s with %j is refused at the start, and the message says what to do',
    async (name, given, text) => {
      expect(await refusal([name], given)).toContain(text);
    },
  );
});
