import { connect, type Socket } from 'node:net';
import { ModbusError, type ModbusBus } from '@microgrid/modbus';
import { BehaviorSubject } from 'rxjs';
import type { ModbusEndpoint } from './kit-options.js';
import { MemoryBus } from './memory-bus.js';

/** What a careless client does not look at. */
export interface Careless {
  /** Takes any transaction id. */
  readonly ids?: boolean;
  /** Takes any unit. */
  readonly units?: boolean;
  /** Takes any checksum. */
  readonly crc?: boolean;
  /** Goes on with the same connection after a timeout. */
  readonly fence?: boolean;
  /** Takes each piece for a whole reply. */
  readonly pieces?: boolean;
  /** Fills a reply that broke off with zeros. */
  readonly halves?: boolean;
  /** Keeps what it did not understand before what comes next. */
  readonly rubbish?: boolean;
}

const TIMEOUT_MS = 60;

function crc16(bytes: Buffer): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
}

interface Asked {
  readonly id: number;
  readonly unit: number;
  readonly functionCode: number;
  /** Bytes of a good reply after unit and function. */
  readonly length: number;
  readonly done: (result: Buffer | ModbusError) => void;
}

/** A Modbus client as people write it in an afternoon; each carelessness can be switched on. */
export class NaiveBus extends MemoryBus implements ModbusBus {
  private socket: Socket | undefined;
  private buffer: Buffer = Buffer.alloc(0);
  private asked: Asked | undefined;
  private lastId = 0;
  private turn: Promise<unknown> = Promise.resolve();
  private readonly tcp: boolean;
  private readonly port: number;
  private over = false;
  override readonly state$ = new BehaviorSubject('connected' as const).asObservable();

  constructor(
    endpoint: ModbusEndpoint,
    private readonly careless: Careless,
  ) {
    super(0, { read: () => [], write: () => undefined });
    this.tcp = endpoint.wire === 'tcp';
    this.port = endpoint.wire === 'rtu' ? 0 : endpoint.port;
  }

  override read(unit: number, request: never): Promise<never> {
    const { address, count } = request as { address: number; count: number };
    const pdu = Buffer.from([3, address >> 8, address & 255, count >> 8, count & 255]);
    return this.inTurn(async () => {
      const reply = await this.exchange(unit, pdu, 1 + 2 * count);
      return Uint16Array.from({ length: count }, (_, at) => reply.readUInt16BE(1 + 2 * at));
    }) as Promise<never>;
  }

