import { PetriError } from '../petri-error.js';
import type { PtNet } from './pt-net.js';

/** `constant` plus the weighted token counts of places. */
export interface TokenSum {
  readonly constant: number;
  readonly terms: readonly { readonly place: string; readonly weight: number }[];
}

/** How two sums compare. */
export type Relation = '<' | '<=' | '==' | '!=' | '>=' | '>';

/** The operators with one operand. */
export type UnaryOperator = 'not' | 'AG' | 'EF' | 'AF' | 'EG' | 'AX' | 'EX';

/**
 * A CTL formula as data. Paths are maximal: they are infinite or end in a deadlock, so in a deadlock
 * `AX f` holds, `EX f` does not, and `AF f`, `EG f` mean `f` there.
 */
export type Formula =
  | { readonly op: 'true' | 'false' | 'deadlock' }
  /** Some of the transitions is enabled. */
  | { readonly op: 'fireable'; readonly transitions: readonly string[] }
  | {
      readonly op: 'compare';
      readonly left: TokenSum;
      readonly relation: Relation;
      readonly right: TokenSum;
    }
  | { readonly op: UnaryOperator; readonly operand: Formula }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Formula[] }
  /** `left` holds until `right` does, and `right` does. */
  | { readonly op: 'AU' | 'EU'; readonly left: Formula; readonly right: Formula };

/** A comparison with all places on one side: `sum of weight * tokens (relation) bound`. */
export interface Linear {
  readonly op: 'linear';
  readonly places: Int32Array;
  readonly weights: Float64Array;
  readonly relation: '<=' | '>=';
  readonly bound: number;
}

/** A predicate on markings without negation: names resolved, fireability spelt out. */
export type Predicate =
  | Linear
  | { readonly op: 'true' | 'false' }
  | { readonly op: 'and' | 'or'; readonly operands: readonly Predicate[] };

/** The text of a formula, in the syntax `parseFormula` reads. */
export function formatFormula(formula: Formula): string {
  switch (formula.op) {
    case 'true':
    case 'false':
    case 'deadlock':
      return formula.op;
    case 'fireable':
      return `fireable(${formula.transitions.map(quoted).join(', ')})`;
    case 'compare':
      return `${formatSum(formula.left)} ${formula.relation} ${formatSum(formula.right)}`;
    case 'and':
    case 'or':
      return `(${formula.operands.map(formatFormula).join(formula.op === 'and' ? ' && ' : ' || ')})`;
    case 'not':
      return `!(${formatFormula(formula.operand)})`;
    case 'AU':
    case 'EU':
      return `${formula.op.charAt(0)}[${formatFormula(formula.left)} U ${formatFormula(formula.right)}]`;
    default:
      return `${formula.op} (${formatFormula(formula.operand)})`;
  }
}

function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, '\\$&')}"`;
}

function formatSum({ constant, terms }: TokenSum): string {
  const parts = terms.map(({ place, weight }, index) => {
    const sign = weight < 0 ? (index === 0 ? '-' : ' - ') : index === 0 ? '' : ' + ';
    const size = Math.abs(weight);
    return `${sign}${size === 1 ? '' : `${size} * `}${quoted(place)}`;
  });
  if (parts.length === 0) return String(constant);
  if (constant === 0) return parts.join('');
  return `${parts.join('')} ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`;
}

/** Indices of the net's names. */
export class NetNames {
  private readonly places: ReadonlyMap<string, number>;
  private readonly transitions: ReadonlyMap<string, number>;

  constructor(readonly net: PtNet) {
    this.places = new Map(net.places.map((name, index) => [name, index]));
    this.transitions = new Map(net.transitions.map(({ name }, index) => [name, index]));
  }

  place(name: string): number {
    const index = this.places.get(name);
    if (index === undefined)
      throw new PetriError('unknown-place', `net '${this.net.name}' has no place '${name}'`);
    return index;
  }

  transition(name: string): number {
    const index = this.transitions.get(name);
    if (index === undefined)
      throw new PetriError(
        'unknown-transition',
        `net '${this.net.name}' has no transition '${name}'`,
      );
    return index;
  }
}

function linear(
  weights: ReadonlyMap<number, number>,
  relation: '<=' | '>=',
  bound: number,
): Predicate {
  const entries = [...weights].filter(([, weight]) => weight !== 0);
  if (entries.length === 0)
    return { op: (relation === '<=' ? 0 <= bound : 0 >= bound) ? 'true' : 'false' };
  return {
    op: 'linear',
    places: Int32Array.from(entries, ([place]) => place),
    weights: Float64Array.from(entries, ([, weight]) => weight),
    relation,
    bound,
  };
}

