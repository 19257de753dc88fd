import type { CommandOutcome, Device, DriverContext, HttpTransport } from '@microgrid/devices';
import {
  memoryLog,
  memoryStore,
  virtualClock,
  type VirtualClock,
} from '@microgrid/devices/testing';
import type { ReadingV1 } from '@microgrid/events';
import { firstValueFrom, filter, timeout } from 'rxjs';
import { shellyConfig } from './config.js';
import { discoverShelly, driver } from './shelly-driver.js';
import { shellyTwin, type ShellyTwin } from './twin/shelly-twin.js';
import { authorization, parseChallenge } from './transport/digest.js';
import {
  startShellyServer,
  type ServerFault,
  type ShellyServer,
  type ShellyServerOptions,
} from './transport/shelly-server.js';
import { connectShelly, type ShellyTransport } from './transport/shelly-transport.js';

const START = Date.UTC(2026, 2, 2, 10);
const PASSWORD = 'c0rrect-horse';
const ends: (() => void | Promise<void>)[] = [];

interface Rig {
  readonly clock: VirtualClock;
  readonly twin: ShellyTwin;
  readonly server: ShellyServer;
  readonly transport: ShellyTransport;
  readonly context: DriverContext<HttpTransport>;
  readonly log: ReturnType<typeof memoryLog>;
  fault: ServerFault | undefined;
}

async function rig(
  options: Partial<ShellyServerOptions> = {},
  password: string | null = options.password ?? null,
  config: Readonly<Record<string, unknown>> = {},
): Promise<Rig> {
  const clock = virtualClock(START);
  const twin = shellyTwin(shellyConfig.parse(config), clock);
  const made = { fault: undefined as ServerFault | undefined };
  const server = await startShellyServer({ twin, fault: () => made.fault, ...options });
  const transport = connectShelly({
    host: '127.0.0.1',
    port: server.port,
    timeoutMs: 300,
    ...(password === null ? {} : { password }),
  });
  const log = memoryLog();
  const context: DriverContext<HttpTransport> = {
    device: 'plug',
    transport,
    clock,
    log: log.log,
    store: memoryStore(),
    signal: new AbortController().signal,
  };
  ends.push(() => {
    transport.close();
  });
  ends.push(() => server.close());
  return Object.assign(made, { clock, twin, server, transport, context, log });
}

async function open(context: DriverContext<HttpTransport>, config = {}): Promise<Device> {
  const device = await driver.open(context, config);
  ends.unshift(() => device.close());
  return device;
}

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const value = (readings: readonly ReadingV1[], point: string) =>
  readings.find((reading) => reading.point === point)?.value;

let sequence = 0;
const command = (device: Device, on: boolean, validForMs = 600_000): Promise<CommandOutcome> => {
  sequence += 1;
  return device.command({
    kind: 'command',
    version: 1,
    id: `c${sequence}`,
    sequence,
    audience: 'plug',
    issuedAt: '2026-03-02T10:00:00Z',
    validForMs,
    device: 'plug',
    control: 'switch',
    value: on,
    reason: 'test',
  });
};

describe('over HTTP and WebSocket', () => {
  it('a switch is read, commanded with its own timer, refreshed, and left off', async () => {
    const { context, clock, twin } = await rig();
    const device = await open(context, { deadManSeconds: 60, minimumDwellMs: 0 });
    twin.set({ power: 812.5, importEnergy: 12_345_678, voltageL1: 229.7 });
    const readings = await device.read();
    expect(value(readings, 'power')).toBe(812.5);
    expect(value(readings, 'importEnergy')).toBe(12_345_678);
    expect(value(readings, 'switchState')).toBe(0);
    expect(await command(device, true)).toMatchObject({ status: 'applied', readback: true });
    for (let poll = 0; poll < 12; poll += 1) {
      clock.advance(15_000);
      await device.read();
      expect(twin.setPoints()).toEqual({ switch: true });
    }
    // 180 s at a refresh each 30 s, besides the first.
    expect(twin.writes).toBe(7);
    clock.advance(60_000);
    expect(twin.setPoints()).toEqual({ switch: false });
    await device.read();
    await device.close();
    expect(twin.setPoints()).toEqual({ switch: false });
  });

  it('changes are published as the device pushes them, and again after the stream broke', async () => {
    const { context, twin, server, clock } = await rig();
    const device = await open(context);
    const seen = (power: number) =>
      firstValueFrom(
        device.points$.pipe(
          filter((batch) => value(batch, 'power') === power),
          timeout(2000),
        ),
      );
    // The answer to the request on the stream shows that it is open.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const first = seen(100);
    twin.set({ power: 100 });
    expect((await first).map(({ point }) => point)).toEqual(['power']);
    server.dropStreams();
    await new Promise((resolve) => setTimeout(resolve, 50));
    clock.advance(61_000);
    await device.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = seen(200);
    twin.set({ power: 200 });
    await second;
  });

  it('tells what it is and has', async () => {
    const { transport } = await rig({}, null, { component: 'em:0' });
    expect(await discoverShelly(transport)).toEqual({
      identity: {
        manufacturer: 'Shelly',
        model: 'Plus1PM',
        serial: 'A8032AB12345',
        firmware: '1.4.4',
      },
      generation: 2,
      components: [{ kind: 'em', id: 0 }],
    });
  });

  it('warns of a relay that turns on by itself after a power cut', async () => {
    const { context, twin } = await rig();
    twin.initialState = 'on';
    const device = await open(context);
    expect(device.alarms?.()).toEqual([
      expect.objectContaining({ code: 'fallback-above-limit', subject: 'switch' }),
    ]);
    expect(device.safety().switch?.onLoss).toContain('after a power cut: on');
  });
});

