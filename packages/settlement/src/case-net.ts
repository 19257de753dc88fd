import {
  bind,
  conserve,
  NET_SCHEMA,
  parseNet,
  type ErasedFunction,
  type Net,
  type TokenWeight,
} from '@microgrid/petri';
import type { CaseBehaviour, CaseEffect, CaseStep, CaseStepResult } from './case-behaviour.js';
import {
  FLAG_PLACES,
  CONTROL_PLACES,
  MESSAGE_CASES,
  SETTLEMENT_LAWS,
  VALUE_PLACES,
  type ControlArc,
  type ControlPlace,
  type IndexName,
  type Indices,
  type SettlementCase,
  type SettlementStep,
  type StepName,
  type ValuePlace,
} from './settlement-net.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';
import { SettlementError } from './settlement-error.js';
import type { SettlementParameters } from './settlement-parameters.js';
import { lastIndex } from './step-indices.js';

/** A token of a control place: where its case is, and what it carries. */
export interface ControlToken<Data = unknown> extends Indices {
  readonly data?: Data;
}

/** How a case runs. */
export interface CaseNetOptions<Data, Value> {
  readonly name: SettlementCase;
  readonly parameters: SettlementParameters;
  readonly behaviours: Readonly<Partial<Record<StepName, CaseBehaviour<Data, Value>>>>;
  /** Steps that tell the outside that they happened. */
  readonly emitting: ReadonlySet<StepName>;
  readonly isZero: (value: Value) => boolean;
  /** How much a value weighs in a law. */
  readonly weigh: (value: Value) => bigint;
  /** Places beside those of the declaration, and the steps that take and put their token. */
  readonly records?: Readonly<Record<string, readonly StepName[]>>;
  /** What else weighs in a law: messages on their way in, records. */
  readonly outsideWeights?: Readonly<
    Record<string, Readonly<Record<string, TokenWeight<unknown>>>>
  >;
}

type Tokens = Readonly<Record<string, unknown>>;

/** The message place of a step that both cases take together. */
export function agreementPlace(step: StepName): string {
  return `agreed.${step}`;
}

function unique<Value>(list: readonly Value[]): Value[] {
  return [...new Set(list)];
}

/** An index that a token has to have: its own, which the others have to equal, or a fixed one. */
interface IndexCheck {
  readonly place: ControlPlace;
  readonly index: IndexName;
  readonly fixed: number | undefined;
}

/** An index of a token that is put: the step's plus `plus`, or fixed. */
interface IndexMaking {
  readonly index: IndexName;
  readonly fixed: number | undefined;
  readonly plus: number;
}

interface TokenMaking {
  readonly place: ControlPlace;
  readonly carriesCase: boolean;
  readonly indices: readonly IndexMaking[];
}

/** One step as far as it concerns one case. */
class StepOfCase<Data, Value> {
  readonly from: readonly ControlArc[];
  readonly to: readonly ControlArc[];
  readonly reads: readonly ControlArc[];
  readonly touched: readonly ValuePlace[];
  /** Looked at, not touched. */
  readonly watched: readonly ValuePlace[];
  readonly message: string | undefined;
  readonly records: readonly string[];
  private readonly emptyPlaces: readonly ValuePlace[];
  private readonly behaviour: CaseBehaviour<Data, Value>;
  /** The place whose token carries the case. */
  private readonly main: ControlPlace | undefined;
  private readonly flags: readonly ControlPlace[];
  private readonly checks: readonly IndexCheck[];
  private readonly makings: readonly TokenMaking[];

  constructor(
    readonly step: SettlementStep,
    private readonly options: CaseNetOptions<Data, Value>,
  ) {
    const { name, parameters } = options;
    const own = (arcs: readonly ControlArc[] = []): ControlArc[] =>
      arcs.filter(({ place }) => (CONTROL_PLACES[place].cases as readonly string[]).includes(name));
    const stays = isSelfLoop(step);
    this.from = stays ? [] : own(step.from);
    this.to = stays ? [] : own(step.to);
    this.reads = own([...(stays ? step.from : []), ...(step.reads ?? [])]);
    const values = (places: readonly ValuePlace[]): ValuePlace[] =>
      places.filter((place) => VALUE_PLACES[place] === name);
    const moves = (step.moves ?? []).filter((move) => move.if?.(parameters) ?? true);
    this.touched = unique(
      values([...(step.fills ?? []), ...moves.flatMap(({ take, put }) => [...take, ...put])]),
    );
    this.emptyPlaces = unique(values((step.empty ?? []).flat()));
    this.watched = unique([...this.emptyPlaces, ...values(step.sees ?? [])]).filter(
      (place) => !this.touched.includes(place),
    );
    this.message = messageOf(step, name);
    this.records = Object.entries(options.records ?? {}).flatMap(([place, steps]) =>
      steps.includes(step.name) ? [place] : [],
    );
    this.behaviour = options.behaviours[step.name] ?? {};
    const known = [...this.from, ...this.reads];
    this.main = known.find(({ place }) => !FLAG_PLACES.has(place))?.place;
    this.flags = this.from.map(({ place }) => place).filter((place) => FLAG_PLACES.has(place));
    this.checks = known.flatMap((arc) => indexChecks(arc, parameters));
    this.makings = this.to.map((arc) => tokenMaking(arc, parameters));
  }