  override write(unit: number, request: { address: number; values: ArrayLike<unknown> } & object) {
    const { address, values } = request;
    const value = Number(values[0]);
    const pdu = Buffer.from([6, address >> 8, address & 255, value >> 8, value & 255]);
    return this.inTurn(async () => {
      await this.exchange(unit, pdu, 4);
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.turn.then(work, work);
    this.turn = next.catch(() => undefined);
    return next;
  }

  private async exchange(unit: number, pdu: Buffer, length: number): Promise<Buffer> {
    const socket = await this.connected();
    this.lastId = (this.lastId + 1) & 0xffff;
    const id = this.lastId;
    if (this.careless.rubbish !== true) this.buffer = Buffer.alloc(0);
    const answered = new Promise<Buffer | ModbusError>((done) => {
      this.asked = { id, unit, functionCode: pdu[0] ?? 0, length, done };
    });
    socket.write(this.frame(id, unit, pdu));
    const timer = setTimeout(() => {
      this.finish(new ModbusError('timeout', 'naive: no reply'));
      if (this.careless.fence !== true) this.drop();
    }, TIMEOUT_MS);
    const result = await answered;
    clearTimeout(timer);
    if (result instanceof ModbusError) throw result;
    return result;
  }

  private frame(id: number, unit: number, pdu: Buffer): Buffer {
    const body = Buffer.concat([Buffer.from([unit]), pdu]);
    if (this.tcp) {
      const head = Buffer.from([id >> 8, id & 255, 0, 0, 0, body.length]);
      return Buffer.concat([head, body]);
    }
    const crc = crc16(body);
    return Buffer.concat([body, Buffer.from([crc & 255, crc >> 8])]);
  }

  private connected(): Promise<Socket> {
    if (this.over) return Promise.reject(new ModbusError('closed', 'naive: closed'));
    const { socket } = this;
    if (socket !== undefined && !socket.destroyed) return Promise.resolve(socket);
    return new Promise((resolve, reject) => {
      const fresh = connect({ host: '127.0.0.1', port: this.port, noDelay: true });
      this.socket = fresh;
      fresh.once('connect', () => {
        resolve(fresh);
      });
      fresh.on('error', () => {
        reject(new ModbusError('connect-failed', 'naive: cannot connect'));
      });
      fresh.on('data', (bytes: Buffer) => {
        if (this.socket === fresh) this.take(bytes);
      });
      fresh.on('close', () => {
        if (this.socket === fresh) this.lost();
      });
    });
  }

  private lost(): void {
    const { asked, careless } = this;
    if (asked !== undefined && careless.halves === true && this.buffer.length > 0) {
      const head = this.tcp ? 8 : 2;
      const half = Buffer.alloc(asked.length);
      this.buffer.copy(half, 0, Math.min(head, this.buffer.length));
      this.finish(half);
    }
    this.buffer = Buffer.alloc(0);
    this.finish(new ModbusError('connection-lost', 'naive: the connection broke'));
  }

  private finish(result: Buffer | ModbusError): void {
    const { asked } = this;
    this.asked = undefined;
    asked?.done(result);
  }

  private drop(): void {
    this.socket?.destroy();
    this.socket = undefined;
    if (this.careless.rubbish !== true) this.buffer = Buffer.alloc(0);
    this.finish(new ModbusError('timeout', 'naive: not understood'));
  }

  private take(bytes: Buffer): void {
    this.buffer = this.careless.pieces === true ? bytes : Buffer.concat([this.buffer, bytes]);
    while (this.asked !== undefined) {
      const took = this.tcp ? this.takeTcp(this.asked) : this.takeRtu(this.asked);
      if (!took) return;
    }
  }

  /** Whether a frame was taken off the buffer. */
  private takeTcp(asked: Asked): boolean {
    const { buffer, careless } = this;
    if (buffer.length < 8) return false;
    const length = buffer.readUInt16BE(4);
    if (buffer.readUInt16BE(2) !== 0 || length > 254) {
      if (careless.rubbish !== true) this.drop();
      return false;
    }
    if (buffer.length < 6 + length) return false;
    const frame = buffer.subarray(0, 6 + length);
    this.buffer = buffer.subarray(6 + length);
    const sameId = careless.ids === true || frame.readUInt16BE(0) === asked.id;
    const sameUnit = careless.units === true || frame[6] === asked.unit;
    if (sameId && sameUnit) this.judge(asked, frame.subarray(7));
    return true;
  }

  private takeRtu(asked: Asked): boolean {
    const { buffer, careless } = this;
    if (buffer.length < 5) return false;
    const size = (buffer[1] ?? 0) >= 0x80 ? 5 : asked.length + 4;
    if (buffer.length < size) return false;
    const frame = buffer.subarray(0, size - 2);
    const sound = careless.crc === true || crc16(frame) === buffer.readUInt16LE(size - 2);
    const sameUnit = careless.units === true || frame[0] === asked.unit;
    this.buffer = buffer.subarray(size);
    if (sound && sameUnit) this.judge(asked, frame.subarray(1));
    else if (!sound) this.drop();
    return true;
  }

  private judge(asked: Asked, pdu: Buffer): void {
    const code = pdu[0] ?? 0;
    if (code === (asked.functionCode | 0x80)) {
      const exceptionCode = pdu[1] ?? 4;
      const message = `exception ${exceptionCode}`;
      this.finish(new ModbusError('exception', message, { exceptionCode }));
    } else if (code === asked.functionCode && pdu.length === asked.length + 1) {
      this.finish(pdu.subarray(1));
    }
  }

  override close(): Promise<void> {
    this.over = true;
    this.socket?.destroy();
    this.finish(new ModbusError('closed', 'naive: closed'));
    return Promise.resolve();
  }
}
