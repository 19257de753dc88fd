import type { RegisterUsage } from '../charge/usage.js';
import { TariffError } from '../tariff-error.js';
import type { BillPlan } from './bill.js';

/**
 * Registers do not tell when their energy was used: no rate and no VAT of energy may change between
 * their two readings. @throws TariffError `bad-usage`.
 */
export function checkRegisterBill(plan: BillPlan, { from, to }: RegisterUsage): void {
  const { charges, segments, inForce, vatRates } = plan;
  for (const charge of charges) {
    if (charge.per !== 'kWh' && charge.per !== 'percent') continue;
    const holds = inForce.filter((list) => list.includes(charge)).length;
    if (holds > 0 && holds < segments.length) refuse(`charge ${charge.id}`, from, to);
    if (holds === 0) continue;
    const spans = segments.map((_, segment) => vatRates.spanAt(charge, segment));
    if (new Set(spans).size > 1) refuse(`VAT of charge ${charge.id}`, from, to);
  }
}

function refuse(what: string, from: string, to: string): never {
  throw new TariffError(
    'bad-usage',
    `${what}: its rate changes between ${from} and ${to}, and registers do not tell when the energy was used; bill the two parts apart, or give intervals`,
  );
}
