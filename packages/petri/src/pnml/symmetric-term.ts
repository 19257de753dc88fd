import type { Colour, Sort, SymmetricDeclarations, Variable } from './symmetric-sorts.js';
import { attributeOf, childOf, childrenOf, refusePnml, type XmlElement } from './xml-element.js';

/** Colours chosen for variables, by their place in a transition's list of variables. */
export type Assignment = readonly number[];

/** A multiset of colours: colour → how often, an integer from 1. */
export type Bag = ReadonlyMap<number, number>;

/** A term that stands for one colour. */
export interface ColourTerm {
  readonly sort: Sort;
  readonly value: (assignment: Assignment) => number;
}

/** A term that stands for a multiset. */
export interface BagTerm {
  readonly sort: Sort;
  readonly bag: (assignment: Assignment) => Bag;
}

/** A condition, and which variables it looks at. */
export interface Condition {
  readonly variables: ReadonlySet<number>;
  readonly holds: (assignment: Assignment) => boolean;
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  equality: (a, b) => a === b,
  inequality: (a, b) => a !== b,
  lessthan: (a, b) => a < b,
  lessthanorequal: (a, b) => a <= b,
  greaterthan: (a, b) => a > b,
  greaterthanorequal: (a, b) => a >= b,
  ltp: (a, b) => a < b,
  gtp: (a, b) => a > b,
};

function union(bags: readonly Bag[]): Bag {
  const sum = new Map<number, number>();
  for (const bag of bags)
    for (const [colour, count] of bag) sum.set(colour, (sum.get(colour) ?? 0) + count);
  return sum;
}

/** What is left; never less than none of a colour. */
function difference(from: Bag, bags: readonly Bag[]): Bag {
  const rest = new Map(from);
  for (const bag of bags)
    for (const [colour, count] of bag) {
      const left = (rest.get(colour) ?? 0) - count;
      if (left > 0) rest.set(colour, left);
      else rest.delete(colour);
    }
  return rest;
}

function scaled(bag: Bag, factor: number): Bag {
  if (factor === 0) return new Map();
  return new Map([...bag].map(([colour, count]) => [colour, count * factor]));
}

function productOf(sorts: readonly Sort[], bags: readonly Bag[]): Bag {
  let partial = new Map([[0, 1]]);
  for (const [index, bag] of bags.entries()) {
    const next = new Map<number, number>();
    const size = sorts[index]?.size ?? 1;
    for (const [head, heads] of partial)
      for (const [colour, count] of bag) next.set(head * size + colour, heads * count);
    partial = next;
  }
  return partial;
}

function productSort(sorts: readonly Sort[]): Sort {
  return {
    size: sorts.reduce((size, sort) => size * sort.size, 1),
    factors: sorts,
    label: String,
  };
}

/** Makes terms of one transition (or one initial marking) into functions of an assignment. */
export class TermCompiler {
  /** The variables met so far, in order. */
  readonly variables: Variable[] = [];
  private readonly watching: Set<number>[] = [];

  constructor(private readonly declarations: SymmetricDeclarations) {}

  /** A multiset term. Throws `bad-pnml` with line and column. */
  bag(element: XmlElement): BagTerm {
    switch (element.name) {
      case 'add':
      case 'subtract':
        return this.combined(element);
      case 'numberof':
      case 'scalarproduct':
        return this.counted(element);
      case 'all': {
        const [of] = childrenOf(element);
        if (of === undefined) return refusePnml(element, '<all> of no sort');
        const { sort, colours } = this.declarations.all(of);
        const bag = new Map(colours.map((colour) => [colour, 1]));
        return { sort, bag: () => bag };
      }
      case 'empty': {
        const [of] = childrenOf(element);
        if (of === undefined) return refusePnml(element, '<empty> of no sort');
        return { sort: this.declarations.sortOf(of), bag: () => new Map() };
      }
      case 'tuple': {
        const parts = this.subterms(element).map((part) => this.bag(part));
        const sorts = parts.map(({ sort }) => sort);
        return {
          sort: productSort(sorts),
          bag: (assignment) =>
            productOf(
              sorts,
              parts.map((part) => part.bag(assignment)),
            ),
        };
      }
      default: {
        const { sort, value } = this.colour(element);
        return { sort, bag: (assignment) => new Map([[value(assignment), 1]]) };
      }
    }
  }

