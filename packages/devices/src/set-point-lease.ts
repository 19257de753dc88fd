import type { WriteSequence } from './write-sequence.js';

/**
 * Where a set point stands.
 *
 * - `held`: a command holds it.
 * - `safe`: no command holds it any more; the safe value is written, and kept up while that is safer.
 * - `lapsing`: the safe value stands and the device will fall back by itself.
 * - `releasing`: it is being handed back.
 */
export type LeaseKind = 'held' | 'safe' | 'lapsing' | 'releasing';

/** A set point that is, or may be, in force. */
export interface Lease {
  kind: LeaseKind;
  value: number;
  /** What the command asked for when it lapses; undefined = the control's own safe value. */
  safeValue: number | undefined;
  /** Monotonic instant at which the kind ends. */
  untilMs: number;
  /** What was written last, by place. */
  written: ReadonlyMap<string, string>;
  /** When all of it was last written; -Infinity after a failure. */
  writtenMs: number;
  /** When it was last tried. */
  triedMs: number;
  /** When the value changed. */
  changedMs: number;
  confirmed: boolean;
  readback: number | undefined;
  /** Since when reading back shows something else; undefined while it does not. */
  mismatchSinceMs: number | undefined;
  /** Since when what is measured does not follow; undefined while it does. */
  astraySinceMs: number | undefined;
  /** What was measured fitted this set point once. */
  followed: boolean;
  /** From when its next expiry counts if the writes under way succeed. */
  refreshedMs: number;
  checkedMs: number;
  sequence: WriteSequence | undefined;
  /** The last failure would only be repeated. */
  hopeless: boolean;
  /** It was in force before this start; nothing of this run wrote it. */
  restored: boolean;
}

/** A lease about to be written. */
export function newLease(
  value: number,
  safeValue: number | undefined,
  untilMs: number,
  nowMs: number,
): Lease {
  return {
    kind: 'held',
    value,
    safeValue,
    untilMs,
    written: new Map(),
    writtenMs: -Infinity,
    triedMs: nowMs,
    changedMs: nowMs,
    confirmed: false,
    readback: undefined,
    mismatchSinceMs: undefined,
    astraySinceMs: undefined,
    followed: false,
    refreshedMs: nowMs,
    checkedMs: nowMs,
    sequence: undefined,
    hopeless: false,
    restored: false,
  };
}
