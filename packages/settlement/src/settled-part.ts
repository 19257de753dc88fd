import { participatingMilliwattHours } from '@microgrid/community';
import type { EpochMs } from '@microgrid/units';
import type { SettlementContract } from './settlement-contract.js';

/** Whether what is settled of a point can be less than what was metered. */
export function settlesPart({ community, points }: SettlementContract): boolean {
  return (
    community.netting === 'interval' ||
    points.some(({ participation }) => participation !== undefined)
  );
}

/** What is settled of each point in an interval: its net energy, times its participation factor. */
export function partOf(
  { community, broughtIn, pointIds }: SettlementContract,
  startMs: EpochMs,
  imported: Float64Array,
  exported: Float64Array,
  consumed: Float64Array = new Float64Array(pointIds.length),
  injected: Float64Array = new Float64Array(pointIds.length),
): { readonly consumed: Float64Array; readonly injected: Float64Array } {
  const netting = community.netting === 'interval';
  const { undivided, percent } = broughtIn.standing.at(startMs);
  for (let point = 0; point < imported.length; point++) {
    const taken = imported[point] as number;
    const given = exported[point] as number;
    const left = netting ? Math.max(0, taken - given) : taken;
    const over = netting ? Math.max(0, given - taken) : given;
    const part = percent[point] as number;
    consumed[point] = undivided ? left : participatingMilliwattHours(left, part);
    injected[point] = undivided ? over : participatingMilliwattHours(over, part);
  }
  return { consumed, injected };
}