describe('digest authentication', () => {
  it('computes the example of RFC 7616 with SHA-256', () => {
    const challenge = parseChallenge(
      'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    );
    if (challenge === undefined) throw new Error('no challenge');
    const header = authorization(
      challenge,
      { user: 'Mufasa', password: 'Circle of Life' },
      { method: 'GET', uri: '/dir/index.html' },
      1,
      'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    );
    expect(header).toContain(
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
    );
  });

  it('refuses to answer a weaker or foreign challenge', () => {
    expect(parseChallenge('Digest realm="a", nonce="b", algorithm=MD5')).toBeUndefined();
    expect(parseChallenge('Basic realm="a"')).toBeUndefined();
    expect(parseChallenge(undefined)).toBeUndefined();
  });

  it('answers the challenge once and goes on with the same nonce', async () => {
    const { context, server, twin } = await rig({ password: PASSWORD });
    const device = await open(context);
    twin.set({ power: 5 });
    for (let poll = 0; poll < 5; poll += 1) await device.read();
    expect(value(await device.read(), 'power')).toBe(5);
    expect(server.refusals).toBe(1);
  });

  it('goes on when the nonce expires', async () => {
    const { context, server } = await rig({ password: PASSWORD, nonceUses: 3 });
    const device = await open(context, { push: false });
    for (let poll = 0; poll < 12; poll += 1) {
      const readings = await device.read();
      expect(value(readings, 'voltageL1')).toBe(230);
    }
    expect(server.refusals).toBeGreaterThan(3);
  });

  it('of a stream is answered inside its frames', async () => {
    const { transport, server } = await rig({ password: PASSWORD });
    const stream = await transport.stream('/rpc');
    const answer = firstValueFrom(stream.messages$.pipe(timeout(2000)));
    await stream.send(JSON.stringify({ id: 7, src: 'me', method: 'Shelly.GetStatus' }));
    expect(JSON.parse(await answer)).toMatchObject({ id: 7, result: { 'switch:0': { id: 0 } } });
    expect(server.refusals).toBe(1);
    await stream.close();
    for (let tries = 0; server.streams > 0 && tries < 100; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(server.streams).toBe(0);
  });

  it('with a wrong or missing password gives bad readings that do not tell it', async () => {
    for (const password of ['wr0ng-horse', null]) {
      const { context, log } = await rig({ password: PASSWORD }, password);
      const device = await open(context);
      const outcome = await command(device, true);
      expect(outcome.status).not.toBe('applied');
      const said = JSON.stringify([log.lines, outcome, device.description]);
      expect(said).not.toContain('horse');
    }
  });
});

describe('trouble', () => {
  const causes = async (device: Device): Promise<string> => {
    const readings = await device.read();
    expect(readings.length).toBeGreaterThan(0);
    for (const { quality, value: found } of readings) {
      expect({ quality, found }).toEqual({ quality: 'bad', found: undefined });
    }
    return readings[0]?.cause ?? '';
  };

  it.each([
    [{ status: 429 }, 'status 429'],
    [{ status: 401 }, 'status 401'],
    [{ status: 500 }, 'status 500'],
    [{ body: '{"id":1,' }, 'no JSON object'],
    [{ body: '{"id":999999,"result":{}}' }, 'another request'],
    [{ reset: true }, ''],
    [{ delayMs: 600 }, 'in time'],
  ] satisfies [ServerFault, string][])(
    '%j gives bad readings, and is over when it is over',
    async (fault, cause) => {
      const made = await rig();
      const device = await open(made.context, { push: false });
      made.fault = fault;
      expect(await causes(device)).toContain(cause);
      made.fault = undefined;
      const readings = await device.read();
      expect(readings.every(({ quality }) => quality === 'good')).toBe(true);
    },
  );

  it('of a port nobody listens on is said, and every promise settles after close', async () => {
    const { server, transport, context } = await rig();
    await server.close();
    const device = await open(context);
    expect(await device.read()).toEqual([]);
    await expect(transport.request({ method: 'GET', path: '/shelly' })).rejects.toMatchObject({
      code: 'unreachable',
    });
    await expect(transport.stream('/rpc')).rejects.toMatchObject({ code: 'unreachable' });
    transport.close();
    await expect(transport.request({ method: 'GET', path: '/shelly' })).rejects.toMatchObject({
      code: 'aborted',
    });
  });

  it('of a host that is none is refused by name', () => {
    expect(() => connectShelly({ host: 'http://plug' })).toThrow('host: got "http://plug"');
    expect(() => connectShelly({ host: 'plug', port: 0 })).toThrow('port: got 0');
  });
});
