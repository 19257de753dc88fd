import { shown } from '../csv-row.js';

/** How well the meter's clock was known (OCMF, TM): unknown, informative, synchronised or relative. */
export type OcmfClock = 'unknown' | 'informative' | 'synchronised' | 'relative';

/** One reading of a signed record. */
export interface OcmfReading {
  /** As written, with the clock's status. */
  readonly time: string;
  readonly clock: OcmfClock;
  /** What the reading marks: `B` begin, `C` charging, `E` end, and others of the specification. */
  readonly transaction: string;
  /** Decimal number as text. */
  readonly value: string;
  /** OBIS code of the register. */
  readonly register: string;
  readonly unit: string;
  /** Meter state; `G` = good. */
  readonly state: string;
  /** Error flags; empty = none; `E` taints energy, `t` time. */
  readonly errors: string;
}

/** A record as its text says, before anything is verified. */
export interface OcmfRecord {
  /** The very text that is signed. */
  readonly payload: string;
  /** Serial number of the meter, else of the gateway. */
  readonly serial: string | undefined;
  /** `T` (transaction) or `F` (fiscal) and a counter that grows by one with each record. */
  readonly pagination: string | undefined;
  readonly readings: readonly OcmfReading[];
  /** As `ECDSA-secp256r1-SHA256`, which is also the default. */
  readonly algorithm: string;
  /** DER. */
  readonly signature: Uint8Array;
}

const CLOCKS: Readonly<Record<string, OcmfClock>> = {
  U: 'unknown',
  I: 'informative',
  S: 'synchronised',
  R: 'relative',
};

function bytesOf(text: string, encoding: string): Uint8Array | undefined {
  if (encoding === 'base64') {
    try {
      return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
    } catch {
      return undefined;
    }
  }
  if (text.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function objectOf(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    return plain ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const textField = (object: Record<string, unknown>, name: string): string | undefined => {
  const value = object[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
};

/** Why a text is no record. */
export interface OcmfProblem {
  readonly field: string;
  readonly value: string;
  readonly expected: string;
}

/**
 * Takes a record `OCMF|payload|signature` apart without verifying it. The payload may hold bars; the
 * signature's section is what follows the last one.
 */
export function parseOcmf(text: string): OcmfRecord | OcmfProblem {
  const trimmed = text.trim();
  const last = trimmed.lastIndexOf('|');
  const problem = (field: string, value: unknown, expected: string): OcmfProblem => ({
    field,
    value: typeof value === 'string' ? shown(value) : String(value),
    expected,
  });
  if (!trimmed.startsWith('OCMF|') || last <= 5) {
    return problem('record', trimmed, 'OCMF|payload|signature');
  }
  const payload = trimmed.slice(5, last);
  const body = objectOf(payload);
  const section = objectOf(trimmed.slice(last + 1));
  if (body === undefined) return problem('payload', payload, 'a JSON object');
  if (section === undefined) return problem('signature', trimmed.slice(last + 1), 'a JSON object');
  const signed = textField(section, 'SD') ?? '';
  const signature = bytesOf(signed, textField(section, 'SE') ?? 'hex');
  if (signature === undefined || signature.length === 0) {
    return problem('SD', signed, 'a signature in hex, or in base64 where SE says so');
  }
  const readings = readingsOf(body['RD']);
  if (!Array.isArray(readings)) return problem('RD', readings.value, readings.expected);
  return {
    payload,
    serial: textField(body, 'MS') ?? textField(body, 'GS'),
    pagination: textField(body, 'PG'),
    readings,
    algorithm: textField(section, 'SA') ?? 'ECDSA-secp256r1-SHA256',
    signature,
  };
}

/** Readings may leave out what the reading before them said. */
function readingsOf(value: unknown): OcmfReading[] | { value: string; expected: string } {
  if (!Array.isArray(value)) return { value: 'no list', expected: 'a list of readings' };
  let before: Record<string, unknown> = {};
  const readings: OcmfReading[] = [];
  for (const each of value as unknown[]) {
    if (typeof each !== 'object' || each === null) {
      return { value: String(each), expected: 'an object for each reading' };
    }
    const merged: Record<string, unknown> = { ...before, ...each };
    before = merged;
    const time = textField(merged, 'TM') ?? '';
    const clock = CLOCKS[time.slice(-1)];
    if (clock === undefined) return { value: time, expected: 'TM that ends with U, I, S or R' };
    readings.push({
      time,
      clock,
      transaction: textField(merged, 'TX') ?? '',
      value: textField(merged, 'RV') ?? '',
      register: textField(merged, 'RI') ?? '',
      unit: textField(merged, 'RU') ?? '',
      state: textField(merged, 'ST') ?? '',
      errors: textField(merged, 'EF') ?? '',
    });
  }
  return readings;
}
