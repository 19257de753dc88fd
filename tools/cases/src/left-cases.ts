import type { CaseFile } from './case-file.js';
import { isRecord } from './json.js';

/** Why a case is no matter of settlement, where that is so. */
export function leftTo({ domain, input }: CaseFile): string | undefined {
  if (domain === 'vee') return 'validation and substitution of readings belong to metering';
  if (domain === 'loss') {
    return 'losses on a network come with the grid package: power flow, tracing, marginal factors';
  }
  if (!isRecord(input)) return undefined;
  if ('generation' in input && 'load' in input && 'losses' in input) {
    return 'unaccounted-for energy comes with the grid package, which knows losses';
  }
  return undefined;
}
