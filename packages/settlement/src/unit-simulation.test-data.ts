import { createMarking, fire, step, tokensIn, type Marking, type Net } from '@microgrid/petri';
import type { ControlToken } from './case-net.js';
import {
  CONTROL_PLACES,
  isEnergyPlace,
  VALUE_PLACES,
  type ControlPlace,
  type SettlementCase,
  type SettlementStep,
  type ValueMove,
  type ValuePlace,
} from './settlement-net.js';
import type { SettlementParameters } from './settlement-parameters.js';
import { SETTLEMENT_STEPS } from './settlement-steps.js';
import {
  complementPlace,
  unitControlPlace,
  unitNet,
  unitValuePlace,
  type UnitAmounts,
  type UnitNet,
} from './unit-net.js';

type Counts = Readonly<Record<string, number>>;

const VALUES = Object.keys(VALUE_PLACES) as ValuePlace[];

const known = new Map<string, UnitNet>();

/** Building a unit net costs more than running it: equal ones are built once. */
function knownUnitNet(
  parameters: SettlementParameters,
  amounts: UnitAmounts,
  scope: SettlementCase,
): UnitNet {
  const key = JSON.stringify([parameters, amounts, scope]);
  const unit = known.get(key) ?? unitNet(parameters, amounts, { scope });
  known.set(key, unit);
  return unit;
}

/** A net that runs, and beside it the net that is proved, doing the same unit by unit. */
export class UnitSimulation {
  unitFirings = 0;
  readonly steps: string[] = [];
  private unit: UnitNet;
  private unitMarking: Marking;
  private readonly points: readonly string[];

  constructor(
    readonly scope: SettlementCase,
    readonly net: Net,
    readonly parameters: SettlementParameters,
    public marking: Marking,
    private amounts: UnitAmounts,
    /** Money that is still to come, which the unit net has from the start. */
    private readonly cashToCome: (marking: Marking) => number = () => 0,
  ) {
    this.points = amounts.imports.length === 1 ? [''] : amounts.imports.map((_, at) => `p${at}`);
    this.unit = knownUnitNet(parameters, amounts, scope);
    this.unitMarking = createMarking(this.unit.net, this.unit.initial as never);
  }

  /** Fires the running net to rest; after each firing both nets have to be at the same marking. */
  settle(): void {
    for (;;) {
      const next = step(this.net, this.marking, { checkLaws: true });
      if (next === undefined) return;
      const before = this.marking;
      this.marking = next.marking;
      this.follow(next.firing.transition, before);
    }
  }

  private follow(name: string, before: Marking): void {
    this.steps.push(name);
    const declared = SETTLEMENT_STEPS.find((one) => one.name === name);
    if (declared === undefined) throw new Error(`no step ${name}`);
    if (declared.fills !== undefined) this.rebase(before, this.marking);
    const target = name === 'resettle' ? this.reversed() : this.countsOf(this.marking);
    const now = this.unitCounts();
    for (const transition of this.unitMoves(declared, now, target)) this.fireUnit(transition);
    if (!same(this.unitCounts(), target)) this.fireEnd(declared, target);
    expect(nonZero(this.unitCounts())).toEqual(nonZero(target));
    if (name === 'resettle' && this.scope === 'energy') this.rebase(this.marking, this.marking);
  }

  /** A re-settlement gives back exactly what its version was made of, before other readings come. */
  private reversed(): Counts {
    const target = { ...this.countsOf(this.marking) };
    if (this.scope !== 'energy') return target;
    for (const [index, point] of this.points.entries()) {
      target[unitValuePlace('importPending', point)] = this.amounts.imports[index] ?? 0;
      target[unitValuePlace('exportPending', point)] = this.amounts.exports[index] ?? 0;
      target[complementPlace(['importPending'], point)] = 0;
      target[complementPlace(['exportPending'], point)] = 0;
    }
    return target;
  }

