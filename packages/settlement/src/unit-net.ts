import { bind, conserve, NET_SCHEMA, parseNet, type Net } from '@microgrid/petri';
import { ptNetOf, type PtNet } from '@microgrid/petri/analysis';
import {
  CONTROL_PLACES,
  isEnergyPlace,
  SETTLEMENT_LAWS,
  VALUE_PLACES,
  type ControlArc,
  type ControlPlace,
  type Indices,
  type SettlementScope,
  type SettlementStep,
  type ValueMove,
  type ValuePlace,
} from './settlement-net.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';
import type { SettlementParameters } from './settlement-parameters.js';
import { arcIndices, stepIndices } from './step-indices.js';

/** What is there to attribute and to pay with, in units: whole mWh of metering points, whole money. */
export interface UnitAmounts {
  /** C: imported, by metering point. With one point, places carry no point name. */
  readonly imports: readonly number[];
  /** E: exported, by metering point; as many as `imports`. */
  readonly exports: readonly number[];
  /** Money of the payer. */
  readonly payerCash: number;
  /** Money of the guarantee fund. */
  readonly fund: number;
}

/** What a unit net is made for. */
export interface UnitNetOptions {
  /** The whole settlement, or one of its cases. Default `whole`. */
  readonly scope?: SettlementScope;
  /** False: control places only. Default true. */
  readonly values?: boolean;
  /** Names of the metering points. Default `p0`, `p1` …, or none for a single point. */
  readonly points?: readonly string[];
  /** Another list of steps than the declared one, for showing that a proof would notice. */
  readonly steps?: readonly SettlementStep[];
}

/** A settlement as a net of black tokens, and where they lie at first. */
export interface UnitNet {
  /** Bound with the laws of the declaration and those of the complement places: the kernel has proved them. */
  readonly net: Net;
  /** Tokens by place; places not named hold none. */
  readonly initial: Readonly<Record<string, number>>;
  /** The net and its tokens as the analysis takes them. */
  readonly ptNet: PtNet;
  /** Places that may hold something in the end: values and their complements. */
  readonly valuePlaces: readonly string[];
}

/** The unit net's place of a control place: `awaitingPayment.0.1` for version 0, attempt 1. */
export function unitControlPlace(place: ControlPlace, indices: Indices): string {
  const own = CONTROL_PLACES[place].indices.map((index) => indices[index] ?? 0);
  return [place, ...own].join('.');
}

/** The unit net's place of a value place, of a metering point where there are several. */
export function unitValuePlace(place: ValuePlace, point: string): string {
  return point === '' ? place : `${place}.${point}`;
}

/** The complement of a sum of places: as many tokens as the sum lacks to what it can hold. */
export function complementPlace(group: readonly ValuePlace[], point: string): string {
  return unitValuePlace(`free.${group.join('_')}` as ValuePlace, point);
}

const IMPORT_SIDE: ReadonlySet<ValuePlace> = new Set([
  'importPending',
  'nettedImport',
  'sharedIn',
  'residual',
]);

type Counts = Map<string, number>;

function count(counts: Counts, place: string, tokens: number): void {
  if (tokens > 0) counts.set(place, (counts.get(place) ?? 0) + tokens);
}

interface UnitTransition {
  readonly name: string;
  readonly inputs: Counts;
  readonly outputs: Counts;
  readonly reads: Counts;
}