function join(op: 'and' | 'or', operands: readonly Predicate[]): Predicate {
  const neutral = op === 'and' ? 'true' : 'false';
  const absorbing = op === 'and' ? 'false' : 'true';
  const rest = operands.filter((operand) => operand.op !== neutral);
  if (rest.some((operand) => operand.op === absorbing)) return { op: absorbing };
  return rest.length === 1
    ? (rest[0] as Predicate)
    : rest.length === 0
      ? { op: neutral }
      : { op, operands: rest };
}

const opposite: Readonly<Record<Relation, Relation>> = {
  '<': '>=',
  '<=': '>',
  '==': '!=',
  '!=': '==',
  '>=': '<',
  '>': '<=',
};

function comparison(
  names: NetNames,
  formula: Formula & { op: 'compare' },
  positive: boolean,
): Predicate {
  const weights = new Map<number, number>();
  for (const [sum, sign] of [
    [formula.left, 1],
    [formula.right, -1],
  ] as const)
    for (const { place, weight } of sum.terms) {
      const index = names.place(place);
      weights.set(index, (weights.get(index) ?? 0) + sign * weight);
    }
  const bound = formula.right.constant - formula.left.constant;
  const relation = positive ? formula.relation : opposite[formula.relation];
  switch (relation) {
    case '<':
      return linear(weights, '<=', bound - 1);
    case '<=':
      return linear(weights, '<=', bound);
    case '>=':
      return linear(weights, '>=', bound);
    case '>':
      return linear(weights, '>=', bound + 1);
    case '==':
      return join('and', [linear(weights, '<=', bound), linear(weights, '>=', bound)]);
    case '!=':
      return join('or', [linear(weights, '<=', bound - 1), linear(weights, '>=', bound + 1)]);
  }
}

/** When transition `t` is enabled, or not. */
function fireability(net: PtNet, t: number, positive: boolean): Predicate {
  const transition = net.transitions[t];
  const needs = [...(transition?.inputs ?? []), ...(transition?.reads ?? [])];
  const one = (place: number): Map<number, number> => new Map([[place, 1]]);
  return join(positive ? 'and' : 'or', [
    ...needs.map(({ place, weight }) =>
      positive ? linear(one(place), '>=', weight) : linear(one(place), '<=', weight - 1),
    ),
    ...(transition?.inhibitors ?? []).map(({ place, weight }) =>
      positive ? linear(one(place), '<=', weight - 1) : linear(one(place), '>=', weight),
    ),
  ]);
}

/**
 * The formula as a predicate on markings; nothing if it has a path operator. Throws `unknown-place`
 * or `unknown-transition`.
 */
export function predicateOf(
  names: NetNames,
  formula: Formula,
  positive = true,
): Predicate | undefined {
  switch (formula.op) {
    case 'true':
    case 'false':
      return { op: (formula.op === 'true') === positive ? 'true' : 'false' };
    case 'deadlock':
      return join(
        positive ? 'and' : 'or',
        names.net.transitions.map((_, t) => fireability(names.net, t, !positive)),
      );
    case 'fireable':
      return join(
        positive ? 'or' : 'and',
        formula.transitions.map((name) => fireability(names.net, names.transition(name), positive)),
      );
    case 'compare':
      return comparison(names, formula, positive);
    case 'not':
      return predicateOf(names, formula.operand, !positive);
    case 'and':
    case 'or': {
      const operands = formula.operands.map((operand) => predicateOf(names, operand, positive));
      if (operands.includes(undefined)) return undefined;
      return join((formula.op === 'and') === positive ? 'and' : 'or', operands as Predicate[]);
    }
    default:
      return undefined;
  }
}

/** Whether the predicate holds in the marking. */
export function holds(predicate: Predicate, marking: Int32Array): boolean {
  switch (predicate.op) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
      return predicate.operands.every((operand) => holds(operand, marking));
    case 'or':
      return predicate.operands.some((operand) => holds(operand, marking));
    case 'linear': {
      const { places, weights, relation, bound } = predicate;
      let sum = 0;
      for (let at = 0; at < places.length; at += 1)
        sum += (weights[at] as number) * (marking[places[at] as number] as number);
      return relation === '<=' ? sum <= bound : sum >= bound;
    }
  }
}

/** The places a predicate looks at. */
export function placesIn(predicate: Predicate, into = new Set<number>()): Set<number> {
  if (predicate.op === 'linear') for (const place of predicate.places) into.add(place);
  if (predicate.op === 'and' || predicate.op === 'or')
    for (const operand of predicate.operands) placesIn(operand, into);
  return into;
}
