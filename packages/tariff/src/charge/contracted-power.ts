import { parseFraction, type Fraction } from '../number/fraction.js';
import { TariffError } from '../tariff-error.js';
import type { UsageFacts } from './usage.js';

/** The contracted power. @throws TariffError `bad-usage` where it is not given. */
export function contractedPower(facts: UsageFacts, reader: string): Fraction {
  if (facts.contractedKilovoltAmperes !== undefined) {
    return parseFraction(facts.contractedKilovoltAmperes);
  }
  throw new TariffError(
    'bad-usage',
    `contractedKilovoltAmperes: got none, expected the contracted power: ${reader} goes by it`,
  );
}
