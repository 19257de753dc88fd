import type { ProfileEncoding, Sentinel } from './profile-point.js';
import type { ProfileProblems } from './profile-problems.js';

const RANGES: Partial<Record<ProfileEncoding, readonly [number, number]>> = {
  u16: [0, 0xffff],
  s16: [-0x8000, 0x7fff],
  u32: [0, 0xffff_ffff],
  s32: [-0x8000_0000, 0x7fff_ffff],
  bcd16: [0, 9999],
  bcd32: [0, 99_999_999],
  bit: [0, 1],
};

function fits(encoding: ProfileEncoding, registers: number, raw: Sentinel): boolean {
  if (typeof raw === 'string') return encoding !== 'bit' && raw.length === registers * 4;
  if (encoding === 'string') return false;
  const range = RANGES[encoding];
  return range === undefined || (Number.isInteger(raw) && raw >= range[0] && raw <= range[1]);
}

/** A sentinel that the registers can never hold would let "there is none" through as a number. */
export function lintSentinels(
  problems: ProfileProblems,
  encoding: ProfileEncoding,
  registers: number,
  sentinels: readonly Sentinel[] | undefined,
  path: string,
): void {
  for (const [index, raw] of (sentinels ?? []).entries()) {
    if (fits(encoding, registers, raw)) continue;
    const expected =
      typeof raw === 'string'
        ? `${registers} registers in hexadecimal`
        : `a value that ${encoding} can hold`;
    problems.error('sentinel', `${path}[${index}]`, String(raw), expected);
  }
}
