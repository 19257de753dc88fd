import type { PostedTransfer } from './transfer.js';

/**
 * What takes transfers back: each with its accounts the other way round, linked to the original and to
 * each other, in reverse order. The originals stay as they are.
 * @param id prefix of the new ids; the same prefix makes the same reversals, so repeating is harmless.
 */
export function reversalOf(transfers: readonly PostedTransfer[], id: string): PostedTransfer[] {
  return [...transfers].reverse().map((original, index, all) => ({
    id: `${id}#${index}`,
    phase: 'posted',
    debit: original.credit,
    credit: original.debit,
    commodity: original.commodity,
    amount: original.amount,
    ...(original.worth && {
      worth: { ...original.worth, amount: original.worth.amount },
    }),
    reverses: original.id,
    reference: id,
    linked: index < all.length - 1,
  }));
}
