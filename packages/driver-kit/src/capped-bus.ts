import type { ModbusBus, ReadRequest, RequestOptions } from '@microgrid/modbus';

/**
 * The same bus with no request waiting longer than a limit: a driver that grants its device seconds
 * would make the kit wait as long for every fault.
 */
export function cappedBus(bus: ModbusBus, limitMs: number): ModbusBus {
  const capped = <T extends RequestOptions>(options: T | undefined): T =>
    ({ ...options, timeoutMs: Math.min(options?.timeoutMs ?? limitMs, limitMs) }) as T;
  const read = (unit: number, request: ReadRequest, options?: RequestOptions) =>
    bus.read(unit, request, capped(options));
  return {
    // Whatever a bus of one's own has besides.
    ...bus,
    read: read as ModbusBus['read'],
    write: (unit, request, options) => bus.write(unit, request, capped(options)),
    maskWrite: (unit, request, options) => bus.maskWrite(unit, request, capped(options)),
    readWrite: (unit, request, options) => bus.readWrite(unit, request, capped(options)),
    identify: (unit, options) => bus.identify(unit, capped(options)),
    request: (unit, request, options) => bus.request(unit, request, capped(options)),
    unitStatus: (unit) => bus.unitStatus(unit),
    identityChanged: (unit) => {
      bus.identityChanged(unit);
    },
    state$: bus.state$,
    statistics: () => bus.statistics(),
    close: () => bus.close(),
  };
}