  /** Whether the step does anything in this case. */
  get exists(): boolean {
    return this.from.length + this.to.length + this.touched.length > 0;
  }

  structure(): object {
    const { from, to, reads, touched, watched, message, records, options } = this;
    const arc = ({ place, after }: ControlArc): object => ({
      place,
      weight: 1,
      ...(after && { afterMs: options.parameters[after] }),
    });
    const plain = (places: readonly string[]): object[] =>
      places.map((place) => ({ place, weight: 1 }));
    return {
      name: this.step.name,
      priority: 0,
      inputs: [
        ...from.map(arc),
        ...plain([...(message === undefined ? [] : [message]), ...touched, ...records]),
      ],
      reads: [...reads.map(arc), ...plain(watched)],
      inhibitors: [],
      outputs: plain([...to.map(({ place }) => place), ...touched, ...records]),
      ...(options.emitting.has(this.step.name) && { emits: true }),
    };
  }

  functions(): ErasedFunction {
    const { step, checks, behaviour, emptyPlaces } = this;
    const always =
      behaviour.guard === undefined &&
      step.when === undefined &&
      (emptyPlaces.length === 0 || this.touched.length > 0) &&
      checks.every(({ fixed }) => fixed === undefined) &&
      new Set(checks.map(({ index }) => index)).size === checks.length;
    return {
      ...(!always && { guard: (tokens: Tokens) => this.allows(tokens) }),
      ...(this.to.length + this.touched.length + this.records.length > 0 && {
        out: (tokens: Tokens) => this.out(tokens),
      }),
      ...(this.options.emitting.has(step.name) && {
        emit: (tokens: Tokens) => [this.effect(tokens)],
      }),
    };
  }

  private allows(tokens: Tokens): boolean {
    const indices = this.indices(tokens);
    if (indices === undefined) return false;
    const { when } = this.step;
    if (when !== undefined && !when(indices, this.options.parameters)) return false;
    const { guard } = this.behaviour;
    if (guard !== undefined && !guard(this.context(tokens, indices))) return false;
    return this.touched.length > 0 || this.leftover(tokens, tokens) === undefined;
  }

  /** A place that had to be empty and is not. */
  private leftover(made: Tokens, tokens: Tokens): ValuePlace | undefined {
    const { isZero } = this.options;
    return this.emptyPlaces.find((place) => !isZero((made[place] ?? tokens[place]) as Value));
  }

  /** The step's indices from its tokens, if they agree. */
  private indices(tokens: Tokens): Indices | undefined {
    const found: Partial<Record<IndexName, number>> = {};
    for (const { place, index, fixed } of this.checks) {
      const value = (tokens[place] as ControlToken)[index];
      if (value === undefined || (fixed !== undefined && value !== fixed)) return undefined;
      if (found[index] !== undefined && found[index] !== value) return undefined;
      found[index] = value;
    }
    return found;
  }

  private context(tokens: Tokens, indices: Indices): CaseStep<Data, Value> {
    const { main, flags, records, message } = this;
    const carried = main === undefined ? undefined : (tokens[main] as ControlToken<Data>).data;
    let others = NOTHING;
    if (flags.length + records.length > 0) {
      const found: Record<string, unknown> = {};
      for (const place of flags) found[place] = (tokens[place] as ControlToken).data;
      for (const place of records) found[place] = tokens[place];
      others = found;
    }
    return {
      indices,
      data: (carried ?? NOTHING) as Data,
      values: tokens as Readonly<Record<string, Value>>,
      message: message === undefined ? undefined : tokens[message],
      tokens: others,
    };
  }

  private out(tokens: Tokens): Readonly<Record<string, unknown>> {
    const indices = this.indices(tokens) ?? NOTHING;
    const { act } = this.behaviour;
    const step = this.context(tokens, indices);
    const result: CaseStepResult<Data, Value> = act === undefined ? step : act(step);
    const values: Tokens = act === undefined ? NOTHING : (result.values ?? NOTHING);
    const others = act === undefined ? NOTHING : (result.tokens ?? NOTHING);
    const made: Record<string, unknown> = {};
    for (const place of this.touched) made[place] = values[place] ?? tokens[place];
    for (const making of this.makings)
      made[making.place] = madeToken(
        making,
        indices,
        making.carriesCase ? result.data : others[making.place],
      );
    for (const place of this.records) made[place] = others[place] ?? tokens[place];
    const left = this.touched.length > 0 ? this.leftover(made, tokens) : undefined;
    if (left !== undefined) {
      throw new SettlementError(
        'not-conserved',
        `${this.step.name}: something is left in '${left}', expected nothing`,
      );
    }
    return made;
  }

