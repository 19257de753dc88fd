import { BindingSearch, isMarkedFor } from './binding-search.js';
import type { Net } from './bind.js';
import { fireSelection, type Emission, type Firing, type FiringTarget } from './firing.js';
import { JoinAgenda } from './join-agenda.js';
import { externalToken, placeIndexOf, type Marking, type Token } from './marking.js';
import type { PlannedArc, PlannedTransition } from './net-plan.js';
import { PositionSet } from './position-set.js';
import { TAKEN } from './token-queue.js';
import { WorkingMarking } from './working-marking.js';

/** What an execution does besides firing. */
export interface ExecutionOptions {
  readonly checkLaws?: boolean;
  readonly checkTokens?: boolean;
}

/** The next binding that would fire; valid until the marking changes. */
export interface Candidate {
  readonly transition: PlannedTransition;
  readonly search: BindingSearch;
}

/** A transition with its searches. */
interface Seat extends Candidate {
  readonly agenda: JoinAgenda | undefined;
}

/**
 * One run in progress. It keeps the set of transitions that may be enabled: one found disabled is
 * looked at again only after a place on its arcs changed, so a firing costs what it touches.
 */
export class Execution implements FiringTarget {
  readonly marking: WorkingMarking;
  readonly checkLaws: boolean;
  readonly checkTokens: boolean;
  /** What firings have emitted so far, in order. */
  readonly effects: Emission[] = [];
  private readonly maybeEnabled: PositionSet;
  /** By position in the plan's order; one that was never marked has none. */
  private readonly seats: (Seat | undefined)[];
  private firingCount = 0;

  constructor(
    private readonly net: Net,
    start: Marking,
    { checkLaws = false, checkTokens = false }: ExecutionOptions = {},
  ) {
    const { plan } = net;
    this.checkLaws = checkLaws;
    this.checkTokens = checkTokens;
    this.marking = WorkingMarking.of(plan, start);
    this.maybeEnabled = new PositionSet(plan.order.length);
    this.seats = plan.order.map(() => undefined);
  }

  private seatOf(transition: PlannedTransition): Seat {
    const search = new BindingSearch(transition, this.marking);
    const agenda =
      transition.driver < 0 ? undefined : new JoinAgenda(transition, this.marking, search);
    return { transition, search, agenda };
  }

  /** The first enabled binding in the documented order at this instant, if any. */
  first(): Candidate | undefined {
    for (;;) {
      const position = this.maybeEnabled.first();
      if (position < 0) return undefined;
      const seat = this.markedSeat(position);
      if (seat !== undefined && (seat.agenda ?? seat.search).first()) return seat;
      this.maybeEnabled.remove(position);
    }
  }

  /** The seat of a transition, made when it is marked for the first time: most never are in a short run. */
  private markedSeat(position: number): Seat | undefined {
    const known = this.seats[position];
    if (known !== undefined) return known;
    const transition = this.net.plan.order[position];
    if (transition === undefined || !isMarkedFor(transition, this.marking)) return undefined;
    return (this.seats[position] = this.seatOf(transition));
  }

  fire({ search }: Candidate): Firing {
    const firing = fireSelection(this.net, search, this);
    this.firingCount += 1;
    return firing;
  }

  emit(transition: string, effect: unknown): void {
    this.effects.push({ transition, firing: this.firingCount, effect });
  }

  put(place: string, value: unknown): Token {
    return this.putAt(placeIndexOf(this.net, place), externalToken(this.net, place, value));
  }

  putAt(place: number, value: unknown): Token {
    const token = this.marking.put(place, value);
    const woken = this.net.plan.wokenByPut[place];
    if (woken !== undefined)
      for (const position of woken) {
        this.maybeEnabled.add(position);
        this.seats[position]?.agenda?.put(place, token);
      }
    return token;
  }

  take(place: number, token: Token): void {
    this.marking.take(place, token);
    const woken = this.net.plan.wokenByTake[place];
    if (woken !== undefined)
      for (const position of woken) {
        this.maybeEnabled.add(position);
        this.seats[position]?.agenda?.taken(place, token);
      }
  }

  empty(place: number): readonly Token[] {
    for (const position of this.net.plan.wokenByTake[place] ?? []) {
      this.maybeEnabled.add(position);
      this.seats[position]?.agenda?.forget();
    }
    return this.marking.empty(place);
  }

  /** The next instant at which a delay ends; it need not enable anything. */
  nextDueMs(): number | undefined {
    let due: number | undefined;
    for (const position of this.net.plan.wokenByClock)
      for (const arc of this.net.plan.order[position]?.chosen ?? []) {
        const at = arc.afterMs === 0 ? undefined : this.dueAt(arc);
        if (at !== undefined && (due === undefined || at < due)) due = at;
      }
    return due;
  }

  /** Sets the clock and wakes what waits for it. */
  advance(nowMs: number): void {
    this.marking.advance(nowMs);
    for (const position of this.net.plan.wokenByClock) {
      this.maybeEnabled.add(position);
      this.seats[position]?.agenda?.forget();
    }
  }

  /**
   * Moves the clock to the first instant, at most `untilMs`, at which something can fire, and
   * returns it; without one the clock goes to `untilMs`.
   */
  firstUntil(untilMs: number): Candidate | undefined {
    for (;;) {
      const candidate = this.first();
      if (candidate !== undefined) return candidate;
      const due = this.nextDueMs();
      if (due === undefined || due > untilMs) {
        this.advance(untilMs);
        return this.first();
      }
      this.advance(due);
    }
  }

  private dueAt(arc: PlannedArc): number | undefined {
    const { items, head } = this.marking.queue(arc.place);
    let low = head;
    let high = items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((items[middle]?.atMs ?? 0) + arc.afterMs <= this.marking.nowMs) low = middle + 1;
      else high = middle;
    }
    while (items[low]?.value === TAKEN) low += 1;
    const token = items[low];
    return token === undefined ? undefined : token.atMs + arc.afterMs;
  }
}
