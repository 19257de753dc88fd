import type { BatteryItem } from './plan.js';

/**
 * Shares a power among batteries by what each can do in that direction; what none can do is left.
 * Values only ever move within the bounds of each.
 */
export function shareBatteryPower(batteries: readonly BatteryItem[], watts: number): number[] {
  const abilities = batteries.map(({ least, most }) => (watts >= 0 ? most : -least));
  const able = abilities.reduce((sum, each) => sum + each, 0);
  if (able <= 0) return batteries.map(() => 0);
  const part = Math.min(1, Math.abs(watts) / able) * Math.sign(watts);
  return abilities.map((each) => each * part);
}
