import type { PtArc, PtNet, PtTransition } from './pt-net.js';

/** Per transition a run of (place, value) pairs: those of `t` are `start[t]` to `start[t + 1] - 1`. */
export interface ArcTable {
  readonly start: Int32Array;
  readonly place: Int32Array;
  readonly value: Int32Array;
}

/**
 * A net as flat arrays. Inputs, reads and outputs are folded into what firing needs: the tokens that
 * must be there, and the change.
 */
export interface CompiledNet {
  readonly net: PtNet;
  readonly placeCount: number;
  readonly transitionCount: number;
  /** Tokens that must lie in a place: the larger of input and read weight. */
  readonly needs: ArcTable;
  /** The place must hold fewer than this. */
  readonly limits: ArcTable;
  /** Output minus input, without zeros and without reset places. */
  readonly deltas: ArcTable;
  /** A reset place holds exactly this after the firing. */
  readonly resets: ArcTable;
  readonly initial: Int32Array;
  readonly hasResets: boolean;
  readonly hasInhibitors: boolean;
}

type Pairs = ReadonlyMap<number, number>;

function tableOf(rows: readonly Pairs[]): ArcTable {
  const start = new Int32Array(rows.length + 1);
  for (const [index, row] of rows.entries()) start[index + 1] = (start[index] as number) + row.size;
  const size = start[rows.length] as number;
  const place = new Int32Array(size);
  const value = new Int32Array(size);
  let next = 0;
  for (const row of rows)
    for (const [key, amount] of row) {
      place[next] = key;
      value[next] = amount;
      next += 1;
    }
  return { start, place, value };
}

function weights(arcs: readonly PtArc[]): Map<number, number> {
  return new Map(arcs.map((arc) => [arc.place, arc.weight]));
}

function needsOf(transition: PtTransition): Pairs {
  const needs = weights(transition.inputs);
  for (const { place, weight } of transition.reads)
    needs.set(place, Math.max(weight, needs.get(place) ?? 0));
  return needs;
}

function deltasOf(transition: PtTransition): Pairs {
  const deltas = weights(transition.outputs);
  for (const { place, weight } of transition.inputs)
    deltas.set(place, (deltas.get(place) ?? 0) - weight);
  for (const place of transition.resets) deltas.delete(place);
  for (const [place, delta] of deltas) if (delta === 0) deltas.delete(place);
  return deltas;
}

function resetsOf(transition: PtTransition): Pairs {
  const outputs = weights(transition.outputs);
  return new Map(transition.resets.map((place) => [place, outputs.get(place) ?? 0]));
}

/** Compiles a checked net. */
export function compileNet(net: PtNet): CompiledNet {
  const { transitions } = net;
  return {
    net,
    placeCount: net.places.length,
    transitionCount: transitions.length,
    needs: tableOf(transitions.map(needsOf)),
    limits: tableOf(transitions.map((transition) => weights(transition.inhibitors))),
    deltas: tableOf(transitions.map(deltasOf)),
    resets: tableOf(transitions.map(resetsOf)),
    initial: Int32Array.from(net.initial),
    hasResets: transitions.some((transition) => transition.resets.length > 0),
    hasInhibitors: transitions.some((transition) => transition.inhibitors.length > 0),
  };
}

/** Whether transition `t` may fire in the marking. */
export function isEnabled(net: CompiledNet, marking: Int32Array, t: number): boolean {
  const { needs, limits } = net;
  for (let at = needs.start[t] as number; at < (needs.start[t + 1] as number); at += 1)
    if ((marking[needs.place[at] as number] as number) < (needs.value[at] as number)) return false;
  for (let at = limits.start[t] as number; at < (limits.start[t + 1] as number); at += 1)
    if ((marking[limits.place[at] as number] as number) >= (limits.value[at] as number))
      return false;
  return true;
}

/** Fires transition `t`, which must be enabled, in place. */
export function fireInPlace(net: CompiledNet, marking: Int32Array, t: number): void {
  const { deltas, resets } = net;
  for (let at = deltas.start[t] as number; at < (deltas.start[t + 1] as number); at += 1) {
    const place = deltas.place[at] as number;
    marking[place] = (marking[place] as number) + (deltas.value[at] as number);
  }
  for (let at = resets.start[t] as number; at < (resets.start[t + 1] as number); at += 1)
    marking[resets.place[at] as number] = resets.value[at] as number;
}
