import type { Marking, Token } from './marking.js';
import type { NetPlan } from './net-plan.js';
import { PetriError } from './petri-error.js';

/**
 * A marking while it is being changed. A place's list is copied at its first change only, so
 * a run costs nothing for places and token values it does not touch.
 */
export class WorkingMarking {
  private readonly owned: boolean[];

  private constructor(
    private readonly plan: NetPlan,
    private readonly lists: (readonly Token[])[],
    private next: number,
  ) {
    this.owned = lists.map(() => false);
  }

  static empty(plan: NetPlan): WorkingMarking {
    return new WorkingMarking(
      plan,
      plan.placeNames.map(() => []),
      0,
    );
  }

  static of(plan: NetPlan, marking: Marking): WorkingMarking {
    const lists = plan.placeNames.map((name) => {
      const list = Object.hasOwn(marking.places, name) ? marking.places[name] : undefined;
      if (list === undefined)
        throw new PetriError(
          'bad-marking',
          `the marking has no place '${name}': it belongs to another net or another version of it`,
        );
      return list;
    });
    return new WorkingMarking(plan, lists, marking.nextSequence);
  }

  get nextSequence(): number {
    return this.next;
  }

  list(place: number): readonly Token[] {
    return this.lists[place] ?? [];
  }

  /** Puts a token at the end of the place; returns it. */
  put(place: number, value: unknown): Token {
    const token = { sequence: this.next, value };
    this.next += 1;
    this.own(place).push(token);
    return token;
  }

  /** Takes the given tokens, which must lie in the place, in ascending order. */
  take(place: number, tokens: readonly Token[]): void {
    const list = this.own(place);
    let from = 0;
    for (const token of tokens) {
      from = list.indexOf(token, from);
      if (from === 0) list.shift();
      else list.splice(from, 1);
    }
  }

  /** The marking as frozen data; the working marking ends here. */
  freeze(): Marking {
    const places: Record<string, readonly Token[]> = {};
    for (const [index, name] of this.plan.placeNames.entries())
      places[name] = Object.freeze(this.lists[index] ?? []);
    return Object.freeze({ nextSequence: this.next, places: Object.freeze(places) });
  }

  private own(place: number): Token[] {
    const list = this.lists[place] ?? [];
    if (this.owned[place] === true) return list as Token[];
    const copy = [...list];
    this.lists[place] = copy;
    this.owned[place] = true;
    return copy;
  }
}