  /** Readings came: the proved net is the one for these amounts, at the same place. */
  private rebase(at: Marking, now: Marking): void {
    if (this.scope !== 'energy') return;
    const column = (place: string): number[] =>
      Array.from((tokensIn(now, place)[0] as Float64Array | undefined) ?? []);
    this.amounts = {
      ...this.amounts,
      imports: column('importPending'),
      exports: column('exportPending'),
    };
    this.unit = knownUnitNet(this.parameters, this.amounts, this.scope);
    const counts = this.countsOf(at);
    const filled = this.countsOf(now);
    const values = Object.fromEntries(
      Object.entries(counts).map(([place, tokens]) => [
        place,
        this.unit.valuePlaces.includes(place) ? (filled[place] ?? 0) : tokens,
      ]),
    );
    this.unitMarking = createMarking(this.unit.net, values as never);
  }

  /** Where the tokens of a marking lie in the unit net. */
  private countsOf(marking: Marking): Counts {
    const counts: Record<string, number> = {};
    for (const name of Object.keys(CONTROL_PLACES)) {
      for (const token of marking.places[name] ?? [])
        counts[unitControlPlace(name as ControlPlace, token.value as ControlToken)] = 1;
    }
    const held = (place: ValuePlace, index: number): number => {
      const value = marking.places[place]?.[0]?.value as Float64Array | bigint | undefined;
      if (value === undefined) return 0;
      if (typeof value !== 'bigint') return value[index] ?? 0;
      return Number(value) + (place === 'payerCash' ? this.cashToCome(marking) : 0);
    };
    const own = VALUES.filter((place) => VALUE_PLACES[place] === this.scope);
    for (const place of own) {
      for (const [index, point] of (isEnergyPlace(place) ? this.points : ['']).entries())
        counts[unitValuePlace(place, point)] = held(place, index);
    }
    for (const step of SETTLEMENT_STEPS) {
      for (const places of step.empty ?? []) {
        const group = places.filter((place) => own.includes(place));
        const [first] = group;
        if (first === undefined) continue;
        for (const [index, point] of (isEnergyPlace(first) ? this.points : ['']).entries()) {
          const all = group.reduce((sum, place) => sum + held(place, index), 0);
          counts[complementPlace(group, point)] = this.capacity(first, index) - all;
        }
      }
    }
    const known = new Set(this.unit.net.structure.places.map(({ name }) => name));
    return Object.fromEntries(Object.entries(counts).filter(([place]) => known.has(place)));
  }

  private capacity(place: ValuePlace, index: number): number {
    const { imports, exports } = this.amounts;
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    if (!isEnergyPlace(place)) return Math.min(sum(imports), sum(exports));
    return (place === 'importPending' ? imports[index] : exports[index]) ?? 0;
  }

  private unitCounts(): Counts {
    return Object.fromEntries(
      Object.entries(this.unitMarking.places).map(([place, tokens]) => [place, tokens.length]),
    );
  }

  /** The unit transitions, in order, that take the values from one marking to another. */
  private unitMoves(step: SettlementStep, now: Counts, target: Counts): string[] {
    const own = (places: readonly ValuePlace[]): ValuePlace[] =>
      places.filter((place) => VALUE_PLACES[place] === this.scope);
    const seen = new Set<string>();
    const moves = (step.moves ?? [])
      .filter((move) => move.if?.(this.parameters) ?? true)
      .map((move) => ({ ...move, take: own(move.take), put: own(move.put) }))
      .filter(({ take, put }) => {
        const text = JSON.stringify([take, put]);
        return take.length + put.length > 0 && !seen.has(text) && seen.add(text);
      });
    const users = (place: ValuePlace): number =>
      moves.filter(({ take, put }) => [...take, ...put].includes(place)).length;
    return moves.flatMap((move) => {
      const telling = [...move.take, ...move.put].filter((place) => users(place) === 1);
      const amounts = (place: ValuePlace): number[] =>
        (isEnergyPlace(place) ? this.points : ['']).map((point) => {
          const name = unitValuePlace(place, point);
          return Math.abs((target[name] ?? 0) - (now[name] ?? 0));
        });
      const lists = [importSide(telling), exportSide(telling)].map((place) =>
        place === undefined ? undefined : amounts(place),
      );
      const [taken = lists[1], given = lists[0]] = lists;
      const list = taken ?? amounts(telling[0] as ValuePlace);
      return this.pairs(list, given ?? list, move).map(([taker, giver]) =>
        this.moveName(step, move, taker, giver),
      );
    });
  }

