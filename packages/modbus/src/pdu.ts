import type { ReplyFraming } from './bus.js';
import type { Outcome, Transaction } from './transaction.js';

/** Length in bytes of a transaction's request PDU (function code and data). */
export function requestLength(transaction: Transaction): number {
  if (transaction.custom) return 1 + transaction.custom.data.length;
  switch (transaction.functionCode) {
    case 15:
      return 6 + Math.ceil(transaction.count / 8);
    case 16:
      return 6 + transaction.count * 2;
    case 22:
      return 7;
    case 23:
      return 10 + (transaction.values?.length ?? 0) * 2;
    default:
      return 5;
  }
}

/** Writes a transaction's request PDU into `bytes` at `start`. */
export function writeRequest(bytes: Buffer, start: number, transaction: Transaction): void {
  const { functionCode, address, count, values } = transaction;
  bytes[start] = functionCode;
  if (transaction.custom) {
    bytes.set(transaction.custom.data, start + 1);
    return;
  }
  bytes.writeUInt16BE(address, start + 1);
  switch (functionCode) {
    case 5:
    case 6:
      bytes.writeUInt16BE(singleValue(transaction), start + 3);
      return;
    case 15:
      bytes.writeUInt16BE(count, start + 3);
      bytes[start + 5] = Math.ceil(count / 8);
      packBits(bytes, start + 6, values ?? [], count);
      return;
    case 16:
      bytes.writeUInt16BE(count, start + 3);
      bytes[start + 5] = count * 2;
      writeWords(bytes, start + 6, values);
      return;
    case 22:
      writeWords(bytes, start + 3, values);
      return;
    case 23:
      bytes.writeUInt16BE(count, start + 3);
      bytes.writeUInt16BE(transaction.writeAddress, start + 5);
      bytes.writeUInt16BE(values?.length ?? 0, start + 7);
      bytes[start + 9] = (values?.length ?? 0) * 2;
      writeWords(bytes, start + 10, values);
      return;
    default:
      bytes.writeUInt16BE(count, start + 3);
  }
}

function writeWords(
  bytes: Buffer,
  start: number,
  values: ArrayLike<number> | ArrayLike<boolean> = [],
): void {
  for (let index = 0; index < values.length; index += 1) {
    bytes.writeUInt16BE(Number(values[index]), start + index * 2);
  }
}

/** The 16 bits of a single write: a coil is 0xFF00 or 0. */
function singleValue({ functionCode, values }: Transaction): number {
  const value = values?.[0];
  return functionCode === 5 ? (value === true ? 0xff00 : 0) : Number(value);
}

/** Length in bytes of the reply PDU that answers a transaction with data; it has no framing of its own. */
function replyLength(transaction: Transaction): number {
  switch (transaction.functionCode) {
    case 1:
    case 2:
      return 2 + Math.ceil(transaction.count / 8);
    case 3:
    case 4:
    case 23:
      return 2 + transaction.count * 2;
    case 22:
      return 7;
    default:
      return 5;
  }
}

/** Longest PDU of the specification, in bytes. */
const longestPdu = 253;

/**
 * Length of the reply PDU that starts at `start` by the framing of a custom request: 0 when it can
 * be none, undefined when more bytes are needed to tell.
 */
export function customReplyLength(
  framing: ReplyFraming,
  bytes: Buffer,
  start: number,
  end: number,
): number | undefined {
  if (framing === 'byteCount') return end - start < 2 ? undefined : 2 + (bytes[start + 1] ?? 0);
  const length = typeof framing === 'object' ? framing.length : told(framing, bytes, start, end);
  if (length === undefined) return undefined;
  return Number.isInteger(length) && length >= 0 && length < longestPdu ? 1 + length : 0;
}

/** The caller's function must not take the bus down with it: if it throws, nothing is a reply. */
function told(
  framing: (head: Uint8Array) => number | undefined,
  bytes: Buffer,
  start: number,
  end: number,
): number | undefined {
  try {
    return framing(Uint8Array.from(bytes.subarray(start + 1, end)));
  } catch {
    return NaN;
  }
}

/**
 * Whether the PDU in `bytes[start, end)`, whose function code already fits, is as long as the
 * transaction's reply must be and echoes what a write's reply must echo.
 */
export function fitsReply(
  transaction: Transaction,
  bytes: Buffer,
  start: number,
  end: number,
): boolean {
  const { custom, functionCode } = transaction;
  if (custom) return customReplyLength(custom.reply, bytes, start, end) === end - start;
  if (end - start !== replyLength(transaction)) return false;
  if (functionCode <= 4 || functionCode === 23) return bytes[start + 1] === end - start - 2;
  if (bytes.readUInt16BE(start + 1) !== transaction.address) return false;
  const echoed = bytes.readUInt16BE(start + 3);
  if (functionCode === 22) {
    const { values } = transaction;
    return echoed === values?.[0] && bytes.readUInt16BE(start + 5) === values[1];
  }
  return echoed === (functionCode <= 6 ? singleValue(transaction) : transaction.count);
}

/** The values in the reply PDU `bytes[start, end)` that {@link fitsReply} accepted. */
export function readReply(
  transaction: Transaction,
  bytes: Buffer,
  start: number,
  end: number,
): Outcome {
  const { functionCode, count } = transaction;
  if (transaction.custom) return Uint8Array.from(bytes.subarray(start + 1, end));
  if (functionCode <= 2) return unpackBits(bytes, start + 2, count);
  if (functionCode > 4 && functionCode !== 23) return undefined;
  const registers = new Uint16Array(count);
  for (let index = 0, at = start + 2; index < count; index += 1, at += 2) {
    registers[index] = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  return registers;
}

/** Writes bits eight to a byte, first bit lowest, the last byte padded with zeros. */
export function packBits(
  bytes: Buffer,
  start: number,
  bits: ArrayLike<number> | ArrayLike<boolean>,
  count: number,
): void {
  bytes.fill(0, start, start + Math.ceil(count / 8));
  for (let index = 0; index < count; index += 1) {
    const at = start + (index >> 3);
    if (bits[index]) bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7));
  }
}

/** Reads `count` bits, the inverse of {@link packBits}. */
export function unpackBits(bytes: Buffer, start: number, count: number): boolean[] {
  return Array.from(
    { length: count },
    (_, index) => (((bytes[start + (index >> 3)] ?? 0) >> (index & 7)) & 1) === 1,
  );
}
