import type { Profile } from '@microgrid/devices';
import type { BusOptions, UnitOptions } from '@microgrid/modbus';
import type { ModbusBusConfig } from './bus-configuration.js';
import { GatewayError } from './gateway-error.js';
import { present } from './present.js';

/** A device on a line: its unit there, where it is known, and the transport of its profile, if it has one. */
export interface LineDevice {
  readonly device: string;
  readonly unit?: number;
  readonly transport?: Profile['transport'];
}

/** A bus as it is opened. */
export interface OpenedLine {
  readonly options: BusOptions;
  /** Port in the network; 0 of a serial line. */
  readonly port: number;
  readonly baudRate: number;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
}

/** What a profile says of the unit; fields the line's own options name are left to the line. */
const UNIT_FIELDS = ['requestTimeoutMs', 'requestDelayMs', 'pipelining'] as const;

/**
 * The options of a line: what its configuration says, else what the profiles of its devices say, else
 * the defaults. Of several devices the most cautious counts: the longest wait, one client if any has
 * but one.
 * @param leastDelayMs silence that the wire itself needs, by its baud rate; no profile goes below it
 * @throws GatewayError `bad-config` where profiles on one serial line differ and the bus does not say
 */
export function lineOptions(
  bus: ModbusBusConfig,
  devices: readonly LineDevice[],
  leastDelayMs: (baudRate: number) => number = () => 0,
): OpenedLine {
  const transports = devices.flatMap(({ transport }) => transport ?? []);
  const serial = bus.type === 'serial' ? bus : undefined;
  // Only a serial line has these; the same profile may be behind a gateway in the network.
  const onSerial = serial === undefined ? [] : devices;
  const baudRate = agreed(bus.id, 'baudRate', serial?.baudRate, onSerial) ?? 9600;
  const least = serial === undefined ? 0 : leastDelayMs(baudRate);
  const connectDelayMs = most(transports.map((transport) => transport.connectDelayMs));
  const units = unitOptions(bus, devices, least);
  const oneClient = transports.some((transport) => transport.oneClient === true);
  return {
    options: {
      ...(connectDelayMs === undefined ? {} : { connectDelayMs }),
      ...(oneClient ? { oneClient } : {}),
      ...statedOptions(bus),
      ...(Object.keys(units).length === 0 ? {} : { units }),
    },
    port: serial === undefined ? portOf(bus, devices) : 0,
    baudRate,
    parity: agreed(bus.id, 'parity', serial?.parity, onSerial) ?? 'none',
    stopBits: agreed(bus.id, 'stopBits', serial?.stopBits, onSerial) ?? 1,
  };
}

/** What the configuration says of the bus itself. */
function statedOptions(bus: ModbusBusConfig): BusOptions {
  const { id: _id, type: _type, units: _units, ...rest } = bus;
  const place = new Set(['host', 'port', 'path', 'baudRate', 'parity', 'stopBits']);
  const stated = Object.entries(rest).filter(([name]) => !place.has(name));
  return present(Object.fromEntries(stated));
}

function portOf(bus: ModbusBusConfig, devices: readonly LineDevice[]): number {
  return agreed(bus.id, 'port', 'port' in bus ? bus.port : undefined, devices) ?? 502;
}

/** What the bus says, else what all profiles that say anything agree on. */
function agreed<Field extends 'port' | 'baudRate' | 'parity' | 'stopBits'>(
  bus: string,
  field: Field,
  stated: Profile['transport'][Field],
  devices: readonly LineDevice[],
): NonNullable<Profile['transport'][Field]> | undefined {
  if (stated !== undefined) return stated;
  const said = new Map(
    devices.flatMap(({ device, transport }) => {
      const value = transport?.[field];
      return value === undefined ? [] : [[value, device] as const];
    }),
  );
  const [first] = said.keys();
  if (said.size <= 1) return first;
  const each = [...said].map(([value, device]) => `${device}: ${value}`).join(', ');
  throw new GatewayError(
    'bad-config',
    `bus ${bus}: ${field}: got nothing, expected one value, because the profiles of its devices differ (${each}); set all devices to one and state it`,
  );
}

const most = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const fewest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

/** Per unit: what its profiles say unless the bus says it for all, then what the configuration says of it. */
function unitOptions(
  bus: ModbusBusConfig,
  devices: readonly LineDevice[],
  leastDelayMs: number,
): Record<number, UnitOptions> {
  const units: Record<number, UnitOptions> = {};
  for (const { unit } of devices) {
    if (unit === undefined || units[unit] !== undefined) continue;
    const transports = devices.flatMap((each) =>
      each.unit === unit && each.transport !== undefined ? [each.transport] : [],
    );
    const delayMs = most(transports.map((transport) => transport.requestDelayMs));
    const said: UnitOptions = present({
      requestTimeoutMs: most(transports.map((transport) => transport.requestTimeoutMs)),
      requestDelayMs: delayMs === undefined ? undefined : Math.max(delayMs, leastDelayMs),
      pipelining:
        bus.type === 'tcp'
          ? fewest(transports.map((transport) => transport.pipelining))
          : undefined,
    });
    const left = Object.entries(said).filter(
      ([name]) => !UNIT_FIELDS.some((field) => field === name && bus[field] !== undefined),
    );
    if (left.length > 0) units[unit] = Object.fromEntries(left);
  }
  for (const [unit, own] of Object.entries(bus.units ?? {})) {
    units[Number(unit)] = { ...units[Number(unit)], ...(present(own) as UnitOptions) };
  }
  return units;
}

/** How long one request of a unit may wait, where the configuration says so; it beats the profile. */
export function statedTimeoutMs(
  bus: ModbusBusConfig,
  unit: number | undefined,
): number | undefined {
  const own = unit === undefined ? undefined : bus.units?.[String(unit)]?.requestTimeoutMs;
  return own ?? bus.requestTimeoutMs;
}
