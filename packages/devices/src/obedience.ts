import type { Lease } from './set-point-lease.js';
import type { SetPointPort, SetPointReadBack } from './set-point-port.js';

/** Takes what reading back showed. */
export function noteReadBack(lease: Lease, found: SetPointReadBack, nowMs: number): void {
  lease.checkedMs = nowMs;
  lease.confirmed = found.confirmed;
  lease.readback = found.value;
  if (found.confirmed) lease.mismatchSinceMs = undefined;
  // What somebody else wrote while we were away is not disobedience.
  else if (!lease.restored) lease.mismatchSinceMs ??= lease.triedMs;
}

/** Takes whether what was measured fits the set point. */
export function noteMeasured(lease: Lease, follows: boolean, nowMs: number): void {
  if (follows) {
    lease.followed = true;
    lease.astraySinceMs = undefined;
  } else lease.astraySinceMs ??= lease.followed ? nowMs : lease.changedMs;
}

/**
 * Whether a device goes astray for longer than it may take: `follows`, `waiting` while it still may, or
 * why not.
 */
export function judgeObedience(
  lease: Lease,
  facts: SetPointPort['facts'],
  nowMs: number,
  shown: (value: number) => string,
): 'follows' | 'waiting' | { readonly reason: string } {
  const sinceMs = lease.mismatchSinceMs ?? lease.astraySinceMs;
  if (sinceMs === undefined) return 'follows';
  const { responseMs, minimumDwellMs, storage } = facts;
  // The dwell of a register that wears out protects its memory; it says nothing of its response.
  const patienceMs = responseMs + (storage === 'volatile' ? minimumDwellMs : 0);
  if (nowMs - sinceMs < patienceMs) return 'waiting';
  const told = lease.readback === undefined ? 'something else' : shown(lease.readback);
  const found =
    lease.mismatchSinceMs === undefined ? 'what is measured does not follow' : `it says ${told}`;
  return { reason: `${shown(lease.value)} was asked for and ${found}` };
}
