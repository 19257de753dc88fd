import { openRtuOverTcpBus, openTcpBus, type ModbusBus } from '@microgrid/modbus';
import type { GatewayConfig } from './configuration.js';
import { present } from './present.js';

/** Opens a bus as configured. The native serial module is loaded only where a bus needs it. */
export async function openBus(bus: GatewayConfig['buses'][number]): Promise<ModbusBus> {
  if (bus.type === 'tcp') {
    const { id, type, framing, ...options } = bus;
    return framing === 'rtu' ? openRtuOverTcpBus(present(options)) : openTcpBus(present(options));
  }
  const { openRtuBus } = await import('@microgrid/modbus/serial');
  const { id, type, ...options } = bus;
  return openRtuBus(present(options));
}
