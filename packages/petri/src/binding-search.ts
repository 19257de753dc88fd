import { shownTokens, type Selection } from './binding.js';
import type { Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import { keyOf, type TokenKey } from './token-key.js';
import { TAKEN, type TokenQueue } from './token-queue.js';
import type { WorkingMarking } from './working-marking.js';

/** Enough tokens on every arc and no inhibitor in the way; guards, keys and times are not asked. */
export function isMarkedFor(transition: PlannedTransition, marking: WorkingMarking): boolean {
  for (const arc of transition.chosen) if (marking.count(arc.place) < arc.weight) return false;
  for (const arc of transition.inhibitors)
    if (arc.index < 0 && marking.count(arc.place) >= arc.weight) return false;
  return true;
}

/** Says stop by returning true. The selection is only valid during the call. */
export type Visit = (selection: Selection) => boolean;

/**
 * Finds the enabled selections of one transition in binding order: token sequences compared arc by
 * arc, inputs before reads. Arcs with a key look only at tokens of that key, once one is chosen.
 */
export class BindingSearch {
  /** The selection found, arc after arc; overwritten by the next search. */
  readonly selection: Token[] = [];
  /** What the guard was shown, if it was asked. */
  shown: Readonly<Record<string, unknown>> | undefined;
  /** Room for the values of a firing, used again by the next. */
  readonly values: unknown[] = [];
  private key: TokenKey | undefined;
  private visit: Visit | undefined;
  /** When set, the driver arc's first token. */
  private fixed: Token | undefined;

  constructor(
    readonly transition: PlannedTransition,
    private readonly marking: WorkingMarking,
  ) {}

  /** What the functions see of the selection. */
  show(): Readonly<Record<string, unknown>> {
    this.shown ??= shownTokens(this.transition, this.selection, this.marking);
    return this.shown;
  }

  /** The first selection lies in `selection` when this returns true. */
  first(): boolean {
    this.shown = undefined;
    if (!isMarkedFor(this.transition, this.marking)) return false;
    return this.transition.greedy ? this.takeOldest() : this.start(undefined, undefined);
  }

  /** Like `first`, among the selections whose driver arc begins with the given token. */
  firstWith(token: Token): boolean {
    this.shown = undefined;
    return this.start(undefined, token);
  }

  /** Visits the selections until `visit` says stop; returns whether it did. */
  each(visit: Visit): boolean {
    return isMarkedFor(this.transition, this.marking) && this.start(visit, undefined);
  }

  private start(visit: Visit | undefined, fixed: Token | undefined): boolean {
    this.visit = visit;
    this.fixed = fixed;
    this.key = undefined;
    return this.chooseArc(0);
  }

  private takeOldest(): boolean {
    const { selection, marking } = this;
    for (const { place, weight, first } of this.transition.chosen) {
      const { items, head } = marking.queue(place);
      let at = head;
      for (let taken = 0; taken < weight; at += 1) {
        const token = items[at];
        if (token === undefined) return false;
        if (token.value === TAKEN) continue;
        selection[first + taken] = token;
        taken += 1;
      }
    }
    return true;
  }

  private chooseArc(at: number): boolean {
    const arc = this.transition.chosen[at];
    if (arc === undefined) return this.complete();
    if (arc.index >= 0 && this.key !== undefined) {
      const bucket = this.marking.bucket(arc.index, this.key);
      return bucket !== undefined && this.chooseTokens(arc, at, 0, bucket, bucket.head);
    }
    if (this.fixed !== undefined && at === this.transition.driver)
      return this.isInTime(arc, this.fixed) && this.chooseToken(arc, at, 0, this.fixed, undefined);
    const queue = this.marking.queue(arc.place);
    return this.chooseTokens(arc, at, 0, queue, queue.head);
  }

  /** Combinations of the arc's weight, ascending, oldest first. */
  private chooseTokens(
    arc: PlannedArc,
    at: number,
    taken: number,
    queue: TokenQueue,
    from: number,
  ): boolean {
    if (taken === arc.weight) return this.chooseArc(at + 1);
    const { items } = queue;
    for (let index = from; index < items.length; index += 1) {
      const token = items[index];
      if (token === undefined || token.value === TAKEN) continue;
      // Tokens lie in order of arrival: all later ones are younger still.
      if (token.atMs + arc.afterMs > this.marking.nowMs) return false;
      if (this.marking.nowMs - token.atMs > arc.withinMs) continue;
      if (this.chooseToken(arc, at, taken, token, { queue, from: index + 1 })) return true;
      // Black tokens are all alike: the oldest stand for every other choice.
      if (arc.black) return false;
    }
    return false;
  }

  private chooseToken(
    arc: PlannedArc,
    at: number,
    taken: number,
    token: Token,
    rest: { readonly queue: TokenQueue; readonly from: number } | undefined,
  ): boolean {
    this.selection[arc.first + taken] = token;
    if (arc.index < 0 || this.key !== undefined)
      return rest !== undefined && this.chooseTokens(arc, at, taken + 1, rest.queue, rest.from);
    this.key = this.keyOfToken(arc, token);
    const bucket = this.marking.bucket(arc.index, this.key);
    const found =
      isKeyReady(this.transition, this.marking, this.key) &&
      bucket !== undefined &&
      this.chooseTokens(arc, at, taken + 1, bucket, bucket.indexOf(token.sequence) + 1);
    if (!found) this.key = undefined;
    return found;
  }

  private keyOfToken(arc: PlannedArc, token: Token): TokenKey {
    return keyOf(token.value, this.marking.fieldsOf(arc.index), arc.name);
  }

  private isInTime(arc: PlannedArc, token: Token): boolean {
    const age = this.marking.nowMs - token.atMs;
    return age >= arc.afterMs && age <= arc.withinMs;
  }

  private complete(): boolean {
    const { transition, marking, selection } = this;
    for (const arc of transition.inhibitors)
      if (arc.index >= 0 && this.key !== undefined) {
        const bucket = marking.bucket(arc.index, this.key);
        if (bucket !== undefined && bucket.size >= arc.weight) return false;
      }
    if (transition.functions.guard !== undefined) {
      this.shown = undefined;
      if (!transition.functions.guard(this.show())) return false;
    }
    return this.visit === undefined || this.visit(selection);
  }
}

/** Every keyed arc has tokens enough with this key. */
export function isKeyReady(
  transition: PlannedTransition,
  marking: WorkingMarking,
  key: TokenKey,
): boolean {
  for (const arc of transition.chosen)
    if (arc.index >= 0 && (marking.bucket(arc.index, key)?.size ?? 0) < arc.weight) return false;
  return true;
}
