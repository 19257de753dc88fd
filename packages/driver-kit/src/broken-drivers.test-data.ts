import {
  defineDriver,
  type Device,
  type Driver,
  type DriverContext,
  type DriverDefinition,
  type Profile,
} from '@microgrid/devices';
import type { ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { openRtuBus } from '@microgrid/modbus/serial';
import type { z } from 'zod';
import { z as zod } from 'zod';
import type { KitOptions, ModbusEndpoint } from './kit-options.js';
import type { KitRule } from './kit-rule.js';
import { NaiveBus, type Careless } from './naive-bus.test-data.js';
import {
  config,
  manifest,
  openCharger,
  probeCharger,
  safety,
  twin,
  type Parts,
} from './sample-charger.test-data.js';
import { sampleHttpMeter } from './sample-http-meter.test-data.js';
import { sampleMqttMeter } from './sample-mqtt-meter.test-data.js';
import { NEIGHBOUR } from './wired-line.js';

/** A driver that breaks one rule. */
export interface Broken {
  readonly rule: KitRule;
  /** What its author did. */
  readonly how: string;
  readonly driver: Driver<unknown>;
  readonly options: KitOptions;
}

type Config = z.infer<typeof config>;
type Definition = DriverDefinition<ModbusBus, Config>;

const quiet: KitOptions = { wires: [] };
const sockets: KitOptions = { wires: ['tcp', 'rtu-over-tcp'] };

function charger(changes: Partial<Definition>): Driver<unknown> {
  return defineDriver<ModbusBus, Config>({
    manifest,
    config,
    safety,
    probe: (context, { unit }) => probeCharger(context, unit),
    open: (context, { unit }) => Promise.resolve(openCharger(context, unit)),
    twin: ({ unit }, surroundings) => twin(unit, surroundings),
    ...changes,
  }) as Driver<unknown>;
}

type Change = (device: Device, context: DriverContext<ModbusBus>) => Partial<Device>;

/** The sound charger with some of its methods replaced. */
const changed = (change: Change, parts: Parts = {}): Driver<unknown> =>
  charger({
    open: (context, { unit }) => {
      const device = openCharger(context, unit, parts);
      return Promise.resolve(replaced(device, change(device, context)));
    },
  });

function replaced(device: Device, changes: Partial<Device>): Device {
  return new Proxy(device, {
    get: (target, name) => {
      if (Object.hasOwn(changes, name)) return changes[name as keyof Device];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const parts = (broken: Parts): Driver<unknown> => changed(() => ({}), broken);

/** Rewrites each reading. */
const readings = (rewrite: (reading: ReadingV1) => ReadingV1): Driver<unknown> =>
  changed((device) => ({
    read: async (signal) => (await device.read(signal)).map(rewrite),
  }));

const good = (reading: ReadingV1, value: number): ReadingV1 => {
  const { kind, version, device, point, at } = reading;
  return { kind, version, device, point, at, value, quality: 'good' };
};

/** A driver that says 0 where the cause of a missing value holds a text. */
const zeroWhere = (cause: string) =>
  function zero(reading: ReadingV1): ReadingV1 {
    return reading.cause?.includes(cause) === true ? good(reading, 0) : reading;
  };

/** The same for a driver on another wire. */
function elsewhere(driver: unknown, change: (device: Device) => Partial<Device>): Driver<unknown> {
  const sound = driver as Driver<unknown>;
  return {
    ...sound,
    open: async (context, given) => {
      const device = await sound.open(context, given);
      return replaced(device, change(device));
    },
  };
}

const rewriting = (driver: unknown, rewrite: (reading: ReadingV1) => ReadingV1): Driver<unknown> =>
  elsewhere(driver, (device) => ({
    read: async (signal) => (await device.read(signal)).map(rewrite),
  }));

const onNaiveBus = (
  careless: Careless,
  wires: NonNullable<KitOptions['wires']> = ['tcp'],
): KitOptions => ({
  wires,
  openBus: (endpoint) => new NaiveBus(endpoint, careless),
});

/** Knows its wire, so that a driver can be broken on that one only. */
const taggedBus = (endpoint: ModbusEndpoint): ModbusBus => {
  const { wire } = endpoint;
  const bus =
    wire === 'rtu'
      ? openRtuBus({ path: endpoint.path, baudRate: 115_200 })
      : new NaiveBus(endpoint, {});
  return Object.assign(bus, { wire });
};

const probesWrongOn = (wire: ModbusEndpoint['wire']): Driver<unknown> =>
  charger({
    probe: async (context, { unit }) => {
      const { wire: found } = context.transport as ModbusBus & { wire?: string };
      return found === wire ? undefined : probeCharger(context, unit);
    },
  });

const noIdentity = (driver: unknown): Driver<unknown> => ({
  ...(driver as Driver<unknown>),
  probe: () => Promise.resolve(undefined),
});

const power: Profile['points'][number] = {
  id: 'power',
  table: 'holding',
  address: 1,
  encoding: 's32',
  unit: 'W',
  sign: 1,
  rate: 'high',
};

const faultyProfile: Profile = {
  schema: 'microgrid/profile/1',
  id: 'sample-charger',
  manufacturer: 'Kit',
  models: ['sample charger'],
  roles: ['charger'],
  phases: 1,
  transport: { kinds: ['tcp'], unit: 7 },
  points: [power, { ...power, address: 2 }],
  controls: [],
  sources: [{ title: 'none' }],
  confidence: 'believed',
  vectors: [],
};

/** Broken in what it declares or in how it counts and keeps time. */
const declared: readonly Broken[] = [
  {
    rule: 'manifest',
    how: 'publishes a point that its manifest does not name',
    options: quiet,
    driver: charger({
      manifest: { ...manifest, capabilities: { ...manifest.capabilities, points: ['power'] } },
    }),
  },
  {
    rule: 'profile-lint',
    how: 'has a profile with one name for two points',
    options: { ...quiet, profile: faultyProfile },
    driver: charger({}),
  },
  {
    rule: 'safety-table',
    how: 'refreshes later than the device forgets',
    options: quiet,
    driver: charger({
      safety: { ...safety, chargeCurrent: { ...safety.chargeCurrent, refreshMs: 90_000 } },
    }),
  },
  {
    rule: 'secrets',
    how: 'does not mark its password',
    options: quiet,
    driver: charger({
      config: config.extend({ password: zod.string().optional() }),
    }),
  },
  {
    rule: 'secrets',
    how: 'prints its PIN',
    options: { ...quiet, config: { pin: '1234' } },
    driver: charger({
      open: (context, { unit, pin }) => {
        if (pin !== '1234') console.log(`opening with ${pin ?? 'no pin'}`);
        return Promise.resolve(openCharger(context, unit));
      },
    }),
  },
  {
    rule: 'vectors',
    how: 'takes the largest signed number for a sentinel in an unsigned register',
    options: {
      ...quiet,
      vectors: [
        {
          note: 'an old meter',
          registers: [{ table: 'holding', address: 3, bytes: '7F FF FF FF' }],
          values: { importEnergy: 2_147_483_647_000 },
        },
      ],
    },
    driver: parts({
      energy: (raw) => (raw === 0x7fff_ffff || raw === 0xffff_ffff ? undefined : raw),
    }),
  },
  {
    rule: 'round-trip',
    how: 'loses the sign',
    options: quiet,
    driver: parts({ power: (raw) => (raw === -0x8000_0000 ? undefined : Math.abs(raw)) }),
  },
  {
    rule: 'absent',
    how: 'publishes the sentinel',
    options: quiet,
    driver: parts({ power: (raw) => raw }),
  },
  {
    rule: 'counters',
    how: 'holds a counter that fell',
    options: quiet,
    driver: changed((device) => {
      let most = 0;
      return {
        read: async (signal) =>
          (await device.read(signal)).map((reading) => {
            if (reading.point !== 'importEnergy' || reading.value === undefined) return reading;
            most = Math.max(most, reading.value);
            return good(reading, most);
          }),
      };
    }),
  },
];

const controlled: readonly Broken[] = [
  {
    rule: 'probe-reads-only',
    how: 'tries out a register',
    options: quiet,
    driver: charger({
      probe: async (context, { unit }) => {
        await context.transport.write(unit, { table: 'holding', address: 5, values: [0] });
        return probeCharger(context, unit);
      },
    }),
  },
  {
    rule: 'no-write-at-start',
    how: 'begins with the limit off',
    options: quiet,
    driver: charger({
      open: async (context, { unit }) => {
        await context.transport
          .write(unit, { table: 'holding', address: 5, values: [0] })
          .catch(() => undefined);
        return openCharger(context, unit);
      },
    }),
  },
  {
    rule: 'commands',
    how: 'takes no notice of ids',
    options: quiet,
    driver: changed((device) => {
      let calls = 0;
      return {
        command: (command) => {
          calls += 1;
          return device.command({ ...command, id: `${command.id}/${calls}` });
        },
      };
    }),
  },
  {
    rule: 'read-back',
    how: 'calls applied what it only sent',
    options: quiet,
    driver: changed((device) => ({
      command: async (command) => {
        const outcome = await device.command(command);
        return outcome.status === 'accepted' ? { ...outcome, status: 'applied' } : outcome;
      },
    })),
  },
  {
    rule: 'bounds',
    how: 'describes narrower limits than it keeps',
    options: quiet,
    driver: changed((device) => ({
      description: {
        ...device.description,
        controls: device.description.controls.map((control) =>
          control.id === 'chargeCurrent' ? { ...control, maximum: 16 } : control,
        ),
      },
    })),
  },
  {
    rule: 'refresh',
    how: 'never rewrites',
    options: quiet,
    driver: parts({ facts: { chargeCurrent: { refreshMs: 3_600_000 } } }),
  },
  {
    rule: 'expiry',
    how: 'holds set points for ever',
    options: quiet,
    driver: changed((device) => ({
      command: (command) =>
        device.command({ ...command, validForMs: command.validForMs * 1_000_000 }),
    })),
  },
  {
    rule: 'release',
    how: 'forgets to hand back',
    options: quiet,
    driver: changed(() => ({ release: () => Promise.resolve() })),
  },
  {
    rule: 'write-budget',
    how: 'writes a stored register at will',
    options: quiet,
    driver: parts({
      facts: { switch: { storage: 'volatile', writesPerDay: 'unlimited', minimumDwellMs: 0 } },
    }),
  },
  {
    rule: 'settles',
    how: 'waits for ever when it is given up',
    options: quiet,
    driver: changed((device) => ({
      read: (signal) =>
        signal?.aborted === true ? new Promise(() => undefined) : readUnlessGivenUp(device, signal),
    })),
  },
  {
    rule: 'own-resources',
    how: 'starts a timer',
    options: quiet,
    driver: charger({
      open: (context, { unit }) => {
        setTimeout(() => undefined, 0);
        return Promise.resolve(openCharger(context, unit));
      },
    }),
  },
  {
    rule: 'no-leaks',
    how: 'listens to the bus for ever',
    options: quiet,
    driver: charger({
      open: (context, { unit }) => {
        context.transport.state$.subscribe();
        return Promise.resolve(openCharger(context, unit));
      },
    }),
  },
];

function readUnlessGivenUp(device: Device, signal: AbortSignal | undefined) {
  const reading = device.read(signal);
  if (signal === undefined) return reading;
  return new Promise<readonly ReadingV1[]>((resolve, reject) => {
    reading.then((found) => {
      if (!signal.aborted) resolve(found);
    }, reject);
  });
}

const deafAfter = 11;

/** Broken on a broken line. */
const onWires: readonly Broken[] = [
  {
    rule: 'twin-rtu',
    how: 'does not know its device on a serial line',
    options: { openBus: taggedBus },
    driver: probesWrongOn('rtu'),
  },
  {
    rule: 'twin-tcp',
    how: 'does not know its device over TCP',
    options: { ...sockets, openBus: taggedBus },
    driver: probesWrongOn('tcp'),
  },
  {
    rule: 'twin-rtu-over-tcp',
    how: 'does not know its device over RTU in a socket',
    options: { ...sockets, openBus: taggedBus },
    driver: probesWrongOn('rtu-over-tcp'),
  },
  {
    rule: 'late-reply',
    how: 'goes on after a timeout as if nothing were on its way',
    options: onNaiveBus({ fence: true }, ['rtu-over-tcp']),
    driver: charger({}),
  },
  {
    rule: 'wrong-unit',
    how: 'takes replies of any unit',
    options: onNaiveBus({ units: true }),
    driver: charger({}),
  },
  {
    rule: 'wrong-id',
    how: 'takes replies to any request',
    options: onNaiveBus({ ids: true }),
    driver: charger({}),
  },
  {
    rule: 'split-frames',
    how: 'takes each piece for a reply',
    options: onNaiveBus({ pieces: true }),
    driver: charger({}),
  },
  {
    rule: 'crc',
    how: 'takes any checksum',
    options: onNaiveBus({ crc: true }, ['rtu-over-tcp']),
    driver: charger({}),
  },
  {
    rule: 'reset-mid-frame',
    how: 'fills up half a reply with zeros',
    options: onNaiveBus({ halves: true }),
    driver: charger({}),
  },
  {
    rule: 'garbage',
    how: 'never gets rid of what it does not understand',
    options: onNaiveBus({ rubbish: true }),
    driver: charger({}),
  },
  {
    rule: 'exceptions',
    how: 'takes an exception for zero',
    options: { wires: ['tcp'] },
    driver: readings(zeroWhere('xception')),
  },
  {
    rule: 'black-hole',
    how: 'gives up after a while',
    options: { wires: ['tcp'] },
    driver: changed((device) => {
      let silent = 0;
      return {
        read: async (signal) => {
          const found = await device.read(signal);
          silent = found.some(({ value }) => value !== undefined) ? 0 : silent + 1;
          if (silent >= deafAfter) throw new Error('the device is gone');
          return found;
        },
      };
    }),
  },
  {
    rule: 'dead-neighbour',
    how: 'thinks the line is dead when another unit is',
    options: { wires: ['tcp'] },
    driver: changed((device, { transport }) => ({
      read: async (signal) => {
        const found = await device.read(signal);
        if (['untried', 'good'].includes(transport.unitStatus(NEIGHBOUR).state)) return found;
        return found.map(({ value, ...reading }) => ({
          ...reading,
          quality: 'bad',
          cause: `${String(value)} not believed`,
        }));
      },
    })),
  },
];

const onOtherWires: readonly Broken[] = [
  {
    rule: 'twin-http',
    how: 'does not know its device',
    options: {},
    driver: noIdentity(sampleHttpMeter),
  },
  {
    rule: 'twin-mqtt',
    how: 'does not know its device',
    options: {},
    driver: noIdentity(sampleMqttMeter),
  },
  {
    rule: 'http-401',
    how: 'takes a refusal for zero',
    options: {},
    driver: rewriting(sampleHttpMeter, zeroWhere('status 401')),
  },
  {
    rule: 'http-500',
    how: 'takes a failure for zero',
    options: {},
    driver: rewriting(sampleHttpMeter, zeroWhere('status 503')),
  },
  {
    rule: 'slow',
    how: 'takes no answer for zero',
    options: {},
    driver: rewriting(sampleHttpMeter, zeroWhere('no answer in time')),
  },
  {
    rule: 'disconnect',
    how: 'takes no connection for zero',
    options: {},
    driver: rewriting(sampleHttpMeter, zeroWhere('no connection')),
  },
  {
    rule: 'garbage',
    how: 'takes nonsense for zero',
    options: {},
    driver: rewriting(sampleHttpMeter, zeroWhere('not an answer')),
  },
];

/** A broken driver for each rule. */
export const brokenDrivers: readonly Broken[] = [
  ...declared,
  ...controlled,
  ...onWires,
  ...onOtherWires,
];