function arcs(counts: Counts): { place: string; weight: number }[] {
  return Array.from(counts, ([place, weight]) => ({ place, weight }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Makes the transitions of one net. */
class Unfolding {
  readonly groups = new Map<string, readonly ValuePlace[]>();
  readonly steps: readonly SettlementStep[];
  readonly points: readonly string[];
  private readonly scope: SettlementScope;
  private readonly withValues: boolean;

  constructor(
    readonly parameters: SettlementParameters,
    readonly amounts: UnitAmounts,
    options: UnitNetOptions,
  ) {
    this.scope = options.scope ?? 'whole';
    this.withValues = options.values ?? true;
    this.steps = options.steps ?? SETTLEMENT_STEPS;
    const { imports } = amounts;
    this.points =
      options.points ?? (imports.length === 1 ? [''] : imports.map((_, index) => `p${index}`));
    for (const { empty = [] } of this.withValues ? this.steps : []) {
      for (const group of empty) {
        const own = this.inScope(group);
        if (own.length > 0) this.groups.set(own.join(), own);
      }
    }
  }

  /** How much a place, of one point, can hold. */
  capacity(place: ValuePlace, point: number): number {
    const { imports, exports } = this.amounts;
    if (!isEnergyPlace(place)) return Math.min(sum(imports), sum(exports));
    return (IMPORT_SIDE.has(place) ? imports[point] : exports[point]) ?? 0;
  }

  groupPoints(group: readonly ValuePlace[]): readonly (readonly [string, number])[] {
    return group.some(isEnergyPlace)
      ? this.points.map((point, index) => [point, index] as const)
      : [['', 0]];
  }

  transitions(): UnitTransition[] {
    const seen = new Set<string>();
    return this.steps
      .flatMap((step) =>
        stepIndices(step, this.parameters).flatMap((indices) => [
          ...this.moves(step, indices),
          this.end(step, indices),
        ]),
      )
      .filter(({ name, inputs, outputs, reads }) => {
        const same = ([place, weight]: [string, number]): boolean => outputs.get(place) === weight;
        // What changes nothing in this case is another case's business.
        if (inputs.size === outputs.size && [...inputs].every(same)) return false;
        // Ways that differ only in what another case does are one here.
        const all = [inputs, outputs, reads].map((counts) => [...counts].sort());
        const text = JSON.stringify([name.split('.')[0], all]);
        if (seen.has(text)) return false;
        seen.add(text);
        return true;
      });
  }

  inScope(places: readonly ValuePlace[]): ValuePlace[] {
    return places.filter((place) => this.scope === 'whole' || VALUE_PLACES[place] === this.scope);
  }

  private control(list: readonly ControlArc[], indices: Indices): string[] {
    return list
      .filter(({ place }) => {
        const { cases } = CONTROL_PLACES[place];
        return this.scope === 'whole' || (cases as readonly string[]).includes(this.scope);
      })
      .map((arc) => unitControlPlace(arc.place, arcIndices(arc, indices, this.parameters)));
  }

  private name(step: string, indices: Indices, points: readonly string[]): string {
    const { v, a, d } = indices;
    const numbers = [v, a, d].filter((index) => index !== undefined);
    return [step, ...numbers, ...points.filter((point) => point !== '')].join('.');
  }

  /** The transitions that move one unit each while the step's control place is held. */
  private moves(step: SettlementStep, indices: Indices): UnitTransition[] {
    if (!this.withValues) return [];
    const held = this.control([...step.from, ...(step.reads ?? [])], indices);
    return (step.moves ?? [])
      .filter((move) => move.if?.(this.parameters) ?? true)
      .flatMap((move) =>
        this.pairs(move).map(([taker, giver]) => {
          const points = taker === giver ? [taker] : [taker, giver];
          const inputs: Counts = new Map();
          const outputs: Counts = new Map();
          const at = (place: ValuePlace): string =>
            !isEnergyPlace(place) ? '' : IMPORT_SIDE.has(place) ? taker : giver;
          const take = this.inScope(move.take);
          const put = this.inScope(move.put);
          for (const place of take) count(inputs, unitValuePlace(place, at(place)), 1);
          for (const place of put) count(outputs, unitValuePlace(place, at(place)), 1);
          for (const group of this.groups.values()) {
            const within = (places: readonly ValuePlace[]): ValuePlace[] =>
              places.filter((place) => group.includes(place));
            const change = within(put).length - within(take).length;
            const touched = within(change > 0 ? put : take)[0];
            if (touched === undefined) continue;
            const free = complementPlace(group, at(touched));
            count(change > 0 ? inputs : outputs, free, Math.abs(change));
          }
          const name = this.name(`${step.name}.${move.name}`, indices, points);
          return { name, inputs, outputs, reads: new Map(held.map((place) => [place, 1])) };
        }),
      );
  }

  /** Which points a unit goes between. */
  private pairs(move: ValueMove): (readonly [string, string])[] {
    const places = this.inScope([...move.take, ...move.put]).filter(isEnergyPlace);
    const imports = places.some((place) => IMPORT_SIDE.has(place));
    const exports = places.some((place) => !IMPORT_SIDE.has(place));
    if (!imports && !exports) return [['', '']];
    const single = move.samePoint === true || !imports || !exports;
    return this.points.flatMap((taker) =>
      (single ? [taker] : this.points).map((giver) => [taker, giver] as const),
    );
  }

  private end(step: SettlementStep, indices: Indices): UnitTransition {
    const inputs: Counts = new Map();
    const outputs: Counts = new Map();
    const reads: Counts = new Map();
    for (const place of this.control(step.from, indices)) count(inputs, place, 1);
    for (const place of this.control(step.to, indices)) count(outputs, place, 1);
    for (const place of this.control(step.reads ?? [], indices)) count(reads, place, 1);
    if (this.withValues) {
      for (const group of (step.empty ?? []).map((places) => this.inScope(places))) {
        for (const [point, index] of group.length === 0 ? [] : this.groupPoints(group))
          count(reads, complementPlace(group, point), this.capacity(group[0] as ValuePlace, index));
      }
      for (const place of this.inScope(step.full ?? [])) {
        for (const [point, index] of this.groupPoints([place]))
          count(reads, unitValuePlace(place, point), this.capacity(place, index));
      }
    }
    return { name: this.name(step.name, indices, []), inputs, outputs, reads };
  }
}

function initialTokens(unfolding: Unfolding): Record<string, number> {
  const { amounts, points } = unfolding;
  const tokens: Record<string, number> = {
    start: 1,
    payerCash: amounts.payerCash,
    fund: amounts.fund,
  };
  for (const [index, point] of points.entries()) {
    tokens[unitValuePlace('importPending', point)] = amounts.imports[index] ?? 0;
    tokens[unitValuePlace('exportPending', point)] = amounts.exports[index] ?? 0;
  }
  for (const group of unfolding.groups.values()) {
    for (const [point, index] of unfolding.groupPoints(group)) {
      const held = sum(group.map((place) => tokens[unitValuePlace(place, point)] ?? 0));
      tokens[complementPlace(group, point)] =
        unfolding.capacity(group[0] as ValuePlace, index) - held;
    }
  }
  return tokens;
}

/** The declared laws, as far as their places are in the net, and those of the complement places. */
function unitLaws(unfolding: Unfolding, places: ReadonlySet<string>) {
  const spread = (weights: Readonly<Partial<Record<ValuePlace, number>>>) =>
    Object.fromEntries(
      Object.entries(weights).flatMap(([place, weight]) => {
        const value = place as ValuePlace;
        const names = isEnergyPlace(value)
          ? unfolding.points.map((point) => unitValuePlace(value, point))
          : [value];
        return names.filter((name) => places.has(name)).map((name) => [name, weight] as const);
      }),
    );
  const declared = Object.entries(SETTLEMENT_LAWS)
    .filter(([, weights]) => {
      const names = Object.keys(weights) as ValuePlace[];
      return unfolding.inScope(names).length === names.length;
    })
    .map(([name, weights]) => conserve(name, spread(weights)));
  const complements = [...unfolding.groups.values()].flatMap((group) =>
    unfolding.groupPoints(group).map(([point]) => {
      const free = complementPlace(group, point);
      const held = group.map((place) => unitValuePlace(place, point));
      return conserve(
        free,
        Object.fromEntries([free, ...held].filter((name) => places.has(name)).map((n) => [n, 1])),
      );
    }),
  );
  return [...declared, ...complements].filter(({ weights }) => Object.keys(weights).length > 0);
}

/**
 * The net that is proved: the declaration's steps with one place for every index and one black token
 * for every mWh and every unit of money. A step that moves values has a transition that moves one
 * unit, for as long as the step is under way; that nothing is left is asked of complement places by
 * ordinary weighted read arcs, so invariants and reductions stay valid.
 * @throws PetriError `law-broken` if a transition breaks a law.
 */
export function unitNet(
  parameters: SettlementParameters,
  amounts: UnitAmounts,
  options: UnitNetOptions = {},
): UnitNet {
  const unfolding = new Unfolding(parameters, amounts, options);
  const transitions = unfolding.transitions();
  const places = new Set(
    transitions.flatMap(({ inputs, outputs, reads }) => [
      ...inputs.keys(),
      ...outputs.keys(),
      ...reads.keys(),
    ]),
  );
  const structure = parseNet({
    schema: NET_SCHEMA,
    name: `settlement-${options.scope ?? 'whole'}`,
    places: Array.from(places, (name) => ({ name, tokens: 'black' })),
    transitions: transitions.map(({ name, inputs, outputs, reads }) => ({
      name,
      priority: 0,
      inputs: arcs(inputs),
      reads: arcs(reads),
      inhibitors: [],
      outputs: arcs(outputs),
    })),
  });
  const control = new Set<string>(Object.keys(CONTROL_PLACES));
  const initial = Object.fromEntries(
    Object.entries(initialTokens(unfolding)).filter(
      ([place, tokens]) => places.has(place) && tokens > 0,
    ),
  );
  return Object.freeze({
    net: bind(structure, {}, unitLaws(unfolding, places)),
    initial: Object.freeze(initial),
    ptNet: ptNetOf(structure, initial),
    valuePlaces: [...places].filter((place) => !control.has(place.split('.')[0] ?? '')),
  });
}