  /** Pairs takers and givers, one unit each, in order. */
  private pairs(
    taken: readonly number[],
    given: readonly number[],
    move: ValueMove,
  ): [string, string][] {
    const names = taken.length === 1 ? [''] : this.points;
    const spread = (amounts: readonly number[]): string[] =>
      amounts.flatMap((amount, index) => Array.from({ length: amount }, () => names[index] ?? ''));
    const takers = spread(taken);
    const givers = spread(given);
    expect(givers).toHaveLength(takers.length);
    if (move.samePoint === true) expect(givers).toEqual(takers);
    return takers.map((taker, index) => [taker, givers[index] ?? '']);
  }

  private moveName(step: SettlementStep, move: ValueMove, taker: string, giver: string): string {
    const prefix = `${step.name}.${move.name}`;
    const points = [...new Set([taker, giver])].filter((point) => point !== '').join('.');
    const names = this.unit.net.structure.transitions
      .map(({ name }) => name)
      .filter((name) => name === prefix || name.startsWith(`${prefix}.`))
      .filter((name) => name.replace(/^[a-zA-Z]+\.[a-zA-Z]+(\.\d+)*\.?/, '') === points);
    const enabled = names.find((name) => this.isEnabled(name));
    if (enabled === undefined) throw new Error(`no ${prefix} for ${points} is enabled`);
    return enabled;
  }

  /** Only control places are asked: units go one after the other. */
  private isEnabled(name: string): boolean {
    const now = this.unitCounts();
    const transition = this.unit.net.structure.transitions.find((one) => one.name === name);
    return (transition?.reads ?? []).every(({ place, weight }) => (now[place] ?? 0) >= weight);
  }

  private fireEnd(step: SettlementStep, target: Counts): void {
    const names = this.unit.net.structure.transitions
      .map(({ name }) => name)
      .filter((name) => new RegExp(`^${step.name}(\\.\\d+)*$`).test(name));
    const before = this.unitMarking;
    for (const name of names) {
      try {
        this.fireUnit(name);
      } catch {
        continue;
      }
      if (same(this.unitCounts(), target)) return;
      this.unitMarking = before;
    }
    throw new Error(`no ${step.name} of the unit net leads where the running net is`);
  }

  /** Fires with the kernel, which refuses what is not enabled. Black tokens are alike: the oldest go. */
  private fireUnit(name: string): void {
    const { structure } = this.unit.net;
    const transition = structure.transitions.find((one) => one.name === name);
    const tokens = Object.fromEntries(
      [...(transition?.inputs ?? []), ...(transition?.reads ?? [])].map(({ place, weight }) => [
        place,
        (this.unitMarking.places[place] ?? []).slice(0, weight).map(({ sequence }) => sequence),
      ]),
    );
    const { marking } = fire(this.unit.net, this.unitMarking, { transition: name, tokens });
    this.unitMarking = marking;
    this.unitFirings += 1;
  }
}

function importSide(places: readonly ValuePlace[]): ValuePlace | undefined {
  return places.find((place) =>
    ['importPending', 'nettedImport', 'sharedIn', 'residual'].includes(place),
  );
}

function exportSide(places: readonly ValuePlace[]): ValuePlace | undefined {
  return places.find((place) =>
    ['exportPending', 'nettedExport', 'sharedOut', 'losses', 'surplus'].includes(place),
  );
}

function nonZero(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, tokens]) => tokens !== 0));
}

function same(a: Counts, b: Counts): boolean {
  const [x, y] = [nonZero(a), nonZero(b)];
  return (
    Object.keys(x).length === Object.keys(y).length &&
    Object.entries(x).every(([place, tokens]) => y[place] === tokens)
  );
}
