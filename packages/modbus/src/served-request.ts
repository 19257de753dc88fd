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
  /** What to write; absent for reads. */
  readonly values?: Uint16Array | boolean[];
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
  if (functionCode !== 5 && functionCode !== 6 && functionCode !== 15 && functionCode !== 16) {
    throw new ModbusException(1);
  }
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

function words(bytes: Buffer, start: number, count: number): Uint16Array {
  const values = new Uint16Array(count);
  for (let index = 0; index < count; index += 1) {
    values[index] = bytes.readUInt16BE(start + index * 2);
  }
  return values;
}

/** Room for the longest frame: header, unit and 253 bytes of PDU. */
const scratch = Buffer.alloc(260);

/**
 * Runs a request on its unit and returns the reply PDU with `headroom` free bytes before it.
 *
 * @throws whatever the handler throws; Error when it returns the wrong number of values
 */
export function serve(request: ServedRequest, handler: UnitHandler, headroom: number): Buffer {
  const { functionCode, table, address, count, values } = request;
  scratch[headroom] = functionCode;
  if (values) {
    handler.write(table === 'coil' ? 'coil' : 'holding', address, values);
    scratch.writeUInt16BE(address, headroom + 1);
    scratch.writeUInt16BE(functionCode <= 6 ? singleWord(values) : count, headroom + 3);
    return Buffer.from(scratch.subarray(0, headroom + 5));
  }
  const result = handler.read(table, address, count);
  if (result.length !== count) {
    throw new Error(
      `unit handler returned ${result.length} values for ${table} ${address}, expected ${count}`,
    );
  }
  const size = isRegisterTable(table) ? count * 2 : Math.ceil(count / 8);
  scratch[headroom + 1] = size;
  if (isRegisterTable(table)) {
    for (let index = 0, at = headroom + 2; index < count; index += 1, at += 2) {
      const value = Number(result[index]);
      scratch[at] = value >> 8;
      scratch[at + 1] = value;
    }
  } else packBits(scratch, headroom + 2, result, count);
  return Buffer.from(scratch.subarray(0, headroom + 2 + size));
}

function singleWord(values: Uint16Array | boolean[]): number {
  const value = values[0];
  return typeof value === 'boolean' ? (value ? 0xff00 : 0) : (value ?? 0);
}
