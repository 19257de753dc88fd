import type { Community, ContractFiles } from '@microgrid/community';
import type { Columns, SourceKind } from '@microgrid/metering';
import type { Tariff } from '@microgrid/tariff';
import type { EpochMs } from '@microgrid/units';
import type { IntervalPrices } from '../settlement-contract.js';
import type { KnownStatesOfCharge } from './states-of-charge.js';

/**
 * Rows that became known at one instant: a file of the network operator, a day of a gateway, a
 * correction. They take the place of what was known of the same points and intervals before; a row of
 * quality `missing` withdraws it.
 */
export interface KnownReadings {
  readonly knownMs: EpochMs;
  /** Who they come from: a later row of a less trusted source does not replace a more trusted one. */
  readonly kind: SourceKind;
  readonly columns: Columns;
}

/** A version of a community's rules, and the files it names. The newest known one holds. */
export interface KnownContract {
  readonly knownMs: EpochMs;
  readonly community: Community;
  readonly files?: ContractFiles;
}

/**
 * A price that became known at one instant for some time, in the place of the contract's own: a market
 * price, a tariff announced late, a correction.
 */
export interface KnownPrice {
  readonly knownMs: EpochMs;
  readonly price: keyof IntervalPrices;
  /** It holds for intervals that start from here … */
  readonly startMs: EpochMs;
  /** … to before here. */
  readonly endMs: EpochMs;
  readonly tariff: Tariff;
}

/**
 * Everything a settlement is made of, with two times: the one it speaks of and the one it became known
 * at. Nothing in it is ever changed or taken out, only added; the order of the lists says nothing.
 */
export interface RunInputs {
  readonly readings: readonly KnownReadings[];
  readonly contracts: readonly KnownContract[];
  readonly prices?: readonly KnownPrice[];
  /** For contracts with reserve levels. */
  readonly statesOfCharge?: readonly KnownStatesOfCharge[];
}

/**
 * The inputs as they were known at an instant (bitemporal read): what became known then or earlier. A
 * run on them gives what it gave then.
 */
export function inputsAsKnownOn(inputs: RunInputs, instantMs: EpochMs): RunInputs {
  const known = <T extends { readonly knownMs: EpochMs }>(list: readonly T[]): readonly T[] =>
    list.filter(({ knownMs }) => knownMs <= instantMs);
  return {
    readings: known(inputs.readings),
    contracts: known(inputs.contracts),
    ...(inputs.prices && { prices: known(inputs.prices) }),
    ...(inputs.statesOfCharge && { statesOfCharge: known(inputs.statesOfCharge) }),
  };
}

/** The instants at which something became known, ascending, each once: the versions there can be. */
export function knownInstants(inputs: RunInputs): EpochMs[] {
  const { readings, contracts, prices = [], statesOfCharge = [] } = inputs;
  const all = [...readings, ...contracts, ...prices, ...statesOfCharge].map(
    ({ knownMs }) => knownMs,
  );
  return [...new Set(all)].sort((a, b) => a - b);
}
