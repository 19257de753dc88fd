import { z } from 'zod';
import {
  amountField,
  currencyField,
  energyTotalField,
  hashField,
  idField,
  instantField,
} from './fields.js';

/**
 * What a statement line pays for. `ownSurplus`: the part of the pool that stayed the member's and was
 * sold; `assignedOut`: energy of its plants that became others' own surplus, without money; `charge`,
 * `vat`: the price stack; `rounding`: what makes the total come out at whole cents.
 */
export const statementLineKind = z.enum([
  'supply',
  'sharedIn',
  'sharedOut',
  'surplus',
  'ownSurplus',
  'assignedOut',
  'charge',
  'vat',
  'rounding',
]);
export type StatementLineKind = z.infer<typeof statementLineKind>;

/** What a line of kind `charge` or `vat` is about. */
export const statementCharge = z.strictObject({
  /** Tells lines of one kind apart within a statement. */
  key: z.string().min(1).max(1000),
  meteringPoint: idField,
  /** Account of the ledger at the other side. */
  account: z.string().min(1).max(200),
  /** Id of the charge; absent on lines of VAT. */
  charge: z.string().optional(),
  /** What it is levied on. */
  on: z.string().optional(),
  /** Price period (peak, off-peak ...). */
  period: z.string().optional(),
  unit: z.enum(['kWh', 'kVA-day', 'day', 'month', 'currency']).optional(),
  /** Decimals, rounded half to even to 12 for display: the amounts are computed from exact ones. */
  quantity: z.string().optional(),
  price: z.string().optional(),
  /** Id and percentage of the VAT. */
  vat: z.string().optional(),
  vatPercent: z.string().optional(),
  /** On lines of VAT: the net amount it is taken of. */
  netPico: amountField.optional(),
});
export type StatementCharge = z.infer<typeof statementCharge>;

/**
 * One line: its amount is rounded to the cent, half away from zero, and its exact value kept beside it.
 * Charges and VAT are rounded where the statement's `rounding` says.
 */
export const statementLine = z.strictObject({
  line: statementLineKind,
  energyMilliwattHours: energyTotalField,
  exactPico: amountField,
  amountPico: amountField,
  /** Present on lines of kind `charge` and `vat`. */
  charge: statementCharge.optional(),
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
  /** Where charges and VAT are rounded; present when there are charges. */
  rounding: z
    .strictObject({
      point: z.enum(['line', 'category', 'total']),
      vat: z.enum(['line', 'category', 'total']),
      decimals: z.int().min(0).max(12),
      mode: z.enum(['half-even', 'half-up', 'half-away', 'down']),
    })
    .optional(),
  /** What kind of document this is and is not. */
  notice: z.string().min(1).max(500).optional(),
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
