import { deviceDescriptionV1, parse } from '@microgrid/events';
import fc from 'fast-check';
import { z } from 'zod';
import { Redactor } from './redaction.js';
import { defineDriver, isDevicesError, secret, secretPaths, type DriverContext } from './index.js';
import { fakeDevice, memoryLog, memoryStore, virtualClock } from './testing.js';

const PASSWORD = 'hunter2/äß"x';

const config = z.strictObject({
  host: z.string(),
  password: secret(z.string().min(8)),
  accounts: z
    .array(z.strictObject({ name: z.string(), token: secret(z.string()).optional() }))
    .default([]),
  nested: z.object({ pin: secret(z.number()).nullable().default(null) }).optional(),
  either: z.union([z.string(), z.object({ key: secret(z.string()) })]).optional(),
});

const leaky = defineDriver({
  manifest: {
    name: 'leaky',
    version: '1.0.0',
    contractVersion: 1,
    families: ['meter'],
    transports: ['http'],
    licence: 'Apache-2.0',
    capabilities: { points: ['power'], controls: [] },
  },
  config,
  probe: ({ log }: DriverContext<string>, { password }) => {
    log('info', `asking with ${password}`, { url: `http://me:${encodeURIComponent(password)}@x/` });
    return Promise.resolve({ model: `model ${password}` });
  },
  open: async ({ clock, log, store }, { password, host }) => {
    if (host === 'refuses')
      throw new Error(`login ${password} refused`, { cause: new Error(password) });
    log('error', JSON.stringify({ password }));
    await store.set('login', { password });
    const device = fakeDevice({
      clock,
      description: parse(deviceDescriptionV1, {
        kind: 'deviceDescription',
        version: 1,
        device: 'd',
        role: 'meter',
        manufacturer: `made by ${password}`,
        phases: 1,
        points: ['power'],
        controls: [],
        limits: {},
      }),
      values: {},
      onCommand: () => ({ status: 'failed', reason: `401 for ${password}` }),
    });
    return {
      ...device,
      read: async () =>
        (await device.read()).map((reading) => ({ ...reading, cause: `401 for ${password}` })),
      close: () => Promise.reject(new Error(`logout ${password}`)),
    };
  },
  safety: {},
  twin: () => {
    throw new Error('never asked');
  },
});

function surroundings() {
  const { log, lines } = memoryLog();
  const store = memoryStore();
  const context: DriverContext<string> = {
    device: 'd',
    transport: '',
    clock: virtualClock(0),
    log,
    store,
    signal: new AbortController().signal,
  };
  return { context, lines, store };
}

function expectNone(text: unknown): void {
  const all = typeof text === 'string' ? text : JSON.stringify(text);
  for (const form of [PASSWORD, 'hunter2', encodeURIComponent(PASSWORD)]) {
    expect(all).not.toContain(form);
  }
  expect(all).toContain('***');
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (!(error instanceof Error)) throw new Error('nothing was thrown');
  return `${error.message} ${error.stack ?? ''} ${String(error.cause)} ${JSON.stringify(error)}`;
}

describe('secrets', () => {
  it('are found wherever a schema marks them', () => {
    expect(secretPaths(config)).toEqual([
      ['password'],
      ['accounts', '*', 'token'],
      ['nested', 'pin'],
      ['either', 'key'],
    ]);
  });

  it('stand in no log, store, identity, description, reading, outcome or error', async () => {
    const { context, lines, store } = surroundings();
    const given = { host: 'h', password: PASSWORD };
    expectNone(await leaky.probe(context, given));
    const device = await leaky.open(context, given);
    const pushed: unknown[] = [];
    device.points$.subscribe((readings) => pushed.push(readings));
    expectNone(device.description);
    expectNone(await device.read());
    expectNone(await device.command({} as never));
    expectNone(await messageOf(device.close()));
    expectNone(await messageOf(leaky.open(context, { ...given, host: 'refuses' })));
    expect(lines).toHaveLength(2);
    lines.forEach(expectNone);
    expectNone([...store.values]);
    expect(pushed).toHaveLength(1);
  });

  it.each([
    [{ host: 'h', password: 'short7' }, 'password: got ***, expected string >=8'],
    [{ host: 'h', password: 12345678 }, 'password: got ***, expected string'],
    [{ host: 'h', passwort: PASSWORD, password: PASSWORD }, 'passwort: got ***, expected no such'],
    [
      { host: 'h', password: PASSWORD, accounts: [{ name: 'a', token: 7777777 }] },
      'token: got ***',
    ],
    [{ host: 'h', password: PASSWORD, accounts: { token: 'hunter2' } }, 'accounts: got ***'],
    [{ host: 'h', password: PASSWORD, nested: { pin: 'hunter2' } }, 'nested.pin: got ***'],
    [{ host: PASSWORD, password: PASSWORD, nested: 1 }, 'nested: got ***'],
    [{ host: 'h' }, 'password: got nothing, expected string'],
  ])('are not repeated by what is wrong with a configuration', async (given, expected) => {
    const refused: unknown = await leaky
      .open(surroundings().context, given)
      .catch((e: unknown) => e);
    if (!isDevicesError(refused)) throw new Error('not refused');
    expect(refused.message).toContain(expected);
    const told = `${refused.message} ${JSON.stringify(refused.problems)}`;
    for (const hidden of ['hunter2', 'short7', '12345678', '7777777']) {
      expect(told).not.toContain(hidden);
    }
  });

  it('no text keeps any secret of four or more characters', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 20 }),
        fc.string(),
        fc.string(),
        (hidden, before, after) => {
          fc.pre(!'***'.includes(hidden));
          const text = new Redactor([hidden]).text(`${before}${hidden}${after}`);
          expect(text.replaceAll('***', '\u0000')).not.toContain(hidden);
        },
      ),
      { seed: 4 },
    );
  });

  it('short ones are hidden where they stand alone, and words that hold them stay whole', () => {
    expect(new Redactor(['a']).text('a bad pin a, at')).toBe('*** bad pin ***, at');
  });

  it('a driver without secrets is not wrapped', async () => {
    expect(new Redactor([]).idle).toBe(true);
    expect(new Redactor(['', undefined, null, true]).idle).toBe(true);
    const { context } = surroundings();
    const device = await leaky.open(context, { host: 'h', password: PASSWORD });
    expect(device.safety()).toEqual({});
    await device.release();
  });
});
