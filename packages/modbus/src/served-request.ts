import { ModbusException } from './modbus-exception.js';
import { packBits, unpackBits } from './pdu.js';
import { isRegisterTable, type Table } from './table.js';
import type { UnitHandler } from './unit-handler.js';

/** A request as a server understood it. */
export interface ServedRequest {
  readonly functionCode: number;
  readonly table: Table;
  readonly address: number;
  readonly count: number;
  /** What to write; absent for reads. Of a function 22 its two masks. */
  readonly values?: Uint16Array | boolean[];
  /** Function 23 only: the first register to write. */
  readonly writeAddress?: number;
}

const readTables: readonly (Table | undefined)[] = [
  undefined,
  'coil',
  'discrete',
  'holding',
  'input',
];

/**
 * Understands the request PDU in `bytes[start, end)` in the order of checks of the specification's
 * state diagrams: function code (exception 1), count and length (3), address (2).
 */
export function parseRequest(bytes: Buffer, start: number, end: number): ServedRequest {
  const functionCode = bytes[start] ?? 0;
  const table = readTables[functionCode];
  const request = table
    ? parseRead(functionCode, table, bytes, start, end)
    : functionCode === 23
      ? parseReadWrite(bytes, start, end)
      : parseWrite(functionCode, bytes, start, end);
  if (request.address + request.count > 0x1_0000) throw new ModbusException(2);
  return request;
}

function parseRead(
  functionCode: number,
  table: Table,
  bytes: Buffer,
  start: number,
  end: number,
): ServedRequest {
  if (end - start !== 5) throw new ModbusException(3);
  const count = bytes.readUInt16BE(start + 3);
  if (count < 1 || count > (isRegisterTable(table) ? 125 : 2000)) throw new ModbusException(3);
  return { functionCode, table, address: bytes.readUInt16BE(start + 1), count };
}

function parseWrite(
  functionCode: number,
  bytes: Buffer,
  start: number,
  end: number,
): ServedRequest {
  if (![5, 6, 15, 16, 22].includes(functionCode)) throw new ModbusException(1);
  if (end - start < 5) throw new ModbusException(3);
  const address = bytes.readUInt16BE(start + 1);
  const word = bytes.readUInt16BE(start + 3);
  if (functionCode <= 6) {
    if (end - start !== 5) throw new ModbusException(3);
    if (functionCode === 6) {
      return { functionCode, table: 'holding', address, count: 1, values: Uint16Array.of(word) };
    }
    if (word !== 0 && word !== 0xff00) throw new ModbusException(3);
    return { functionCode, table: 'coil', address, count: 1, values: [word !== 0] };
  }
  if (functionCode === 22) {
    if (end - start !== 7) throw new ModbusException(3);
    const values = words(bytes, start + 3, 2);
    return { functionCode, table: 'holding', address, count: 1, values };
  }
  const size = functionCode === 16 ? word * 2 : Math.ceil(word / 8);
  const most = functionCode === 16 ? 123 : 1968;
  if (word < 1 || word > most || bytes[start + 5] !== size || end - start !== 6 + size) {
    throw new ModbusException(3);
  }
  return functionCode === 16
    ? {
        functionCode,
        table: 'holding',
        address,
        count: word,
        values: words(bytes, start + 6, word),
      }
    : {
        functionCode,
        table: 'coil',
        address,
        count: word,
        values: unpackBits(bytes, start + 6, word),
      };
}

function parseReadWrite(bytes: Buffer, start: number, end: number): ServedRequest {
  if (end - start < 12) throw new ModbusException(3);
  const [address = 0, count = 0, writeAddress = 0, written = 0] = words(bytes, start + 1, 4);
  const size = written * 2;
  if (count < 1 || count > 125 || written < 1 || written > 121) throw new ModbusException(3);
  if (bytes[start + 9] !== size || end - start !== 10 + size) throw new ModbusException(3);
  if (writeAddress + written > 0x1_0000) throw new ModbusException(2);
  const values = words(bytes, start + 10, written);
  return { functionCode: 23, table: 'holding', address, count, values, writeAddress };
}

