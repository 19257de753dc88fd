export { bank, type Bank } from './testing/bank.js';
export { faultSequence, faultWhere, randomFaults, seededRandom } from './testing/fault-plans.js';