  private effect(tokens: Tokens): CaseEffect {
    const indices = this.indices(tokens) ?? NOTHING;
    const { moved } = this.behaviour;
    return {
      step: this.step.name,
      indices,
      ...(moved && { moved: moved(this.context(tokens, indices)) }),
    };
  }
}

const NOTHING: Tokens = Object.freeze({});

function indexChecks({ place, at }: ControlArc, parameters: SettlementParameters): IndexCheck[] {
  return CONTROL_PLACES[place].indices.map((index) => {
    const spec = at?.[index];
    const fixed = spec === 'last' ? lastIndex(index, parameters) : spec;
    return { place, index, fixed: typeof fixed === 'number' ? fixed : undefined };
  });
}

function tokenMaking({ place, at }: ControlArc, parameters: SettlementParameters): TokenMaking {
  const indices = CONTROL_PLACES[place].indices.map((index): IndexMaking => {
    const spec = at?.[index];
    const fixed = spec === 'last' ? lastIndex(index, parameters) : spec;
    return {
      index,
      fixed: typeof fixed === 'number' ? fixed : undefined,
      plus: spec === 'next' ? 1 : 0,
    };
  });
  return { place, carriesCase: !FLAG_PLACES.has(place), indices };
}

function madeToken({ indices: makings }: TokenMaking, indices: Indices, data: unknown): object {
  const token: Partial<Record<IndexName | 'data', unknown>> = {};
  for (const { index, fixed, plus } of makings)
    token[index] = fixed ?? (indices[index] ?? 0) + plus;
  if (data !== undefined) token.data = data;
  return token;
}

/** A step that leaves its case where it is only reads it: waiting times go on. */
function isSelfLoop({ from, to }: SettlementStep): boolean {
  return (
    from.length === to.length &&
    from.every((arc, index) => arc.place === to[index]?.place && !to[index].at)
  );
}

function messageOf({ on, joint, name }: SettlementStep, own: SettlementCase): string | undefined {
  if (on !== undefined) return MESSAGE_CASES[on] === own ? on : undefined;
  if (joint === undefined || (joint === 'energy leads' && own === 'energy')) return undefined;
  return agreementPlace(name);
}

/**
 * The net a case runs: made from the declaration, with the indices in the tokens' colours, one token
 * per value place whatever it holds, and a transition for each step, which fires once and moves all
 * there is to move.
 */
export function caseNet<Data, Value>(options: CaseNetOptions<Data, Value>): Net {
  const steps = SETTLEMENT_STEPS.map((step) => new StepOfCase(step, options)).filter(
    ({ exists }) => exists,
  );
  const control = unique(
    steps.flatMap(({ from, to, reads }) => [...from, ...to, ...reads].map(({ place }) => place)),
  );
  const values = unique(steps.flatMap(({ touched, watched }) => [...touched, ...watched]));
  const messages = unique(steps.flatMap(({ message }) => (message === undefined ? [] : [message])));
  const records = Object.keys(options.records ?? {});
  const places = [...control, ...values, ...messages, ...records];
  const known = new Set<string>(places);
  const laws = Object.entries(SETTLEMENT_LAWS)
    .filter(([, weights]) => Object.keys(weights).every((place) => isOf(place, options.name)))
    .map(([law, weights]) => {
      const own = Object.entries(weights)
        .filter(([place]) => known.has(place))
        .map(([place, weight]): [string, TokenWeight<unknown>] => [
          place,
          (value) => BigInt(weight) * options.weigh(value as Value),
        ]);
      return { law, own, outside: Object.entries(options.outsideWeights?.[law] ?? {}) };
    })
    .filter(({ own }) => own.length > 0)
    .map(({ law, own, outside }) => conserve(law, Object.fromEntries([...own, ...outside])));
  return bind(
    parseNet({
      schema: NET_SCHEMA,
      name: `settlement-${options.name}`,
      places: places.map((name) => ({ name, tokens: 'data' })),
      transitions: steps.map((step) => step.structure()),
    }),
    Object.fromEntries(steps.map((step) => [step.step.name, step.functions()])),
    laws,
  );
}

function isOf(place: string, name: SettlementCase): boolean {
  return VALUE_PLACES[place as ValuePlace] === name;
}
