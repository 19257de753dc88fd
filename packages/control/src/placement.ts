import type { DeviceDescriptionV1 } from '@microgrid/events';
import type { Policy } from './policy.js';

/**
 * On which phases of the connection a device's power lies: a share for each, adding up to 1. Empty
 * where that is not known; then a rise is counted on every phase and a fall on none.
 */
export type Placement = readonly number[];

/** Placement by description and the policy's `phaseOf`. */
export function placementOf(
  description: Pick<DeviceDescriptionV1, 'device' | 'phases'>,
  policy: Policy,
): Placement {
  if (policy.mainFuse.phases === 1) return [1];
  if (description.phases === 3) return [1 / 3, 1 / 3, 1 / 3];
  const phase = policy.phaseOf[description.device];
  return phase === undefined ? [] : [1, 2, 3].map((each) => (each === phase ? 1 : 0));
}

/** How much a change of power moves a phase, seen from the import and from the export side. */
export function moved(
  placement: Placement,
  phase: number | undefined,
  watts: number,
): { readonly high: number; readonly low: number } {
  if (phase === undefined) return { high: watts, low: watts };
  if (placement.length === 0) return { high: Math.max(0, watts), low: Math.min(0, watts) };
  const share = (placement[phase] ?? 0) * watts;
  return { high: share, low: share };
}

/** Whether changing a device can change a phase (`undefined`: the whole exchange). */
export function reaches(placement: Placement, phase: number | undefined): boolean {
  return phase === undefined || placement.length === 0 || (placement[phase] ?? 0) > 0;
}
