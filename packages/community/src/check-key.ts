import { formatRatio, numeratorAt, parseRatio } from '@microgrid/units';
import type { ReferenceProblem } from './check-references.js';
import type { CoefficientsInput, KeyGroupInput, SharingKeyInput } from './sharing-key-schema.js';
import {
  isCalendarCoefficients,
  isFileCoefficients,
  type CoefficientSum,
  type ConstantCoefficients,
} from './sharing-key.js';

type Path = readonly (string | number)[];

/** Keys inside keys deeper than this are a mistake, not a contract. */
const MOST_DEPTH = 8;

const SCALE = 12;

/**
 * Contradictions inside a sharing key: points that do not exist or lie outside the group, a point in
 * two groups, coefficients that add up to what their sum does not allow.
 * @param points ids of all points of the community.
 */
export function checkKey(key: SharingKeyInput, points: ReadonlySet<string>): ReferenceProblem[] {
  return new KeyCheck().key(key, points, ['sharingKey'], 0);
}

class KeyCheck {
  key(
    key: SharingKeyInput,
    points: ReadonlySet<string>,
    path: Path,
    depth: number,
  ): ReferenceProblem[] {
    if (depth > MOST_DEPTH) {
      return [{ path: [...path], message: `keys inside keys at most ${MOST_DEPTH} deep` }];
    }
    switch (key.type) {
      case 'proportional':
      case 'exPost':
        return [];
      case 'fixed':
        return checkCoefficients(key.coefficients, key.sum, points, [...path, 'coefficients']);
      case 'pairs':
        return checkPairs(key, points, [...path, 'coefficients']);
      case 'priority':
        return this.groups(key.groups, points, [...path, 'groups'], depth);
      case 'nested':
        return [
          ...this.groups(key.groups, points, [...path, 'groups'], depth),
          ...checkSum(
            key.groups.map(({ share }) => share),
            undefined,
            [...path, 'groups'],
            'shares',
          ),
        ];
      case 'combined':
        return key.steps.flatMap((step, index) =>
          this.key(step, points, [...path, 'steps', index], depth + 1),
        );
      case 'twoSided':
        return [
          ...this.key(key.scarce, points, [...path, 'scarce'], depth + 1),
          ...this.key(key.abundant, points, [...path, 'abundant'], depth + 1),
        ];
      case 'market':
        return [
          ...unknownPoints(Object.keys(key.bids ?? {}), points, [...path, 'bids'], 'a bid'),
          ...unknownPoints(Object.keys(key.asks ?? {}), points, [...path, 'asks'], 'an ask'),
        ];
    }
  }

  private groups(
    groups: readonly KeyGroupInput[],
    points: ReadonlySet<string>,
    path: Path,
    depth: number,
  ): ReferenceProblem[] {
    const ids = new Set<string>();
    const taken = new Set<string>();
    return groups.flatMap((group, index) => {
      const at = [...path, index];
      const problems: ReferenceProblem[] = [];
      if (ids.has(group.id)) {
        problems.push({ path: [...at, 'id'], message: 'an id that no other group of the key has' });
      }
      ids.add(group.id);
      group.points.forEach((id, position) => {
        if (!points.has(id)) {
          const message = 'a metering point of this community, and of the group around';
          problems.push({ path: [...at, 'points', position], message });
        } else if (taken.has(id)) {
          const message = 'a metering point that the key names once';
          problems.push({ path: [...at, 'points', position], message });
        }
        taken.add(id);
      });
      const inside = new Set(group.points.filter((id) => points.has(id)));
      return [...problems, ...this.key(group.key, inside, [...at, 'key'], depth + 1)];
    });
  }
}

function checkCoefficients(
  coefficients: CoefficientsInput,
  sum: CoefficientSum | undefined,
  points: ReadonlySet<string>,
  path: Path,
): ReferenceProblem[] {
  if (coefficients === 'equal') {
    if (sum === undefined || sum === 'renormalise') return [];
    const message = 'coefficients one by one; equal ones are always divided by their sum';
    return [{ path: [...path], message }];
  }
  if (isFileCoefficients(coefficients)) return [];
  if (!isCalendarCoefficients(coefficients)) return checkConstant(coefficients, sum, points, path);
  return coefficients.calendar.flatMap((row, index) =>
    checkConstant(row.coefficients, sum, points, [...path, 'calendar', index, 'coefficients']),
  );
}

function checkConstant(
  coefficients: ConstantCoefficients,
  sum: CoefficientSum | undefined,
  points: ReadonlySet<string>,
  path: Path,
): ReferenceProblem[] {
  const unknown = unknownPoints(Object.keys(coefficients), points, path, 'a coefficient');
  return unknown.length > 0
    ? unknown
    : checkSum(Object.values(coefficients), sum, path, 'coefficients');
}

function checkPairs(
  key: Extract<SharingKeyInput, { type: 'pairs' }>,
  points: ReadonlySet<string>,
  path: Path,
): ReferenceProblem[] {
  const { coefficients, sum } = key;
  if (isFileCoefficients(coefficients)) return [];
  const rows = Object.entries(coefficients);
  return [
    ...unknownPoints(Object.keys(coefficients), points, path, 'a producer'),
    ...rows.flatMap(([producer, row]) => checkConstant(row, sum, points, [...path, producer])),
  ];
}

function unknownPoints(
  ids: readonly string[],
  points: ReadonlySet<string>,
  path: Path,
  what: string,
): ReferenceProblem[] {
  return ids
    .filter((id) => !points.has(id))
    .map((id) => ({
      path: [...path, id],
      message: `${what} of a metering point of this community; no point has this id`,
    }));
}

function checkSum(
  texts: readonly string[],
  sum: CoefficientSum | undefined,
  path: Path,
  what: string,
): ReferenceProblem[] {
  const total = texts.reduce((all, text) => all + numeratorAt(parseRatio(text), SCALE), 0n);
  const one = 10n ** BigInt(SCALE);
  const shown = formatRatio({ numerator: total, scale: SCALE });
  if (sum === 'renormalise') {
    if (total > 0n) return [];
    return [{ path: [...path], message: `${what} of which at least one is above 0` }];
  }
  if (sum === 'exactly-1') {
    if (total === one) return [];
    return [
      { path: [...path], message: `${what} that add up to exactly 1; these add up to ${shown}` },
    ];
  }
  if (total <= one) return [];
  return [
    { path: [...path], message: `${what} that add up to at most 1; these add up to ${shown}` },
  ];
}
