import type { ReferenceProblem } from './check-references.js';
import type { ParticipationFactor } from './contract-rules.js';

/** Communities that a metering point may take part in at once. */
export const MOST_COMMUNITIES = 5;

/**
 * Factors of one metering point that contradict each other: a community twice on one day, more than
 * five communities or more than 100 % at once.
 */
export function checkParticipation(
  factors: readonly ParticipationFactor[],
  path: readonly (string | number)[],
): ReferenceProblem[] {
  const days = new Set(factors.map(({ validFrom }) => validFrom ?? ''));
  return [...days].sort().flatMap((day) => {
    const held = factors.filter((factor) => holdsOn(factor, day));
    const from = day === '' ? 'from the beginning' : `on ${day}`;
    const problems: ReferenceProblem[] = [];
    const communities = new Set(held.map(({ community }) => community));
    if (communities.size < held.length) {
      problems.push({
        path: [...path],
        message: `each community once a day; ${from} one is there twice`,
      });
    }
    if (communities.size > MOST_COMMUNITIES) {
      const message = `at most ${MOST_COMMUNITIES} communities at once; ${from} there are ${communities.size}`;
      problems.push({ path: [...path], message });
    }
    const total = held.reduce((sum, { percent }) => sum + percent, 0);
    if (total > 100) {
      const message = `factors that add up to at most 100; ${from} they add up to ${total}`;
      problems.push({ path: [...path], message });
    }
    return problems;
  });
}

function holdsOn({ validFrom, validTo }: ParticipationFactor, day: string): boolean {
  return (validFrom ?? '') <= day && (validTo === undefined || day < validTo);
}
