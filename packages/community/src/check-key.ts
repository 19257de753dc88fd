import { formatRatio, numeratorAt, parseRatio } from '@microgrid/units';
import type { ReferenceProblem } from './check-references.js';
import type { CommunityInput } from './community-schema.js';
import type { KeyGroupInput, SharingKeyInput } from './sharing-key-schema.js';
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

/** Keys that say themselves whose injection is taken: there is no one pool that they share out. */
const NAMES_GIVERS: readonly SharingKeyInput['type'][] = ['pairs', 'twoSided', 'market'];

const POOL_KEY =
  'a key that shares out one pool: proportional, fixed or exPost, or priority, nested, combined or calendar of these';

/** What a place refuses of the keys in it, however deep. */
interface Place {
  readonly refuses: readonly SharingKeyInput['type'][];
  readonly expected: string;
}

const IN_NESTED: Place = {
  refuses: NAMES_GIVERS,
  expected: `${POOL_KEY}; where others are meant, put the group's share into their coefficients, or let priority or combined put one behind the other`,
};

const IN_ABUNDANT: Place = {
  refuses: NAMES_GIVERS,
  expected: `${POOL_KEY}, here out of what is claimed among those who offer`,
};

const IN_SCARCE: Place = {
  refuses: ['twoSided', 'market'],
  expected: 'a key that is neither twoSided nor market',
};

const BESIDE_TRANSFORMER: Place = {
  refuses: ['market'],
  expected:
    'a key other than market, as the transformer has a limit: which of several steps it cuts is not known; let the market stand alone, or put limits in kVA at the points',
};

/** What the keys at a place of a contract are about. */
interface Scope {
  /** Ids of the points that take. */
  readonly points: ReadonlySet<string>;
  /** Ids of all points: any may give. */
  readonly all: ReadonlySet<string>;
  /** Ids of the points that `equal` gives a part: those that are no producers. */
  readonly sharers: ReadonlySet<string>;
  /** Ids of those that it gives a part of what producers sell: those that are no consumers. */
  readonly givers: ReadonlySet<string>;
  readonly places: readonly Place[];
  readonly limited: boolean;
}

/**
 * Contradictions inside a community's sharing key: points that do not exist or lie outside the group, a
 * point in two groups, coefficients that add up to what their sum does not allow, keys that mean
 * nothing where they stand.
 */
export function checkKey({ sharingKey, members, transformer }: CommunityInput): ReferenceProblem[] {
  const points = members.flatMap(({ meteringPoints }) => meteringPoints);
  const all = new Set(points.map(({ id }) => id));
  const but = (without: string): Set<string> =>
    new Set(points.filter(({ role }) => role !== without).map(({ id }) => id));
  const scope = {
    points: all,
    all,
    sharers: but('producer'),
    givers: but('consumer'),
    places: [],
    limited: transformer !== undefined,
  };
  return new KeyCheck().key(sharingKey, scope, ['sharingKey'], 0);
}

class KeyCheck {
  key(key: SharingKeyInput, scope: Scope, path: Path, depth: number): ReferenceProblem[] {
    if (depth > MOST_DEPTH) {
      return [{ path: [...path], message: `keys inside keys at most ${MOST_DEPTH} deep` }];
    }
    const place = scope.places.find(({ refuses }) => refuses.includes(key.type));
    if (place !== undefined) return [{ path: [...path, 'type'], message: place.expected }];
    switch (key.type) {
      case 'proportional':
      case 'exPost':
        return [];
      case 'fixed':
        return checkCoefficients(key, scope, [...path, 'coefficients']);
      case 'pairs':
        return checkPairs(key, scope, [...path, 'coefficients']);
      case 'priority':
        return this.groups(key.groups, besideOthers(scope), [...path, 'groups'], depth);
      case 'nested':
        return [
          ...this.groups(key.groups, within(scope, IN_NESTED), [...path, 'groups'], depth),
          ...checkSum(
            key.groups.map(({ share }) => share),
            undefined,
            [...path, 'groups'],
            'shares',
          ),
        ];
      case 'combined':
        return key.steps.flatMap((step, index) =>
          this.key(step, besideOthers(scope), [...path, 'steps', index], depth + 1),
        );
      case 'twoSided': {
        const { all, givers } = scope;
        const offering = { ...within(scope, IN_ABUNDANT), points: all, sharers: givers };
        return [
          ...this.key(key.scarce, within(scope, IN_SCARCE), [...path, 'scarce'], depth + 1),
          ...this.key(key.abundant, offering, [...path, 'abundant'], depth + 1),
        ];
      }
      case 'calendar':
        return key.rows.flatMap((row, index) =>
          this.key(row.key, scope, [...path, 'rows', index, 'key'], depth + 1),
        );
      case 'market':
        return [
          ...unknownPoints(Object.keys(key.bids ?? {}), scope.points, [...path, 'bids'], 'a bid'),
          ...unknownPoints(Object.keys(key.asks ?? {}), scope.all, [...path, 'asks'], 'an ask'),
        ];
    }
  }

  private groups(
    groups: readonly KeyGroupInput[],
    scope: Scope,
    path: Path,
    depth: number,
  ): ReferenceProblem[] {
    const { points } = scope;
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
      const inner = this.key(group.key, { ...scope, points: inside }, [...at, 'key'], depth + 1);
      return [...problems, ...inner];
    });
  }
}

function within(scope: Scope, place: Place): Scope {
  return { ...scope, places: [...scope.places, place] };
}

/** One of several that share an interval one after the other. */
function besideOthers(scope: Scope): Scope {
  return scope.limited ? within(scope, BESIDE_TRANSFORMER) : scope;
}

function checkCoefficients(
  { coefficients, sum }: Extract<SharingKeyInput, { type: 'fixed' }>,
  { points, sharers }: Scope,
  path: Path,
): ReferenceProblem[] {
  if (coefficients === 'equal') {
    if (![...points].some((id) => sharers.has(id))) {
      const message =
        'coefficients one by one, or a point that its role lets take a part; equal gives to none';
      return [{ path: [...path], message }];
    }
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
  { points, all }: Scope,
  path: Path,
): ReferenceProblem[] {
  const { coefficients, sum } = key;
  if (isFileCoefficients(coefficients)) return [];
  const rows = Object.entries(coefficients);
  return [
    ...unknownPoints(Object.keys(coefficients), all, path, 'a producer'),
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
