import { BindingSearch, isKeyReady, isMarkedFor } from './binding-search.js';
import type { Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import { keyOf, type TokenKey } from './token-key.js';
import { TokenHeap } from './token-heap.js';
import { TAKEN } from './token-queue.js';
import type { WorkingMarking } from './working-marking.js';

/**
 * Finds the first binding of a transition that matches tokens by key without looking at tokens that
 * have no partner. It queues the tokens of the first keyed arc (the driver) whose key has partners
 * on all other arcs; a token that was refused comes back when something with its key arrives.
 */
export class JoinAgenda {
  private readonly candidates = new TokenHeap();
  private readonly driver: PlannedArc;
  private built = false;

  constructor(
    private readonly transition: PlannedTransition,
    private readonly marking: WorkingMarking,
    private readonly search: BindingSearch,
  ) {
    const driver = transition.chosen[transition.driver];
    if (driver === undefined) throw new RangeError('the transition has no driver arc');
    this.driver = driver;
  }

  /** Like `BindingSearch.first`. */
  first(): boolean {
    if (!isMarkedFor(this.transition, this.marking)) return false;
    if (!this.built) this.build();
    for (;;) {
      const token = this.candidates.first();
      if (token === undefined) return false;
      const lies = this.marking.queue(this.driver.place).find(token.sequence) === token;
      if (lies && this.search.firstWith(token)) return true;
      this.candidates.pop();
    }
  }

  /** A token arrived that one of the transition's arcs looks at. */
  put(place: number, token: Token): void {
    if (!this.built) return;
    const arc = this.transition.chosen.find((chosen) => chosen.place === place);
    if (arc === undefined) {
      this.built = false;
      return;
    }
    if (arc.index < 0) this.unkeyedPut(arc);
    else {
      const key = this.keyAt(arc, token);
      if (!isKeyReady(this.transition, this.marking, key)) return;
      if (arc === this.driver && arc.weight === 1) this.candidates.push(token);
      else this.pushAll(key);
    }
  }

  /** A token went that an inhibitor arc looks at. */
  taken(place: number, token: Token): void {
    if (!this.built) return;
    if (this.transition.resets.some((reset) => reset.place === place)) this.built = false;
    for (const arc of this.transition.inhibitors)
      if (arc.place === place && arc.index >= 0) {
        const key = this.keyAt(arc, token);
        if (isKeyReady(this.transition, this.marking, key)) this.pushAll(key);
      }
  }

  /** Everything may have become possible. */
  forget(): void {
    this.built = false;
  }

  /** A token without a key matters to a refused candidate only where something looks at it. */
  private unkeyedPut(arc: PlannedArc): void {
    const seen = this.transition.functions.guard !== undefined && !arc.black;
    if (seen || arc.withinMs < Infinity) this.built = false;
  }

  private keyAt(arc: PlannedArc, token: Token): TokenKey {
    return keyOf(token.value, this.marking.fieldsOf(arc.index), arc.name);
  }

  private pushAll(key: TokenKey): void {
    const bucket = this.marking.bucket(this.driver.index, key);
    if (bucket === undefined) return;
    for (let at = bucket.head; at < bucket.items.length; at += 1) {
      const token = bucket.items[at];
      if (token !== undefined && token.value !== TAKEN) this.candidates.push(token);
    }
  }

  private build(): void {
    this.candidates.clear();
    this.built = true;
    for (const key of this.marking.buckets(this.driver.index).keys())
      if (isKeyReady(this.transition, this.marking, key)) this.pushAll(key);
  }
}
