import { PetriError } from '../petri-error.js';
import type { PnmlArc, PnmlNet, PnmlTransition } from './pnml-document.js';
import type { Sort, SymmetricDeclarations, Variable } from './symmetric-sorts.js';
import { TermCompiler, type Assignment, type BagTerm, type Condition } from './symmetric-term.js';
import { refusePnml } from './xml-element.js';

/** What an unfolding keeps, and its limits. */
export interface UnfoldOptions {
  /**
   * `keep` (default): a place for every colour and a transition for every assignment that satisfies
   * the condition. `drop`: without the places that can never be marked because nothing that could
   * ever fire puts tokens there, and the transitions that need them; states and firings stay the same.
   */
  readonly unmarkable?: 'keep' | 'drop';
  /** Most places of the result. Default 1,000,000. Beyond it `too-large` is thrown. */
  readonly maxPlaces?: number;
  /** Most transitions of the result. Default 2,000,000. */
  readonly maxTransitions?: number;
}

/** A place of the unfolded net: a coloured place and one of its colours. */
export interface UnfoldedPlace {
  readonly name: string;
  /** Id of the coloured place. */
  readonly place: string;
  /** The colour as people read it; absent for places without colours. */
  readonly colour?: string;
  readonly tokens: number;
}

/** Place index → how many tokens. */
export type UnfoldedArcs = ReadonlyMap<number, number>;

/** A transition of the unfolded net: a coloured transition and the colours of its variables. */
export interface UnfoldedTransition {
  readonly name: string;
  /** Id of the coloured transition. */
  readonly transition: string;
  /** Variable name → colour. */
  readonly binding: Readonly<Record<string, string>>;
  readonly inputs: UnfoldedArcs;
  readonly outputs: UnfoldedArcs;
}

/** A symmetric net as places and transitions without colours. */
export interface Unfolding {
  readonly places: readonly UnfoldedPlace[];
  readonly transitions: readonly UnfoldedTransition[];
}

interface ColouredPlace {
  readonly first: number;
  readonly sort: Sort;
}

interface CompiledArc {
  readonly place: ColouredPlace;
  readonly term: BagTerm;
}

const NOTHING: Assignment = [];

class Unfolder {
  private readonly places: UnfoldedPlace[] = [];
  private readonly transitions: UnfoldedTransition[] = [];
  private readonly placeById = new Map<string, ColouredPlace>();

  constructor(
    private readonly net: PnmlNet,
    private readonly declarations: SymmetricDeclarations,
    private readonly resolve: (id: string) => string,
    private readonly options: UnfoldOptions,
  ) {}

  unfold(): Unfolding {
    this.unfoldPlaces();
    const arcsOf = new Map<string, PnmlArc[]>();
    for (const arc of this.net.arcs)
      for (const end of [this.resolve(arc.source), this.resolve(arc.target)]) {
        const arcs = arcsOf.get(end);
        if (arcs === undefined) arcsOf.set(end, [arc]);
        else arcs.push(arc);
      }
    for (const transition of this.net.transitions)
      this.unfoldTransition(transition, arcsOf.get(transition.id) ?? []);
    return { places: this.places, transitions: this.transitions };
  }

  private unfoldPlaces(): void {
    const limit = this.options.maxPlaces ?? 1_000_000;
    for (const { id, colour, line = 0 } of this.net.places) {
      const type = colour?.type;
      if (type === undefined) refusePnml({ line, column: 1 }, `place '${id}' has no sort`);
      const sort = this.declarations.sortOf(type);
      if (this.places.length + sort.size > limit)
        throw new PetriError('too-large', `the unfolding has more than ${limit} places`);
      const initial =
        colour?.initial && new TermCompiler(this.declarations).bag(colour.initial).bag(NOTHING);
      this.placeById.set(id, { first: this.places.length, sort });
      for (let index = 0; index < sort.size; index += 1) {
        const label = sort.size === 1 ? undefined : sort.label(index);
        this.places.push({
          name: label === undefined ? id : `${id}(${label})`,
          place: id,
          ...(label !== undefined && { colour: label }),
          tokens: initial?.get(index) ?? 0,
        });
      }
    }
  }

  private unfoldTransition(transition: PnmlTransition, arcs: readonly PnmlArc[]): void {
    const compiler = new TermCompiler(this.declarations);
    const conditions =
      transition.condition === undefined ? [] : compiler.conditions(transition.condition);
    const inputs: CompiledArc[] = [];
    const outputs: CompiledArc[] = [];
    for (const arc of arcs) {
      const intoTransition = this.resolve(arc.target) === transition.id;
      const end = this.resolve(intoTransition ? arc.source : arc.target);
      (intoTransition ? inputs : outputs).push(this.compileArc(arc, end, compiler));
    }
    const { variables } = compiler;
    const assignment: number[] = variables.map(() => 0);
    const due = conditionsByVariable(conditions, variables.length);
    if (due[0]?.every((condition) => condition.holds(assignment)) === false) return;
    const visit = (at: number): void => {
      const variable = variables[at];
      if (variable === undefined) {
        this.add(transition, variables, assignment, inputs, outputs);
        return;
      }
      for (let colour = 0; colour < variable.sort.size; colour += 1) {
        assignment[at] = colour;
        if (due[at + 1]?.every((condition) => condition.holds(assignment)) !== false) visit(at + 1);
      }
    };
    visit(0);
  }

