import { canonicalJson } from '@microgrid/events';
import { z } from 'zod';
import { InvoicingError } from '../invoicing-error.js';
import { Ledger } from './ledger.js';
import type { LedgerRecord } from './transfer.js';

const wholeNumber = z
  .string()
  .regex(/^(?:0|-?[1-9]\d*)$/)
  .transform(BigInt);
const id = z.string();
const base = { id, linked: z.boolean().optional() };
const movement = {
  ...base,
  debit: id,
  credit: id,
  commodity: z.string(),
  amount: wholeNumber,
  worth: z.strictObject({ commodity: z.string(), amount: wholeNumber }).optional(),
  reference: z.string().optional(),
};
const transfer = z.discriminatedUnion('phase', [
  z.strictObject({ ...movement, phase: z.literal('posted'), reverses: id.optional() }),
  z.strictObject({ ...movement, phase: z.literal('pending'), expiresAtMs: z.int().optional() }),
  z.strictObject({
    ...base,
    phase: z.literal('post'),
    pendingId: id,
    amount: wholeNumber.optional(),
    reference: z.string().optional(),
  }),
  z.strictObject({
    ...base,
    phase: z.literal('void'),
    pendingId: id,
    reference: z.string().optional(),
  }),
]);
const atMs = z.int();
const record = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('account'),
    atMs,
    account: z.strictObject({ id, limit: z.enum(['debits', 'credits']).optional() }),
  }),
  z.strictObject({ kind: z.literal('transfer'), atMs, transfer }),
  z.strictObject({ kind: z.literal('expired'), atMs, pendingId: id }),
]);

/** A value in which whole numbers beyond a float's are texts. */
function spelled(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, spelled(field)]),
  );
}

/** The ledger's records as text: canonical JSON, one a line, to be appended to a file and never changed. */
export function renderLedger(records: readonly LedgerRecord[]): string {
  return records.map((one) => `${canonicalJson(spelled(one))}\n`).join('');
}

/**
 * Reads a ledger's text and repeats it.
 * @throws InvoicingError `bad-ledger` naming the line.
 */
export function readLedger(text: string): Ledger {
  const records = text.split('\n').flatMap((line, index): LedgerRecord[] => {
    if (line === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const read = record.safeParse(value);
    if (read.success) return [withoutUndefined(read.data) as LedgerRecord];
    const [issue] = read.error.issues;
    throw new InvoicingError(
      'bad-ledger',
      `ledger line ${index + 1}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'no record'}, expected a record as renderLedger writes it`,
    );
  });
  return Ledger.replay(records);
}

function withoutUndefined(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, withoutUndefined(field)]),
  );
}
