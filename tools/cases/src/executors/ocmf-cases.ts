import { parseOcmf, verifyOcmf, type OcmfRecord } from '@microgrid/metering/formats';
import { subtractFractions } from '@microgrid/tariff';
import { NotUnderstood } from '../case-error.js';
import type { Actual } from '../compare.js';
import { numberOf } from '../decimal.js';
import type { Executor } from '../executor.js';
import { isRecord, textOf, type JsonRecord } from '../json.js';

/** A public key in hex or base64. */
function keyBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, /^[0-9A-Fa-f]+$/.test(text) ? 'hex' : 'base64'));
}

function energies(record: OcmfRecord): Record<string, Actual | undefined> {
  const valueOf = (transaction: string): Actual | undefined => {
    const reading = record.readings.find((one) => one.transaction === transaction);
    return reading && numberOf(reading.value, 'reading');
  };
  const [start, end] = [valueOf('B'), valueOf('E')];
  const both = start !== undefined && end !== undefined;
  return {
    start_kWh: start,
    end_kWh: end,
    delta_kWh: both
      ? subtractFractions(end as ReturnType<typeof numberOf>, start as ReturnType<typeof numberOf>)
      : undefined,
    pagination: record.pagination,
    serial: record.serial,
  };
}

function checked(given: JsonRecord): Actual {
  const record = parseOcmf(textOf(given['ocmf']));
  const key = given['spki'] ?? given['public_key'] ?? given['publicKey'];
  if (typeof key !== 'string') throw new NotUnderstood('a signed record without its public key');
  if (!('payload' in record)) return { valid: false };
  return { valid: verifyOcmf(record, keyBytes(key)).valid, ...energies(record) };
}

/** Signed meter records (OCMF) with their public keys. */
export const ocmfCases: Executor = {
  kind: 'audit',
  run({ input, expected }) {
    if (!isRecord(input)) return undefined;
    if (typeof input['ocmf'] === 'string') return [{ name: '', expected, actual: checked(input) }];
    const records = Object.entries(input);
    const signed = records.every(([, one]) => isRecord(one) && typeof one['ocmf'] === 'string');
    if (!signed || records.length === 0) return undefined;
    const actual = records.map(([name, one]) => [name, checked(one as JsonRecord)] as const);
    return [{ name: '', expected, actual: Object.fromEntries(actual) }];
  },
};