function words(bytes: Buffer, start: number, count: number): Uint16Array {
  const values = new Uint16Array(count);
  for (let index = 0; index < count; index += 1) {
    values[index] = bytes.readUInt16BE(start + index * 2);
  }
  return values;
}

/** Free bytes around a reply PDU, for what its framing puts there. */
export interface Room {
  readonly before: number;
  readonly after: number;
}

/** Room for the longest frame: header, unit and 253 bytes of PDU. */
const scratch = Buffer.alloc(270);

/** A copy of the PDU of `length` bytes that was written into {@link scratch}. */
function taken(length: number, room: Room): Buffer {
  return Buffer.from(scratch.subarray(0, room.before + length + room.after));
}

/** A reply PDU of given bytes, with room around it. */
export function replyOf(functionCode: number, data: Uint8Array, room: Room): Buffer {
  const reply = Buffer.alloc(room.before + 1 + data.length + room.after);
  reply[room.before] = functionCode;
  reply.set(data, room.before + 1);
  return reply;
}

/**
 * Runs a request on its unit and returns the reply PDU with room around it.
 *
 * @throws whatever the handler throws; Error when it returns the wrong number of values
 */
export function serve(request: ServedRequest, handler: UnitHandler, room: Room): Buffer {
  const { functionCode, address, count, values } = request;
  const at = room.before;
  scratch[at] = functionCode;
  if (functionCode === 22) return serveMask(request, handler, room);
  if (functionCode === 23) {
    handler.write('holding', request.writeAddress ?? 0, values ?? []);
  } else if (values) {
    handler.write(request.table === 'coil' ? 'coil' : 'holding', address, values);
    scratch.writeUInt16BE(address, at + 1);
    scratch.writeUInt16BE(functionCode <= 6 ? singleWord(values) : count, at + 3);
    return taken(5, room);
  }
  return taken(2 + fill(request, readValues(request, handler), at + 1), room);
}

function readValues(
  { table, address, count }: ServedRequest,
  handler: UnitHandler,
): ArrayLike<number> | ArrayLike<boolean> {
  const values = handler.read(table, address, count);
  if (values.length === count) return values;
  throw new Error(
    `unit handler returned ${values.length} values for ${table} ${address}, expected ${count}`,
  );
}

/** Writes a byte count and values into {@link scratch} at `at`. @returns the byte count */
function fill(
  { table, count }: ServedRequest,
  values: ArrayLike<number> | ArrayLike<boolean>,
  at: number,
): number {
  const size = isRegisterTable(table) ? count * 2 : Math.ceil(count / 8);
  scratch[at] = size;
  if (isRegisterTable(table)) {
    for (let index = 0, to = at + 1; index < count; index += 1, to += 2) {
      const value = Number(values[index]);
      scratch[to] = value >> 8;
      scratch[to + 1] = value;
    }
  } else packBits(scratch, at + 1, values, count);
  return size;
}

/** Reads, changes and writes back one register; MODBUS Application Protocol V1.1b3, section 6.16. */
function serveMask(request: ServedRequest, handler: UnitHandler, room: Room): Buffer {
  const { address, values = [] } = request;
  const [and, or] = [Number(values[0]), Number(values[1])];
  const old = Number(readValues(request, handler)[0]);
  handler.write('holding', address, Uint16Array.of((old & and) | (or & ~and)));
  const at = room.before;
  scratch[at] = request.functionCode;
  scratch.writeUInt16BE(address, at + 1);
  scratch.writeUInt16BE(and, at + 3);
  scratch.writeUInt16BE(or, at + 5);
  return taken(7, room);
}

function singleWord(values: Uint16Array | boolean[]): number {
  const value = values[0];
  return typeof value === 'boolean' ? (value ? 0xff00 : 0) : (value ?? 0);
}
