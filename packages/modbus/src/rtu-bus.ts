import { BusEngine } from './bus-engine.js';
import type { ModbusBus } from './bus.js';
import type { BusOptions } from './bus-options.js';
import { RtuFraming } from './rtu-framing.js';
import { SerialDialer } from './serial-dialer.js';
import { interFrameMs, resolveSerialLine, type SerialLine } from './serial-line.js';
import { zeroCounters } from './statistics.js';

/** The serial line and the limits of every bus. */
export interface RtuBusOptions extends BusOptions, SerialLine {}

/**
 * Opens a Modbus RTU bus on a serial line; this side must be its only master. It opens the port at
 * once and again after the adapter was unplugged, until it is closed.
 *
 * @throws ModbusError `bad-options`
 */
export function openRtuBus(options: RtuBusOptions): ModbusBus {
  const line = resolveSerialLine(options);
  const counters = zeroCounters();
  return new BusEngine(new SerialDialer(line), new RtuFraming(counters), counters, {
    requestDelayMs: interFrameMs(line.baudRate),
    resetAfterTimeouts: 0,
    ...options,
  });
}
