import type { Plan } from './plan.js';
import type { Policy } from './policy.js';
import { shareBatteryPower } from './share-battery-power.js';

/** What the price now in force asks of batteries and cars; absent texts ask nothing. */
export interface PriceWish {
  readonly charge?: string;
  readonly hold?: string;
  readonly cheapForCars?: string;
}

const round = (watts: number): string => String(Math.round(watts));

/**
 * Power that brings the exchange to its target, W, all batteries together, + charges. The house is
 * supplied from the battery, a car only where the policy says so.
 */
export function balancingPower(
  houseWatts: number,
  carWatts: number,
  policy: Policy,
): { readonly watts: number; readonly why: string } {
  const target = policy.battery.gridTargetWatts;
  const net = houseWatts + carWatts;
  const shown = `house ${round(houseWatts)} W${carWatts > 0 ? `, cars ${round(carWatts)} W` : ''}`;
  if (net <= target) {
    return { watts: target - net, why: `${shown}: stores a surplus of ${round(target - net)} W` };
  }
  const supplied = policy.ev.allowBatteryDischarge ? net : Math.min(net, houseWatts);
  const watts = Math.max(0, supplied - target);
  const why =
    watts > 0
      ? `${shown}: supplies ${round(watts)} W`
      : `${shown}: the battery does not charge cars`;
  return { watts: 0 - watts, why };
}

/** Sets what the batteries should do for self-consumption, then what the price changes about it. */
export function wishBatteries(
  plan: Plan,
  policy: Policy,
  houseWatts: number,
  carWatts: number,
  price: PriceWish,
): void {
  const balance = balancingPower(houseWatts, carWatts, policy);
  shareBatteryPower(plan.batteries, balance.watts).forEach((watts, index) => {
    const battery = plan.batteries[index];
    if (battery === undefined) return;
    battery.wanted = watts;
    battery.why = balance.why;
  });
  if (price.hold !== undefined) {
    for (const battery of plan.batteries) {
      if (battery.wanted >= 0) continue;
      battery.why = `${price.hold}: keeps its energy (${battery.why})`;
      battery.wanted = 0;
    }
  }
  if (price.charge !== undefined) {
    const { chargeToPercent, chargeWatts } = policy.price;
    const open = plan.batteries.filter(
      ({ view }) => view.stateOfCharge !== undefined && view.stateOfCharge < chargeToPercent,
    );
    shareBatteryPower(open, chargeWatts).forEach((watts, index) => {
      const battery = open[index];
      if (battery === undefined || battery.wanted >= watts) return;
      battery.wanted = watts;
      battery.why = `${price.charge ?? ''}: charges at ${round(watts)} W up to ${chargeToPercent} %`;
    });
  }
  for (const battery of plan.batteries) battery.value = battery.wanted;
}
