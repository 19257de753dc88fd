import type { Profile } from '@microgrid/devices';
import {
  isModbusError,
  openRtuOverTcpBus,
  openRtuOverUdpBus,
  openTcpBus,
  type BusOptions,
  type ModbusBus,
} from '@microgrid/modbus';
import { CommandError } from '../command-error.js';
import type { DeviceAddress } from './address.js';

/** What a line is opened with. */
export interface LineSettings {
  /** How the device wants to be talked to; the address has the last word on the serial line. */
  readonly transport?: Profile['transport'] | undefined;
  /** Time one request may wait for its reply, ms. */
  readonly requestTimeoutMs?: number | undefined;
  /** More, for the bus. */
  readonly options?: BusOptions;
}

/** Opens the line of an address. @throws CommandError `usage` for settings that cannot be. */
export async function openLine(address: DeviceAddress, settings: LineSettings): Promise<ModbusBus> {
  const { transport = { kinds: [], unit: 1 } } = settings;
  const requestTimeoutMs = settings.requestTimeoutMs ?? transport.requestTimeoutMs;
  const { connectDelayMs, requestDelayMs, oneClient, pipelining } = transport;
  const options = present({
    requestTimeoutMs,
    connectDelayMs,
    requestDelayMs,
    oneClient,
    pipelining: address.wire === 'tcp' ? pipelining : undefined,
    ...settings.options,
  });
  try {
    switch (address.wire) {
      case 'tcp':
        return openTcpBus({ ...options, host: address.host, port: address.port });
      case 'rtuOverTcp':
        return openRtuOverTcpBus({ ...options, host: address.host, port: address.port });
      case 'rtuOverUdp':
        return openRtuOverUdpBus({ ...options, host: address.host, port: address.port });
      case 'rtu': {
        // The native module is loaded only where a serial line is used.
        const { openRtuBus } = await import('@microgrid/modbus/serial');
        const line = present({
          baudRate: address.baudRate ?? transport.baudRate,
          parity: address.parity ?? transport.parity,
          stopBits: address.stopBits ?? transport.stopBits,
        });
        return openRtuBus({ ...options, ...line, path: address.path });
      }
    }
  } catch (error) {
    if (!isModbusError(error)) throw error;
    throw new CommandError('usage', `address ${address.text}: ${error.message}`, { cause: error });
  }
}

type Present<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

function present<T extends object>(value: T): Present<T> {
  const known = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(known) as Present<T>;
}
