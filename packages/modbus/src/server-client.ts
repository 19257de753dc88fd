import type { Duplex } from 'node:stream';
import { MbapReader } from './mbap-framing.js';
import { ModbusException } from './modbus-exception.js';
import { parseRequest, serve, type ServedRequest } from './served-request.js';
import type { TcpServerOptions } from './tcp-server.js';

/** Bytes of the MBAP header with the unit id. */
const headerBytes = 7;

/** One client of a server: requests in, replies out, in order. */
export class ServerClient {
  readonly #reader = new MbapReader();
  #replies: Buffer[] = [];

  constructor(
    private readonly socket: Duplex,
    private readonly options: TcpServerOptions,
  ) {
    socket.on('data', (bytes: Buffer) => {
      this.#onData(bytes);
    });
    socket.on('drain', () => socket.resume());
    // A reset by the client is its own business; 'close' follows and frees this client.
    socket.on('error', () => socket.destroy());
  }

  /** Ends the connection. */
  drop(): void {
    this.socket.destroy();
  }

  onFrame(id: number, unit: number, bytes: Buffer, start: number, end: number): void {
    const reply = this.#answer(unit, bytes, start, end);
    if (!reply) return;
    reply.writeUInt16BE(id, 0);
    reply.writeUInt16BE(0, 2);
    reply.writeUInt16BE(reply.length - 6, 4);
    reply[6] = unit;
    this.#replies.push(reply);
  }

  #onData(bytes: Buffer): void {
    const isSound = this.#reader.receive(bytes, bytes.length, this);
    const [first, ...others] = this.#replies;
    this.#replies = [];
    if (first) {
      const all = others.length === 0 ? first : Buffer.concat([first, ...others]);
      // A client that asks and does not read gets no more memory than the socket's buffer.
      if (!this.socket.write(all)) this.socket.pause();
    }
    if (!isSound) this.socket.destroy();
  }

  #answer(unit: number, bytes: Buffer, start: number, end: number): Buffer | undefined {
    const { units, unknownUnit, onAccess } = this.options;
    let request: ServedRequest | undefined;
    let reply: Buffer;
    let exceptionCode: number | undefined;
    try {
      const handler = units.get(unit);
      if (!handler) {
        if (unknownUnit === 'silence') return undefined;
        throw new ModbusException(11);
      }
      request = parseRequest(bytes, start, end);
      reply = serve(request, handler, headerBytes);
    } catch (error) {
      exceptionCode = this.#exceptionCode(error);
      reply = Buffer.alloc(headerBytes + 2);
      reply[headerBytes] = (bytes[start] ?? 0) | 0x80;
      reply[headerBytes + 1] = exceptionCode;
    }
    onAccess?.({
      unit,
      functionCode: bytes[start] ?? 0,
      ...request,
      ...(exceptionCode === undefined ? {} : { exceptionCode }),
    });
    return reply;
  }

  #exceptionCode(error: unknown): number {
    if (error instanceof ModbusException) return error.code;
    this.options.onError?.(error);
    return 4;
  }
}
