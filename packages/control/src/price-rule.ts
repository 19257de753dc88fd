import { formatPrice } from '@microgrid/units';
import type { Policy } from './policy.js';
import type { PriceWish } from './self-consumption.js';
import type { Snapshot } from './snapshot.js';
import { priceInForce } from './upstream-signals.js';

/** Compares the import price now in force with the policy's thresholds. */
export function priceWish(snapshot: Snapshot, policy: Policy): PriceWish {
  const period = priceInForce(snapshot, policy);
  if (period === undefined) return {};
  const price = period.importPriceMicroPerKilowattHour;
  const said = (threshold: number | undefined): string | undefined =>
    threshold !== undefined && price <= threshold
      ? `import price ${formatPrice(price)} is at or below ${formatPrice(threshold)}`
      : undefined;
  const charge = said(policy.price.chargeBelowMicroPerKilowattHour);
  const hold = said(policy.price.holdBelowMicroPerKilowattHour) ?? charge;
  const cheapForCars = said(policy.price.evChargeBelowMicroPerKilowattHour);
  return {
    ...(charge === undefined ? {} : { charge }),
    ...(hold === undefined ? {} : { hold }),
    ...(cheapForCars === undefined ? {} : { cheapForCars }),
  };
}
