import {
  HAN_LINES,
  isEredesHanError,
  probeHanLine,
  type HanLine,
} from '@microgrid/driver-eredes-han';
import type { Log } from '@microgrid/devices';
import {
  openRtuOverTcpBus,
  openRtuOverUdpBus,
  openTcpBus,
  type ModbusBus,
} from '@microgrid/modbus';
import type { ModbusBusConfig } from './bus-configuration.js';
import { lineOptions, type LineDevice } from './line-options.js';

/** What opening a bus needs to know beside its configuration. */
export interface BusSurroundings {
  /** The devices on it. */
  readonly devices: readonly LineDevice[];
  /** Address of an EMI meter that is alone on the line, whose setting can be found out. */
  readonly hanUnit?: number;
  readonly log: Log;
  /** Fires when the gateway stops. */
  readonly signal: AbortSignal;
}

/** Opens a Modbus bus. The native serial module is loaded only where a bus needs it. */
export async function openBus(
  bus: ModbusBusConfig,
  surroundings: BusSurroundings,
): Promise<ModbusBus> {
  if (bus.type === 'serial') return openSerial(bus, surroundings);
  const { options, port } = lineOptions(bus, surroundings.devices);
  const place = { ...options, host: bus.host, port };
  if (bus.type === 'rtu-over-tcp') return openRtuOverTcpBus(place);
  return bus.type === 'rtu-over-udp' ? openRtuOverUdpBus(place) : openTcpBus(place);
}

/** Longest that a meter's line is looked for, ms. */
const PROBE_MS = 20_000;

async function openSerial(
  bus: Extract<ModbusBusConfig, { type: 'serial' }>,
  { devices, hanUnit, log, signal }: BusSurroundings,
): Promise<ModbusBus> {
  const { interFrameMs, openRtuBus } = await import('@microgrid/modbus/serial');
  const line = lineOptions(bus, devices, interFrameMs);
  const { path } = bus;
  const open = (setting: Partial<HanLine>): ModbusBus => {
    const { options, baudRate, parity, stopBits } = line;
    return openRtuBus({ ...options, path, baudRate, parity, stopBits, ...setting });
  };
  if (hanUnit === undefined) return open({});
  // Edition 2 of the port is 8N1, the one before 8N2: what the configuration says is not tried.
  const lines = HAN_LINES.filter(
    ({ baudRate, stopBits }) =>
      baudRate === (bus.baudRate ?? baudRate) && stopBits === (bus.stopBits ?? stopBits),
  );
  if (lines.length <= 1 || (bus.parity ?? 'none') !== 'none') return open({});
  const ending = AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]);
  try {
    const found = await probeHanLine(open, { unit: hanUnit, lines, attempts: 1, signal: ending });
    log(
      'info',
      `bus ${bus.id}: a meter answers at ${found.line.baudRate} 8N${found.line.stopBits}`,
    );
    return found.bus;
  } catch (error) {
    if (!isEredesHanError(error)) throw error;
    log(
      'warn',
      `bus ${bus.id}: ${error.message}; going on with ${line.baudRate} 8N${line.stopBits}`,
    );
    return open({});
  }
}
