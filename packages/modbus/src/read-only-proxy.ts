import type { Access } from './access.js';
import type { ModbusBus, ReadRequest, RequestOptions } from './bus.js';
import { identificationMei } from './identification.js';
import { isModbusError } from './modbus-error.js';
import { ModbusException } from './modbus-exception.js';
import { packBits } from './pdu.js';
import type { Responder } from './responder.js';
import { serveIdentification } from './served-identification.js';
import { parseRequest, replyOf, type Room, type ServedRequest } from './served-request.js';
import { MbapServerFraming, RtuServerFraming } from './server-framing.js';
import type { ListenOptions } from './server-options.js';
import { startStreamServer, type TcpServer } from './stream-server.js';
import { isRegisterTable } from './table.js';

/** Options of {@link startReadOnlyProxy}. */
export interface ReadOnlyProxyOptions extends ListenOptions {
  /** Modbus TCP or RTU frames in a TCP connection. Default `tcp`. */
  readonly framing?: 'tcp' | 'rtu';
  /** Most clients at once. Default: no limit. */
  readonly maxConnections?: number;
  /** Which reads are passed on; the others get exception 2. Default: all. */
  readonly allows?: (unit: number, request: ReadRequest) => boolean;
  /**
   * Limits of the reads on the bus. Default priority `low`, so that strangers do not hold up our own
   * polls; a bus with `cacheMs` answers them with what it has read already.
   */
  readonly request?: Pick<
    RequestOptions,
    'timeoutMs' | 'totalTimeoutMs' | 'priority' | 'maximumAgeMs'
  >;
  /** Called after each request; must not throw. */
  readonly onAccess?: (access: Access) => void;
}

/** Longest wait for a whole request in a socket. */
const silenceMs = 500;

/**
 * Lets other software read the devices of a bus over TCP while the bus stays the only one that talks
 * to them: function codes 1-4 and 43/14 are passed on for every unit, everything else, all writes
 * above all, is refused with exception 1. What the device refuses keeps its exception; a device that
 * does not answer is exception 11, a bus without connection or a unit left alone 10, a full queue 6.
 * The bus is not closed with the proxy.
 *
 * @throws ModbusError (as a rejection) `listen-failed` or `bad-options`
 */
export async function startReadOnlyProxy(
  bus: ModbusBus,
  options: ReadOnlyProxyOptions,
): Promise<TcpServer> {
  const framing = () =>
    options.framing === 'rtu' ? new RtuServerFraming(silenceMs) : new MbapServerFraming();
  return startStreamServer({ ...options, responder: new ProxyResponder(bus, options), framing });
}

class ProxyResponder implements Responder {
  constructor(
    private readonly bus: ModbusBus,
    private readonly options: ReadOnlyProxyOptions,
  ) {}

  answer(unit: number, bytes: Buffer, start: number, end: number, room: Room): Promise<Buffer> {
    const functionCode = bytes[start] ?? 0;
    const pdu = Buffer.from(bytes.subarray(start, end));
    return this.#reply(unit, pdu, room).then(
      ({ reply, request }) => {
        this.options.onAccess?.({ unit, functionCode, ...request });
        return reply;
      },
      (error: unknown) => {
        const exceptionCode = exceptionFor(error);
        this.options.onAccess?.({ unit, functionCode, exceptionCode });
        return replyOf(functionCode | 0x80, Uint8Array.of(exceptionCode), room);
      },
    );
  }

  broadcast(): void {
    // A broadcast can only be a write.
  }

  async #reply(
    unit: number,
    pdu: Buffer,
    room: Room,
  ): Promise<{ reply: Buffer; request?: ServedRequest }> {
    const functionCode = pdu[0] ?? 0;
    const limits: RequestOptions = { priority: 'low', ...this.options.request };
    if (functionCode === 43 && pdu[1] === identificationMei) {
      const level = pdu[2] === 1 ? 'basic' : pdu[2] === 2 ? 'regular' : 'extended';
      const { objects } = await this.bus.identify(unit, { ...limits, level });
      return { reply: replyOf(43, serveIdentification(objects, pdu.subarray(1)), room) };
    }
    if (functionCode < 1 || functionCode > 4) throw new ModbusException(1);
    const request = parseRequest(pdu, 0, pdu.length);
    if (this.options.allows?.(unit, request) === false) throw new ModbusException(2);
    const { table, address, count } = request;
    const values = await this.bus.read(unit, { table, address, count }, limits);
    return { reply: replyOf(functionCode, valueBytes(request, values), room), request };
  }
}

/** A byte count and the values. */
function valueBytes({ table, count }: ServedRequest, values: Uint16Array | boolean[]): Uint8Array {
  const size = isRegisterTable(table) ? count * 2 : Math.ceil(count / 8);
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = size;
  if (values instanceof Uint16Array) {
    values.forEach((value, index) => bytes.writeUInt16BE(value, 1 + index * 2));
  } else packBits(bytes, 1, values, count);
  return bytes;
}

function exceptionFor(error: unknown): number {
  if (error instanceof ModbusException) return error.code;
  if (!isModbusError(error)) return 4;
  switch (error.code) {
    case 'exception':
      return error.exceptionCode ?? 4;
    case 'bad-request':
      // A unit this bus cannot have.
      return 11;
    case 'queue-full':
      return 6;
    case 'timeout':
    case 'aborted':
      return 11;
    default:
      return 10;
  }
}
