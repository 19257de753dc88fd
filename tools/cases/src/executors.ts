import type { Executor } from './executor.js';
import { activationCases } from './executors/activation-cases.js';
import { allocationCases } from './executors/allocation-cases.js';
import { betaFileCases } from './executors/beta-file-cases.js';
import { billCases } from './executors/bill-cases.js';
import { dayLengthCases } from './executors/day-length-cases.js';
import { homeCases } from './executors/home-cases.js';
import { marketCases } from './executors/market-cases.js';
import { merkleCases } from './executors/merkle-cases.js';
import { ocmfCases } from './executors/ocmf-cases.js';
import { priceFormulaCases } from './executors/price-formula-cases.js';
import { proximityCases } from './executors/proximity-cases.js';
import { quotaCases } from './executors/quota-cases.js';
import { roundingCases } from './executors/rounding-cases.js';
import { substitutionCases } from './executors/substitution-cases.js';
import { tipCases } from './executors/tip-cases.js';

/** All there are, in the order in which they are asked. */
export const EXECUTORS: readonly Executor[] = [
  marketCases,
  roundingCases,
  merkleCases,
  ocmfCases,
  dayLengthCases,
  substitutionCases,
  activationCases,
  betaFileCases,
  proximityCases,
  quotaCases,
  homeCases,
  tipCases,
  priceFormulaCases,
  billCases,
  allocationCases,
];
