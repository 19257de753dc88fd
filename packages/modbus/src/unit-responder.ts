import type { Access } from './access.js';
import { ModbusException } from './modbus-exception.js';
import type { Responder } from './responder.js';
import { serveIdentification } from './served-identification.js';
import { parseRequest, replyOf, serve, type Room, type ServedRequest } from './served-request.js';
import type { UnitHandler } from './unit-handler.js';

/** What a responder needs to know of its server. */
export interface UnitResponderOptions {
  readonly units: ReadonlyMap<number, UnitHandler>;
  readonly unknownUnit?: 'exception' | 'silence';
  readonly onAccess?: (access: Access) => void;
  readonly onError?: (error: unknown) => void;
}

/** Answers from unit handlers, at once. */
export class UnitResponder implements Responder {
  constructor(private readonly options: UnitResponderOptions) {}

  answer(unit: number, bytes: Buffer, start: number, end: number, room: Room): Buffer | undefined {
    const { units, unknownUnit, onAccess } = this.options;
    const functionCode = bytes[start] ?? 0;
    const handler = units.get(unit);
    let request: ServedRequest | undefined;
    let reply: Buffer;
    let exceptionCode: number | undefined;
    try {
      if (!handler) {
        if (unknownUnit === 'silence') return undefined;
        throw new ModbusException(11);
      }
      const custom = special(handler, functionCode, bytes.subarray(start + 1, end));
      if (custom) {
        if (custom.length > 252)
          throw new Error(`custom reply of ${custom.length} bytes, most 252`);
        reply = replyOf(functionCode, custom, room);
      } else {
        request = parseRequest(bytes, start, end);
        reply = serve(request, handler, room);
      }
    } catch (error) {
      exceptionCode = this.#exceptionCode(error);
      reply = replyOf(functionCode | 0x80, Uint8Array.of(exceptionCode), room);
    }
    if (onAccess || handler?.onAccess) {
      const access = {
        unit,
        functionCode,
        ...request,
        ...(exceptionCode === undefined ? {} : { exceptionCode }),
      };
      onAccess?.(access);
      handler?.onAccess?.(access);
    }
    return reply;
  }

  broadcast(bytes: Buffer, start: number, end: number): void {
    const room = { before: 0, after: 0 };
    for (const unit of this.options.units.keys()) this.answer(unit, bytes, start, end, room);
  }

  #exceptionCode(error: unknown): number {
    if (error instanceof ModbusException) return error.code;
    this.options.onError?.(error);
    return 4;
  }
}

/** The unit's own functions and its identification; undefined leaves it to the known functions. */
function special(
  handler: UnitHandler,
  functionCode: number,
  data: Uint8Array,
): Uint8Array | undefined {
  const custom = handler.custom?.(functionCode, Uint8Array.from(data));
  if (custom || functionCode !== 43 || !handler.identification) return custom;
  return serveIdentification(handler.identification, data);
}
