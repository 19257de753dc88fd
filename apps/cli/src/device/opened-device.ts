import {
  isDevicesError,
  type Device,
  type DriverStore,
  type Log,
  type Profile,
} from '@microgrid/devices';
import type { ReadRegisters } from '@microgrid/driver-modbus';
import { type ModbusBus } from '@microgrid/modbus';
import { CommandError } from '../command-error.js';
import { parseAddress, unitOf, type DeviceAddress } from './address.js';
import type { DeviceSource } from './device-source.js';
import { openLine } from './open-line.js';
import { systemClock } from './system-clock.js';
import { watchedBus } from './watched-bus.js';

/** Options of every command that opens one device. */
export interface DeviceOptions {
  /** Configuration of the driver as JSON. */
  readonly config?: string;
  /** Time one request may wait for its reply, ms. */
  readonly timeout?: number;
}

/** How a device is opened. */
export interface OpenSettings extends DeviceOptions {
  /** Id of the device in its readings. */
  readonly id: string;
  readonly store: DriverStore;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Refuses whatever would change the device. */
  readonly readOnly: boolean;
  /** A line that is open already; its owner closes it. */
  readonly bus?: ModbusBus;
}

/** A device that was opened, with its line. */
export interface OpenedDevice {
  readonly source: DeviceSource;
  readonly address: DeviceAddress;
  readonly device: Device;
  readonly config: Readonly<Record<string, unknown>>;
  /** Registers of its unit as last read. */
  readonly registers: ReadRegisters;
  /** Releases what is held, gives the device up and closes the line. */
  close(): Promise<void>;
}

/** Reads `--config`. @throws CommandError `usage`. */
export function parseConfig(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new CommandError('usage', `--config: got ${text}, expected a JSON object as {"phases":1}`);
}

/** What a message says of an address that a profile cannot have. */
function checkWire({ transport, id }: Profile, address: DeviceAddress): void {
  if (transport.kinds.includes(address.wire)) return;
  throw new CommandError(
    'usage',
    `address ${address.text}: ${id} is not reached that way, expected ${transport.kinds.join(' or ')}`,
  );
}

/**
 * Opens a device at an address; trouble on the wire shows in its readings.
 * @throws CommandError `usage` for an address or configuration that is wrong.
 */
export async function openDevice(
  source: DeviceSource,
  text: string,
  settings: OpenSettings,
): Promise<OpenedDevice> {
  const address = parseAddress(text);
  const unit = unitOf(address);
  const { profile, driver } = source;
  if (profile !== undefined) checkWire(profile, address);
  const config = { ...parseConfig(settings.config), unit };
  const line =
    settings.bus ??
    (await openLine(address, {
      transport: profile?.transport,
      requestTimeoutMs: settings.timeout,
    }));
  const { bus, registers } = watchedBus(line, settings.readOnly);
  const closeLine = async (): Promise<void> => {
    if (settings.bus === undefined) await line.close();
  };
  try {
    const { id, log, store, signal } = settings;
    const context = { device: id, transport: bus, clock: systemClock, log, store, signal };
    const device = await driver.open(context, config);
    return {
      source,
      address,
      device,
      config,
      registers: registers(unit),
      close: async () => {
        await device.close();
        await closeLine();
      },
    };
  } catch (error) {
    await closeLine();
    if (!isDevicesError(error)) throw error;
    throw new CommandError('usage', error.message, { cause: error });
  }
}
