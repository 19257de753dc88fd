import { z } from 'zod';
import {
  amountField,
  energyTotalField,
  hashField,
  idField,
  instantField,
  resolutionField,
} from './fields.js';
import { intervalQuality } from './interval.js';

/** How the shared quantity passed the capacity check. */
export const capacityOutcome = z.enum(['within', 'curtailed']);
export type CapacityOutcome = z.infer<typeof capacityOutcome>;

/**
 * The result of one community in one interval: totals over all members and the hash of the columns
 * (arrays over members in id order) they come from. Events form a chain: each holds the hash of the
 * one before.
 */
export const settlementEventV1 = z.strictObject({
  kind: z.literal('settlementEvent'),
  version: z.literal(1),
  id: z.string().min(1).max(200),
  community: idField,
  start: instantField,
  end: instantField,
  resolution: resolutionField,
  previousHash: hashField,
  contractHash: hashField,
  columnsHash: hashField,
  totals: z.strictObject({
    importMilliwattHours: energyTotalField,
    exportMilliwattHours: energyTotalField,
    sharedMilliwattHours: energyTotalField,
    residualMilliwattHours: energyTotalField,
    surplusMilliwattHours: energyTotalField,
    curtailedMilliwattHours: energyTotalField,
    costPico: amountField,
  }),
  capacity: capacityOutcome,
  quality: intervalQuality,
  /** The transitions of the settlement net in the order they fired: the audit trail. */
  firings: z.array(z.string().min(1)).min(1),
});
export type SettlementEventV1 = z.infer<typeof settlementEventV1>;