  private compileArc(arc: PnmlArc, end: string, compiler: TermCompiler): CompiledArc {
    const place = this.placeById.get(end);
    const at = { line: arc.line ?? 0, column: 1 };
    if (place === undefined)
      return refusePnml(at, `arc '${arc.id}' does not join a place and a transition`);
    if (arc.term === undefined) {
      if (place.sort.size !== 1) refusePnml(at, `arc '${arc.id}' has no inscription`);
      return { place, term: { sort: place.sort, bag: () => new Map([[0, arc.weight]]) } };
    }
    const term = compiler.bag(arc.term);
    if (term.sort.size !== place.sort.size)
      refusePnml(
        arc.term,
        `arc '${arc.id}' moves colours of a sort of ${term.sort.size}, expected one of ${place.sort.size} as place '${end}' has`,
      );
    return { place, term };
  }

  private add(
    { id }: PnmlTransition,
    variables: readonly Variable[],
    assignment: Assignment,
    inputs: readonly CompiledArc[],
    outputs: readonly CompiledArc[],
  ): void {
    const limit = this.options.maxTransitions ?? 2_000_000;
    if (this.transitions.length >= limit)
      throw new PetriError('too-large', `the unfolding has more than ${limit} transitions`);
    const binding = Object.fromEntries(
      variables.map(({ name, sort }, at) => [name, sort.label(assignment[at] ?? 0)]),
    );
    const shown = variables.map(
      ({ name, sort }, at) => `${name}=${sort.label(assignment[at] ?? 0)}`,
    );
    this.transitions.push({
      name: shown.length === 0 ? id : `${id}(${shown.join(',')})`,
      transition: id,
      binding,
      inputs: unfoldArcs(inputs, assignment),
      outputs: unfoldArcs(outputs, assignment),
    });
  }
}

/** By position: the conditions whose last variable is the one before it. */
function conditionsByVariable(conditions: readonly Condition[], count: number): Condition[][] {
  const due = Array.from({ length: count + 1 }, (): Condition[] => []);
  for (const condition of conditions)
    due[Math.max(-1, ...condition.variables) + 1]?.push(condition);
  return due;
}

function unfoldArcs(arcs: readonly CompiledArc[], assignment: Assignment): UnfoldedArcs {
  const weights = new Map<number, number>();
  for (const { place, term } of arcs)
    for (const [colour, count] of term.bag(assignment)) {
      const at = place.first + colour;
      weights.set(at, (weights.get(at) ?? 0) + count);
    }
  return weights;
}

/** The unfolding of a symmetric net; `resolve` follows references. */
export function unfoldSymmetric(
  net: PnmlNet,
  declarations: SymmetricDeclarations,
  resolve: (id: string) => string,
  options: UnfoldOptions,
): Unfolding {
  const whole = new Unfolder(net, declarations, resolve, options).unfold();
  return options.unmarkable === 'drop' ? withoutUnmarkable(whole) : whole;
}

/** Marks places and transitions from the first marking on until nothing new can be. */
function withoutUnmarkable({ places, transitions }: Unfolding): Unfolding {
  const waitingFor = new Map<number, number[]>();
  const missing = transitions.map(({ inputs }, at) => {
    for (const place of inputs.keys())
      waitingFor.set(place, [...(waitingFor.get(place) ?? []), at]);
    return inputs.size;
  });
  const marked = new Set<number>();
  const fireable = transitions.flatMap((_, at) => (missing[at] === 0 ? [at] : []));
  const mark = (place: number): void => {
    if (marked.has(place)) return;
    marked.add(place);
    for (const at of waitingFor.get(place) ?? []) {
      const left = (missing[at] ?? 0) - 1;
      missing[at] = left;
      if (left === 0) fireable.push(at);
    }
  };
  for (const [place, { tokens }] of places.entries()) if (tokens > 0) mark(place);
  for (let next = 0; next < fireable.length; next += 1)
    for (const place of transitions[fireable[next] ?? -1]?.outputs.keys() ?? []) mark(place);
  const position = new Map([...marked].sort((a, b) => a - b).map((place, at) => [place, at]));
  const moved = (arcs: UnfoldedArcs): UnfoldedArcs =>
    new Map([...arcs].map(([place, weight]) => [position.get(place) ?? -1, weight]));
  return {
    places: places.filter((_, place) => marked.has(place)),
    transitions: transitions.flatMap((transition, at) =>
      missing[at] === 0
        ? [{ ...transition, inputs: moved(transition.inputs), outputs: moved(transition.outputs) }]
        : [],
    ),
  };
}
