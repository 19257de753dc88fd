import type { Json } from '@microgrid/events';
import fc from 'fast-check';
import { createJournal, type JournalRecord } from './index.js';
import { nodeHash } from './node.js';
import { createMemoryJournalStore } from './testing.js';

/** What is appended: subject, payload, and the epochs between which the writer restarts. */
export interface ChainPlan {
  readonly epochs: readonly (readonly { readonly subject: string; readonly payload: Json }[])[];
}

const payload = fc.oneof(
  fc.record({ kind: fc.constant('interval'), energy: fc.integer() }),
  fc.jsonValue({ maxDepth: 2 }).map((value) => value as Json),
);

export const chainPlan: fc.Arbitrary<ChainPlan> = fc.record({
  epochs: fc.array(
    fc.array(fc.record({ subject: fc.constantFrom('home-01', 'home-02'), payload }), {
      minLength: 1,
      maxLength: 5,
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

/** A salt key per subject, the same in every test. */
export function saltKey(subject: string): Uint8Array {
  return nodeHash.sha256(new TextEncoder().encode(subject));
}

/** Appends a plan through real journals on one store; returns the records. */
export async function recordsOf(plan: ChainPlan): Promise<readonly JournalRecord[]> {
  const { log } = createMemoryJournalStore();
  for (const [index, entries] of plan.epochs.entries()) {
    const journal = await createJournal({ log, hash: nodeHash, saltKey, epoch: index + 1 });
    for (const [number, { subject, payload: content }] of entries.entries())
      await journal.append('interval', `${subject}/${index}/${number}`, content, subject);
  }
  return log.read(undefined, 1000);
}
