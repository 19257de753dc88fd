import { scan, type OperatorFunction } from 'rxjs';
import { decide, type Decision } from './decide.js';
import { initialMemory, type Memory } from './memory.js';
import type { Policy } from './policy.js';
import type { Snapshot } from './snapshot.js';

/** A snapshot whose memory the stream keeps itself. */
export type SnapshotWithoutMemory = Omit<Snapshot, 'memory'>;

/**
 * Decides for every snapshot and hands each decision's memory to the next one.
 * @param memory to begin with; default that of a control which has decided nothing yet. An error of
 * {@link decide} ends the stream.
 */
export function decisions(
  policy: Policy,
  memory: Memory = initialMemory(),
): OperatorFunction<SnapshotWithoutMemory, Decision> {
  return (source) =>
    source.pipe(
      scan<SnapshotWithoutMemory, Decision, { readonly memory: Memory }>(
        (last, snapshot) => decide({ ...snapshot, memory: last.memory }, policy),
        { memory },
      ),
    );
}
