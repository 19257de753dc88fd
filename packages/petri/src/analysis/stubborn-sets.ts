import type { ArcTable, CompiledNet } from './compiled-net.js';
import type { Linear, Predicate } from './formula.js';
import { holds } from './formula.js';

/** Enabled transitions that are tried as the one that cannot be disabled. */
const MAX_KEYS = 4;

/** Per place the transitions that stand in some relation to it. */
function byPlace(net: CompiledNet, table: ArcTable, keep: (value: number) => boolean): number[][] {
  const lists = Array.from({ length: net.placeCount }, (): number[] => []);
  for (let t = 0; t < net.transitionCount; t += 1)
    for (let at = table.start[t] as number; at < (table.start[t + 1] as number); at += 1)
      if (keep(table.value[at] as number)) lists[table.place[at] as number]?.push(t);
  return lists;
}

/**
 * Chooses, in a marking, transitions whose firings are enough to look at.
 *
 * A set S is semi-stubborn if an enabled transition of S disables no transition outside S, and a
 * disabled one has a place that lacks tokens (or has too many for an inhibitor) and S holds every
 * transition that could mend it. Then a run whose first transition of S is `t` can begin with `t`.
 *
 * - Reachability of a predicate (Kristensen and Valmari, Schmidt: up-sets): S also holds every
 *   transition without which the predicate cannot become true. Each step then shortens the way to
 *   the goal, so nothing is ignored for ever.
 * - Deadlocks (Valmari): one enabled transition of S can in addition not be disabled from outside.
 *
 * Not defined here for nets with reset arcs.
 */
export class StubbornSets {
  private readonly increasing: number[][];
  private readonly decreasing: number[][];
  private readonly needing: number[][];
  private readonly inhibited: number[][];
  private readonly member: Uint8Array;
  private readonly work: Int32Array;
  /** 1 for the transitions enabled in the marking at hand. */
  private readonly enabled: Uint8Array;
  private size = 0;

  constructor(private readonly net: CompiledNet) {
    this.increasing = byPlace(net, net.deltas, (delta) => delta > 0);
    this.decreasing = byPlace(net, net.deltas, (delta) => delta < 0);
    this.needing = byPlace(net, net.needs, () => true);
    this.inhibited = byPlace(net, net.limits, () => true);
    this.member = new Uint8Array(net.transitionCount);
    this.work = new Int32Array(net.transitionCount);
    this.enabled = new Uint8Array(net.transitionCount);
  }

  private note(enabled: readonly number[]): void {
    this.enabled.fill(0);
    for (const t of enabled) this.enabled[t] = 1;
  }

  private clear(): void {
    for (let at = 0; at < this.size; at += 1) this.member[this.work[at] as number] = 0;
    this.size = 0;
  }

  private add(transitions: readonly number[] | undefined): void {
    for (const t of transitions ?? []) {
      if (this.member[t] === 1) continue;
      this.member[t] = 1;
      this.work[this.size] = t;
      this.size += 1;
    }
  }

  /** What enabled `t` could disable. */
  private addDisabledBy(t: number): void {
    const { deltas } = this.net;
    for (let at = deltas.start[t] as number; at < (deltas.start[t + 1] as number); at += 1) {
      const place = deltas.place[at] as number;
      this.add((deltas.value[at] as number) < 0 ? this.needing[place] : this.inhibited[place]);
    }
  }

  /** What could disable `t`. */
  private addDisablersOf(t: number): void {
    const { needs, limits } = this.net;
    for (let at = needs.start[t] as number; at < (needs.start[t + 1] as number); at += 1)
      this.add(this.decreasing[needs.place[at] as number]);
    for (let at = limits.start[t] as number; at < (limits.start[t + 1] as number); at += 1)
      this.add(this.increasing[limits.place[at] as number]);
  }

