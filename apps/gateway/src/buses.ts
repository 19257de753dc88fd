import { openTcpBus, type ModbusBus } from '@microgrid/modbus';
import type { GatewayConfig } from './configuration.js';
import { present } from './present.js';

/** Opens a bus as configured. The native serial module is loaded only where a bus needs it. */
export async function openBus(bus: GatewayConfig['buses'][number]): Promise<ModbusBus> {
  if (bus.type === 'tcp') {
    const { id, type, ...options } = bus;
    return openTcpBus(present(options));
  }
  const { openSerialBus } = await import('@microgrid/modbus/serial');
  const { id, type, ...options } = bus;
  return openSerialBus(present(options));
}
