import type { EmiRegister } from './emi-register.js';

/** The unsigned integer of a register's bytes, unscaled; undefined for what is none. */
export function rawNumber(bytes: Uint8Array): number | undefined {
  if (bytes.length !== 1 && bytes.length !== 2 && bytes.length !== 4) return undefined;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** The number of a register in its unit, free of the noise of binary fractions. */
export function scaledNumber(register: EmiRegister, bytes: Uint8Array): number | undefined {
  const raw = rawNumber(bytes);
  const { scale = 1 } = register;
  if (raw === undefined || scale >= 1) return raw === undefined ? undefined : raw * scale;
  return raw / Math.round(1 / scale);
}

/** Printable text of octets: trailing zeros and blanks are dropped, other bytes shown as `.`. */
export function octetText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte))
    .join('')
    .replace(/[\0 \xff]+$/, '')
    .replaceAll(/[^\x20-\x7e]/g, '.')
    .trim();
}
