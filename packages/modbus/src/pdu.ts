import type { Outcome, Transaction } from './transaction.js';

/** Length in bytes of a transaction's request PDU (function code and data). */
export function requestLength(transaction: Transaction): number {
  switch (transaction.functionCode) {
    case 15:
      return 6 + Math.ceil(transaction.count / 8);
    case 16:
      return 6 + transaction.count * 2;
    default:
      return 5;
  }
}

/** Writes a transaction's request PDU into `bytes` at `start`. */
export function writeRequest(bytes: Buffer, start: number, transaction: Transaction): void {
  const { functionCode, address, count, values } = transaction;
  bytes[start] = functionCode;
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
      for (let index = 0; index < count; index += 1) {
        bytes.writeUInt16BE(Number(values?.[index]), start + 6 + index * 2);
      }
      return;
    default:
      bytes.writeUInt16BE(count, start + 3);
  }
}

/** The 16 bits of a single write: a coil is 0xFF00 or 0. */
function singleValue({ functionCode, values }: Transaction): number {
  const value = values?.[0];
  return functionCode === 5 ? (value === true ? 0xff00 : 0) : Number(value);
}

/** Length in bytes of the reply PDU that answers a transaction with data. */
export function replyLength(transaction: Transaction): number {
  switch (transaction.functionCode) {
    case 1:
    case 2:
      return 2 + Math.ceil(transaction.count / 8);
    case 3:
    case 4:
      return 2 + transaction.count * 2;
    default:
      return 5;
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
  if (end - start !== replyLength(transaction)) return false;
  if (transaction.functionCode <= 4) return bytes[start + 1] === end - start - 2;
  const single = transaction.functionCode <= 6;
  return (
    bytes.readUInt16BE(start + 1) === transaction.address &&
    bytes.readUInt16BE(start + 3) === (single ? singleValue(transaction) : transaction.count)
  );
}

/** The values in a reply PDU that {@link fitsReply} accepted. */
export function readReply(transaction: Transaction, bytes: Buffer, start: number): Outcome {
  const { functionCode, count } = transaction;
  if (functionCode <= 2) return unpackBits(bytes, start + 2, count);
  if (functionCode > 4) return undefined;
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
