import { z } from 'zod';
import {
  amountField,
  currencyField,
  energyTotalField,
  hashField,
  idField,
  instantField,
} from './fields.js';

/** What a statement line pays for. */
export const statementLineKind = z.enum(['supply', 'sharedIn', 'sharedOut', 'surplus', 'rounding']);
export type StatementLineKind = z.infer<typeof statementLineKind>;

/** One line: its amount is rounded to the cent, half away from zero, and its exact value kept beside it. */
export const statementLine = z.strictObject({
  line: statementLineKind,
  energyMilliwattHours: energyTotalField,
  exactPico: amountField,
  amountPico: amountField,
});
export type StatementLine = z.infer<typeof statementLine>;

/**
 * What a member pays (positive) or receives (negative) for a period, with the proof that its days
 * stand in the run whose Merkle root is named. It holds nobody else's values.
 */
export const statementV1 = z.strictObject({
  kind: z.literal('statement'),
  version: z.literal(1),
  id: z.string().min(1).max(200),
  community: idField,
  member: idField,
  start: instantField,
  end: instantField,
  currency: currencyField,
  energy: z.strictObject({
    importMilliwattHours: energyTotalField,
    exportMilliwattHours: energyTotalField,
    sharedInMilliwattHours: energyTotalField,
    sharedOutMilliwattHours: energyTotalField,
  }),
  /** Import energy by how it is known. */
  quality: z.record(z.string(), energyTotalField),
  lines: z.array(statementLine),
  exactPico: amountField,
  amountPico: amountField,
  roundingPico: amountField,
  merkleRoot: hashField,
  /** Leaves of the run's Merkle tree, one per member and day: an inclusion proof needs the tree's size. */
  leafCount: z.int().min(1),
  days: z.array(
    z.strictObject({
      date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'a day written YYYY-MM-DD' }),
      start: instantField,
      end: instantField,
      importMilliwattHours: energyTotalField,
      exportMilliwattHours: energyTotalField,
      sharedInMilliwattHours: energyTotalField,
      sharedOutMilliwattHours: energyTotalField,
      costPico: amountField,
      leafIndex: z.int().min(0),
      proof: z.array(hashField),
    }),
  ),
});
export type StatementV1 = z.infer<typeof statementV1>;