  /** What could mend the reason why `t` is disabled; of several reasons the one that adds least. */
  private addEnablersOf(t: number, marking: Int32Array): void {
    const { needs, limits } = this.net;
    let best: readonly number[] | undefined;
    let bestCost = Infinity;
    const offer = (menders: readonly number[]): void => {
      let cost = 0;
      for (const mender of menders) {
        cost += this.member[mender] === 1 ? 0 : 1;
        if (cost >= bestCost) return;
      }
      if (cost < bestCost) [best, bestCost] = [menders, cost];
    };
    for (let at = needs.start[t] as number; at < (needs.start[t + 1] as number); at += 1) {
      const place = needs.place[at] as number;
      if ((marking[place] as number) < (needs.value[at] as number))
        offer(this.increasing[place] as number[]);
    }
    for (let at = limits.start[t] as number; at < (limits.start[t + 1] as number); at += 1) {
      const place = limits.place[at] as number;
      if ((marking[place] as number) >= (limits.value[at] as number))
        offer(this.decreasing[place] as number[]);
    }
    this.add(best);
  }

  /** Closes the set; the number of its enabled transitions, or `most` once there are that many. */
  private close(marking: Int32Array, most: number): number {
    let enabled = 0;
    for (let at = 0; at < this.size; at += 1) {
      const t = this.work[at] as number;
      if (this.enabled[t] === 1) {
        enabled += 1;
        if (enabled >= most) return most;
        this.addDisabledBy(t);
      } else this.addEnablersOf(t, marking);
    }
    return enabled;
  }

  private enabledMembers(): number[] {
    const members: number[] = [];
    for (let at = 0; at < this.size; at += 1) {
      const t = this.work[at] as number;
      if (this.enabled[t] === 1) members.push(t);
    }
    return members.sort((a, b) => a - b);
  }

  /** Of the enabled transitions, enough to find every reachable deadlock. */
  forDeadlock(marking: Int32Array, enabled: readonly number[]): readonly number[] {
    this.note(enabled);
    let best = enabled;
    for (const key of enabled.slice(0, MAX_KEYS)) {
      if (best.length <= 1) break;
      this.clear();
      this.add([key]);
      this.addDisablersOf(key);
      if (this.close(marking, best.length) < best.length) best = this.enabledMembers();
    }
    return best;
  }

  /** Of the enabled transitions, enough to reach the predicate, which does not hold yet. */
  forReachability(
    marking: Int32Array,
    enabled: readonly number[],
    goal: Predicate,
  ): readonly number[] {
    this.note(enabled);
    this.clear();
    this.addHelpers(goal, marking);
    return this.close(marking, enabled.length) < enabled.length ? this.enabledMembers() : enabled;
  }

  /** Every transition without which the predicate stays false. */
  private addHelpers(goal: Predicate, marking: Int32Array): void {
    if (goal.op === 'linear') this.addHelpersOfSum(goal);
    else if (goal.op === 'or')
      for (const operand of goal.operands) this.addHelpers(operand, marking);
    else if (goal.op === 'and') {
      const missing = goal.operands.find((operand) => !holds(operand, marking));
      if (missing !== undefined) this.addHelpers(missing, marking);
    }
  }

  private addHelpersOfSum({ places, weights, relation }: Linear): void {
    const { deltas } = this.net;
    const change = new Map<number, number>();
    const weightOf = new Map(Array.from(places, (place, at) => [place, weights[at] as number]));
    const touching = new Set(
      Array.from(places).flatMap((place) => [
        ...(this.increasing[place] ?? []),
        ...(this.decreasing[place] ?? []),
      ]),
    );
    for (const t of touching)
      for (let at = deltas.start[t] as number; at < (deltas.start[t + 1] as number); at += 1) {
        const weight = weightOf.get(deltas.place[at] as number) ?? 0;
        change.set(t, (change.get(t) ?? 0) + weight * (deltas.value[at] as number));
      }
    for (const [t, sum] of change) if (relation === '<=' ? sum < 0 : sum > 0) this.add([t]);
  }
}
