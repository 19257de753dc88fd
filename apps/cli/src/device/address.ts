import { CommandError } from '../command-error.js';

/** Where devices answer: a line, and on it perhaps one unit. */
export type DeviceAddress = NetworkAddress | SerialAddress;

interface Addressed {
  /** As it was written. */
  readonly text: string;
  /** Unit id, 0..255; absent where the address names a line only. */
  readonly unit?: number;
}

/** Modbus TCP, or RTU frames in a TCP connection or in UDP datagrams. */
export interface NetworkAddress extends Addressed {
  readonly wire: 'tcp' | 'rtuOverTcp' | 'rtuOverUdp';
  readonly host: string;
  readonly port: number;
}

/** A serial line. What is not given is the profile's, or else 9600 bit/s, no parity, 1 stop bit. */
export interface SerialAddress extends Addressed {
  readonly wire: 'rtu';
  readonly path: string;
  readonly baudRate?: number;
  readonly parity?: 'none' | 'even' | 'odd';
  readonly stopBits?: 1 | 2;
}

/** The forms an address has, for help and messages. */
export const ADDRESS_FORMS =
  'tcp://host:port/unit, rtu+tcp://host:port/unit, rtu+udp://host:port/unit or rtu:///dev/ttyUSB0?baud=9600&parity=none&stop=1&unit=1';

const NETWORK_WIRES = { tcp: 'tcp', 'rtu+tcp': 'rtuOverTcp', 'rtu+udp': 'rtuOverUdp' } as const;
const PARITIES = ['none', 'even', 'odd'] as const;
const SERIAL_OPTIONS = ['baud', 'parity', 'stop', 'unit'] as const;

/**
 * Reads an address.
 * @throws CommandError `usage` saying what is wrong with it and what forms there are.
 */
export function parseAddress(text: string): DeviceAddress {
  const [, scheme, rest = ''] = /^([a-z+]+):\/\/(.*)$/.exec(text) ?? [];
  if (scheme === 'rtu') return serialAddress(text, rest);
  if (scheme === 'tcp' || scheme === 'rtu+tcp' || scheme === 'rtu+udp') {
    return networkAddress(text, NETWORK_WIRES[scheme], rest);
  }
  throw wrong(text, scheme === undefined ? 'it has no scheme' : `there is no scheme ${scheme}`);
}

/** @throws CommandError `usage` for an address without a unit. */
export function unitOf(address: DeviceAddress): number {
  if (address.unit !== undefined) return address.unit;
  const hint = address.wire === 'rtu' ? '?unit=1' : '/1';
  throw wrong(address.text, `it names no unit; add it, as in ${hint}`);
}

const wrong = (text: string, why: string): CommandError =>
  new CommandError('usage', `address ${JSON.stringify(text)}: ${why}; expected ${ADDRESS_FORMS}`);

function networkAddress(text: string, wire: NetworkAddress['wire'], rest: string): NetworkAddress {
  const match =
    /^(?<host>\[[0-9A-Fa-f:.]+\]|[^/:?#[\]]*)(?::(?<port>[^/?#]*))?(?:\/(?<path>[^?#]*))?(?:\?(?<query>.*))?$/.exec(
      rest,
    );
  const { host = '', port, path, query } = match?.groups ?? {};
  if (match === null || host === '') throw wrong(text, 'it names no host');
  if (/[*,\s]/.test(host)) throw wrong(text, `the host is ${host}, a single one is needed`);
  if (port === undefined) {
    throw wrong(text, wire === 'tcp' ? 'it names no port (usual is :502)' : 'it names no port');
  }
  const options = optionsOf(text, query, ['unit']);
  const units = [path, options.get('unit')].filter((unit) => unit !== undefined && unit !== '');
  if (units.length > 1) throw wrong(text, 'it names the unit twice');
  const [unit] = units;
  return {
    text,
    wire,
    host: host.replace(/^\[|\]$/g, ''),
    port: integer(text, 'port', port, 1, 65_535),
    ...(unit === undefined ? {} : { unit: integer(text, 'unit', unit, 0, 255) }),
  };
}

function serialAddress(text: string, rest: string): SerialAddress {
  const [whole, query] = splitOnce(rest, '?');
  if (!whole.startsWith('/'))
    throw wrong(text, 'it names no device file (three slashes: rtu:///dev/…)');
  // Device files end in numbers too (/dev/pts/3), so a unit after a slash is one only behind options.
  const [options = '', trailing] = query === undefined ? [] : splitOnce(query, '/');
  const given = optionsOf(text, query === undefined ? undefined : options, SERIAL_OPTIONS);
  if (trailing !== undefined && given.has('unit')) throw wrong(text, 'it names the unit twice');
  const unit = trailing ?? given.get('unit');
  const baud = given.get('baud');
  const parity = given.get('parity');
  const stop = given.get('stop');
  const known = PARITIES.find((one) => one === parity);
  if (parity !== undefined && known === undefined) {
    throw wrong(text, `parity is ${parity}, expected none, even or odd`);
  }
  return {
    text,
    wire: 'rtu',
    path: whole,
    ...(baud === undefined ? {} : { baudRate: integer(text, 'baud', baud, 300, 921_600) }),
    ...(known === undefined ? {} : { parity: known }),
    ...(stop === undefined ? {} : { stopBits: integer(text, 'stop', stop, 1, 2) as 1 | 2 }),
    ...(unit === undefined ? {} : { unit: integer(text, 'unit', unit, 0, 247) }),
  };
}

function splitOnce(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function optionsOf(
  text: string,
  query: string | undefined,
  names: readonly string[],
): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const pair of (query ?? '').split('&').filter((part) => part !== '')) {
    const [name, value] = splitOnce(pair, '=');
    if (!names.includes(name) || value === undefined) {
      throw wrong(text, `it has ${pair}, expected ${names.map((one) => `${one}=…`).join(', ')}`);
    }
    if (options.has(name)) throw wrong(text, `it has ${name} twice`);
    options.set(name, value);
  }
  return options;
}

function integer(text: string, name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,7}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw wrong(text, `${name} is ${JSON.stringify(value)}, expected ${least} to ${most}`);
}
