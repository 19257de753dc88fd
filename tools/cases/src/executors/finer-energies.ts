import { fraction, multiplyFractions, sumFractions, type Fraction } from '@microgrid/tariff';
import type { AllocationProblem } from './allocation-problem.js';

const MOST_DIGITS = 9;

/** A problem with all its energies times a power of ten, and that power. */
export interface FinerProblem {
  readonly problem: AllocationProblem;
  readonly factor: Fraction;
}

function energiesOf({ plants, consumers }: AllocationProblem): Fraction[] {
  return [
    ...plants.flatMap(({ energies }) => energies),
    ...consumers.flatMap(({ energies, injected }) => [...energies, ...(injected ?? [])]),
  ];
}

/** The least number of digits after the mWh with which every energy is whole. */
function digitsGiven(energies: readonly Fraction[]): number {
  for (let digits = 0; digits <= MOST_DIGITS; digits++) {
    const unit = 10n ** BigInt(6 + digits);
    if (energies.every(({ numerator, denominator }) => (numerator * unit) % denominator === 0n))
      return digits;
  }
  return 0;
}

/** The most digits with which a thousand times the sum of all energies is still a safe integer. */
function digitsThatFit(energies: readonly Fraction[]): number {
  const { numerator, denominator } = sumFractions(energies);
  let digits = 0;
  while (
    digits < MOST_DIGITS &&
    (numerator * 10n ** BigInt(10 + digits)) / denominator <= BigInt(Number.MAX_SAFE_INTEGER)
  )
    digits++;
  return digits;
}

/**
 * The problem in so small a unit that energies finer than a mWh are whole: what a key gives grows in
 * proportion to all energies. Parts given afterwards, in a file, stay as they are.
 * @param finest in the smallest unit that fits, so that rounding to whole units does not show.
 */
export function finerProblem(problem: AllocationProblem, finest: boolean): FinerProblem {
  if (problem.files !== undefined) return { problem, factor: fraction(1) };
  const energies = energiesOf(problem);
  const given = digitsGiven(energies);
  const factor = fraction(10n ** BigInt(Math.max(given, finest ? digitsThatFit(energies) : 0)));
  const times = (values: readonly Fraction[]): Fraction[] =>
    values.map((value) => multiplyFractions(value, factor));
  return {
    factor,
    problem: {
      ...problem,
      plants: problem.plants.map((one) => ({ ...one, energies: times(one.energies) })),
      consumers: problem.consumers.map((one) => ({
        ...one,
        energies: times(one.energies),
        ...(one.injected && { injected: times(one.injected) }),
      })),
    },
  };
}
