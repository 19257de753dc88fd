import type { ControlSafety } from './control-safety.js';

/** A fallback as a number in the control's unit, or one of the words for it. */
export type ResolvedFallback = number | 'unlimited' | 'last' | 'own' | 'unknown' | undefined;

/** What a higher value of the control raises: what is drawn, or what is fed out. */
export type ControlEffect = 'import' | 'export';

/** Controls that bound what is fed out; a higher value of any other one draws more. */
const FEEDS_OUT: ReadonlySet<string> = new Set(['exportLimit', 'dischargeLimit']);

/** Controls whose numbers name states in no order of danger. */
const UNORDERED: ReadonlySet<string> = new Set(['batteryMode']);

/** What a higher value of a control raises. */
export function effectOf(control: string): ControlEffect {
  return FEEDS_OUT.has(control) ? 'export' : 'import';
}

/**
 * Whether letting the refresh lapse is safe once the safe value stands: the fallback must be at least
 * as safe as that value in each direction at risk. `last` keeps the safe value itself, `own` raises
 * neither direction; `unlimited`, `unknown` and what the device has not told count as worse.
 * @param control its name decides what a higher value raises.
 * @param safeValue in the control's unit, true = 1.
 */
export function isFallbackAsSafe(
  control: string,
  risk: ControlSafety['risk'],
  fallback: ResolvedFallback,
  safeValue: number,
): boolean {
  if (fallback === 'last' || fallback === 'own') return true;
  if (typeof fallback !== 'number') return false;
  if (UNORDERED.has(control)) return fallback === safeValue;
  const direction = effectOf(control) === 'import' ? 1 : -1;
  const more = (fallback - safeValue) * direction;
  if (risk !== 'export' && more > 0) return false;
  return risk === 'import' || more >= 0;
}
