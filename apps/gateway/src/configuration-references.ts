import { brokerProblem, wireOf, type BusConfig } from './bus-configuration.js';
import { HOUSE_DRIVERS } from './house-drivers.js';
import { sourcesOf, type IntervalSource } from './interval-source.js';

/** The parts of a configuration that speak of each other. */
interface Parts {
  readonly buses: readonly BusConfig[];
  readonly drivers: readonly string[];
  readonly devices: readonly {
    readonly id: string;
    readonly bus: string;
    readonly driver?: string | undefined;
    readonly config: Readonly<Record<string, unknown>>;
  }[];
  readonly metering: {
    readonly points: readonly {
      readonly meteringPoint: string;
      readonly device: string;
      readonly sources?: readonly IntervalSource[] | undefined;
    }[];
  };
  readonly uplink?: ({ readonly broker: string } & Passwords) | undefined;
}

interface Passwords {
  readonly passwordVariable?: string | undefined;
  readonly passwordFile?: string | undefined;
}

type Path = (string | number)[];
type Refuse = (path: Path, expected: string) => void;

/** What no part of a configuration can say alone: names that fit, each once, wires that suit drivers. */
export function checkReferences(
  config: Parts,
  context: { addIssue: (issue: { code: 'custom'; path: Path; message: string }) => void },
): void {
  const refuse: Refuse = (path, message) => {
    context.addIssue({ code: 'custom', path, message });
  };
  checkBuses(config, refuse);
  checkDevices(config, refuse);
  checkPoints(config, refuse);
  if (config.uplink !== undefined) {
    checkBroker(config.uplink.broker, ['uplink', 'broker'], refuse);
    checkPassword(config.uplink, ['uplink'], refuse);
  }
}

function checkBuses({ buses, uplink }: Parts, refuse: Refuse): void {
  if (new Set(buses.map(({ id }) => id)).size < buses.length) refuse(['buses'], 'each id once');
  for (const [index, bus] of buses.entries()) {
    const path = ['buses', index];
    if (bus.type === 'rtu-over-udp' && bus.port === undefined) {
      refuse([...path, 'port'], 'the port of the adapter, 1 to 65535');
    }
    if (bus.type !== 'tcp' && wireOf(bus) === 'modbus') checkPipelining(bus, path, refuse);
    if (bus.type === 'http') checkPassword(bus, path, refuse);
    if (bus.type !== 'mqtt') continue;
    checkPassword(bus, path, refuse);
    if (bus.broker !== undefined) checkBroker(bus.broker, [...path, 'broker'], refuse);
    else if (uplink === undefined) {
      refuse(
        [...path, 'broker'],
        'the address of a broker, because there is no uplink whose broker it could be',
      );
    } else {
      for (const field of ['username', 'passwordVariable', 'passwordFile'] as const) {
        if (bus[field] === undefined) continue;
        refuse([...path, field], 'no such field beside an absent broker: the uplink’s are used');
      }
    }
  }
}

/** RTU replies do not say which request they answer. */
function checkPipelining(bus: BusConfig, path: Path, refuse: Refuse): void {
  const { pipelining = 1, units = {} } = bus as {
    readonly pipelining?: number;
    readonly units?: Readonly<Record<string, { readonly pipelining?: number | undefined }>>;
  };
  const expected = `1: RTU frames cannot be told apart (${bus.type})`;
  if (pipelining > 1) refuse([...path, 'pipelining'], expected);
  for (const [unit, own] of Object.entries(units)) {
    if ((own.pipelining ?? 1) > 1) refuse([...path, 'units', unit, 'pipelining'], expected);
  }
}

function checkBroker(broker: string, path: Path, refuse: Refuse): void {
  const problem = brokerProblem(broker);
  // A password in an address must not be repeated by the message: the path leads to no value.
  if (problem !== undefined) refuse(broker.includes('@') ? [...path, '@'] : path, problem);
}

function checkPassword(given: Passwords, path: Path, refuse: Refuse): void {
  if (given.passwordFile === undefined || given.passwordVariable === undefined) return;
  refuse([...path, 'passwordFile'], 'either passwordFile or passwordVariable');
}

function checkDevices({ buses, devices, drivers }: Parts, refuse: Refuse): void {
  const byId = new Map(buses.map((bus) => [bus.id, bus]));
  if (new Set(devices.map(({ id }) => id)).size < devices.length)
    refuse(['devices'], 'each id once');
  for (const [index, name] of drivers.entries()) {
    if (!HOUSE_DRIVERS.has(name)) continue;
    refuse(['drivers', index], `a package: ${name} is a driver of the house and needs no listing`);
  }
  for (const [index, { bus: id, driver }] of devices.entries()) {
    const path = ['devices', index];
    const bus = byId.get(id);
    if (bus === undefined) refuse([...path, 'bus'], `one of ${[...byId.keys()].join(', ')}`);
    const house = driver === undefined ? undefined : HOUSE_DRIVERS.get(driver);
    if (driver !== undefined && house === undefined && !drivers.includes(driver)) {
      const known = drivers.join(', ') || 'none yet';
      const own = [...HOUSE_DRIVERS.keys()].join(', ');
      refuse(
        [...path, 'driver'],
        `one that drivers lists (${known}); add it there, or name one of the house: ${own}`,
      );
    }
    if (bus === undefined || (driver !== undefined && house === undefined)) continue;
    const needed = house?.wire ?? 'modbus';
    if (wireOf(bus) === needed) continue;
    const types = needed === 'modbus' ? 'tcp, serial, rtu-over-tcp or rtu-over-udp' : needed;
    refuse(
      [...path, 'bus'],
      `a bus of type ${types} for ${driver ?? 'a profile'}, and ${id} is ${bus.type}`,
    );
  }
}

function checkPoints({ devices, metering }: Parts, refuse: Refuse): void {
  const { points } = metering;
  const byId = new Map(devices.map((device) => [device.id, device]));
  const withProfile = new Map<string, string>();
  for (const [index, point] of points.entries()) {
    const path = ['metering', 'points', index];
    const device = byId.get(point.device);
    if (device === undefined) {
      refuse([...path, 'device'], `one of ${[...byId.keys()].join(', ')}`);
      continue;
    }
    if (!sourcesOf(point, device).includes('loadProfile')) continue;
    if (device.driver === undefined) {
      refuse(
        [...path, 'sources'],
        `registers: ${device.id} has a profile, and its driver reads no load profile`,
      );
    }
    const own = device.config['meteringPoint'];
    if (own !== undefined && own !== point.meteringPoint) {
      const at = devices.indexOf(device);
      refuse(
        ['devices', at, 'config', 'meteringPoint'],
        `${point.meteringPoint}, as metering.points[${index}] says, or nothing`,
      );
    }
    const other = withProfile.get(device.id);
    if (other !== undefined) {
      refuse(
        [...path, 'device'],
        `another meter: the load profile of ${device.id} is that of ${other}`,
      );
    }
    withProfile.set(device.id, point.meteringPoint);
  }
  const names = points.map(({ meteringPoint }) => meteringPoint);
  if (new Set(names).size < names.length)
    refuse(['metering', 'points'], 'each metering point once');
}