  /** A term for one colour. */
  colour(element: XmlElement): ColourTerm {
    switch (element.name) {
      case 'variable': {
        const variable = this.declarations.variable(element);
        const at = this.position(variable);
        return { sort: variable.sort, value: (assignment) => assignment[at] ?? 0 };
      }
      case 'useroperator':
      case 'dotconstant':
      case 'finiteintrangeconstant': {
        const { sort, index }: Colour = this.declarations.colour(element);
        return { sort, value: () => index };
      }
      case 'successor':
        return this.shifted(element, 1);
      case 'predecessor':
        return this.shifted(element, -1);
      case 'tuple': {
        const parts = this.subterms(element).map((part) => this.colour(part));
        return {
          sort: productSort(parts.map(({ sort }) => sort)),
          value: (assignment) =>
            parts.reduce((head, { sort, value }) => head * sort.size + value(assignment), 0),
        };
      }
      case 'partitionelementof': {
        const { sort, elementOf } = this.declarations.partition(element);
        const of = this.colour(this.only(element));
        return { sort, value: (assignment) => elementOf[of.value(assignment)] ?? -1 };
      }
      default:
        return refusePnml(element, `<${element.tag}> where a colour is expected`);
    }
  }

  /** The parts of a condition that all have to hold. */
  conditions(element: XmlElement): readonly Condition[] {
    if (element.name === 'and')
      return this.subterms(element).flatMap((part) => this.conditions(part));
    const seen = new Set<number>();
    this.watching.push(seen);
    const holds = this.truth(element);
    this.watching.pop();
    return [{ variables: seen, holds }];
  }

  private truth(element: XmlElement): (assignment: Assignment) => boolean {
    const compare = Object.hasOwn(comparisons, element.name)
      ? comparisons[element.name]
      : undefined;
    if (compare !== undefined) {
      const [left, right] = this.pair(element).map((part) => this.colour(part));
      if (left === undefined || right === undefined)
        return refusePnml(element, `<${element.tag}> of fewer than two terms`);
      const shift = (left.sort.from ?? 0) - (right.sort.from ?? 0);
      return (assignment) => compare(left.value(assignment) + shift, right.value(assignment));
    }
    const parts = (): ((assignment: Assignment) => boolean)[] =>
      this.subterms(element).map((part) => this.truth(part));
    switch (element.name) {
      case 'and': {
        const all = parts();
        return (assignment) => all.every((part) => part(assignment));
      }
      case 'or': {
        const some = parts();
        return (assignment) => some.some((part) => part(assignment));
      }
      case 'not': {
        const [part] = parts();
        return (assignment) => part !== undefined && !part(assignment);
      }
      case 'imply': {
        const [when, then] = parts();
        return (assignment) => when?.(assignment) !== true || then?.(assignment) === true;
      }
      case 'booleanconstant': {
        const value = attributeOf(element, 'value') === 'true';
        return () => value;
      }
      default:
        return refusePnml(element, `<${element.tag}> where a condition is expected`);
    }
  }

  private combined(element: XmlElement): BagTerm {
    const [first, ...rest] = this.subterms(element).map((part) => this.bag(part));
    if (first === undefined) return refusePnml(element, `<${element.tag}> of nothing`);
    const others = (assignment: Assignment): Bag[] => rest.map((part) => part.bag(assignment));
    return {
      sort: first.sort,
      bag:
        element.name === 'add'
          ? (assignment) => union([first.bag(assignment), ...others(assignment)])
          : (assignment) => difference(first.bag(assignment), others(assignment)),
    };
  }

  private counted(element: XmlElement): BagTerm {
    const parts = this.subterms(element);
    const number = parts.find((part) => part.name === 'numberconstant');
    const of = parts.find((part) => part !== number);
    if (of === undefined) return refusePnml(element, `<${element.tag}> of nothing`);
    const factor = number === undefined ? 1 : Number(attributeOf(number, 'value'));
    if (!Number.isSafeInteger(factor) || factor < 0)
      refusePnml(element, `a multiple of ${factor}, expected an integer from 0`);
    const { sort, bag } = this.bag(of);
    return { sort, bag: (assignment) => scaled(bag(assignment), factor) };
  }

  private shifted(element: XmlElement, by: 1 | -1): ColourTerm {
    const { sort, value } = this.colour(this.only(element));
    return {
      sort,
      value: (assignment) => (value(assignment) + by + sort.size) % sort.size,
    };
  }

  private position(variable: Variable): number {
    let at = this.variables.findIndex(({ id }) => id === variable.id);
    if (at < 0) {
      at = this.variables.length;
      this.variables.push(variable);
    }
    for (const seen of this.watching) seen.add(at);
    return at;
  }

  private subterms(element: XmlElement): readonly XmlElement[] {
    return childrenOf(element, 'subterm').map(
      (subterm) => childrenOf(subterm)[0] ?? refusePnml(subterm, 'an empty <subterm>'),
    );
  }

  private pair(element: XmlElement): readonly XmlElement[] {
    const parts = this.subterms(element);
    if (parts.length !== 2)
      refusePnml(element, `<${element.tag}> of ${parts.length} terms, expected 2`);
    return parts;
  }

  private only(element: XmlElement): XmlElement {
    const [part] = this.subterms(element);
    return (
      part ?? childOf(element, 'variable') ?? refusePnml(element, `<${element.tag}> of nothing`)
    );
  }
}
