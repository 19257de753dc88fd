import { holds } from '../charge/accrue.js';
import type { RegisterUsage } from '../charge/usage.js';
import { TariffError } from '../tariff-error.js';
import type { BillInput } from './bill.js';
import { vatSpans } from './vat-rates.js';

/**
 * Registers do not tell when their energy was used: no rate and no VAT of energy may change between
 * their two readings. @throws TariffError `bad-usage`.
 */
export function checkRegisterBill(input: BillInput, { from, to }: RegisterUsage): void {
  const { charges, vat, segments, timeZone } = input;
  for (const charge of charges) {
    if (charge.per !== 'kWh' && charge.per !== 'percent') continue;
    const inForce = segments.filter((segment) => holds(charge, segment, timeZone)).length;
    if (inForce > 0 && inForce < segments.length) refuse(`charge ${charge.id}`, from, to);
    const ownVat = inForce > 0 ? vat.find(({ id }) => id === charge.vat) : undefined;
    if (ownVat === undefined) continue;
    const spans = new Set(vatSpans(ownVat, segments, timeZone));
    if (spans.size > 1) refuse(`VAT ${ownVat.id}`, from, to);
  }
}

function refuse(what: string, from: string, to: string): never {
  throw new TariffError(
    'bad-usage',
    `${what}: its rate changes between ${from} and ${to}, and registers do not tell when the energy was used; bill the two parts apart, or give intervals`,
  );
}
