import type {
  ArcStructure,
  ChoiceArcStructure,
  NetStructure,
  TransitionStructure,
} from './net-structure.js';
import { PetriError } from './petri-error.js';

/** Integer-like names would be reordered as object keys, and `__proto__` is not a key at all. */
const badName = /^(?:\d+|__proto__|)$/;

/** True for a name that places and transitions may have. */
export function isUsableName(name: string): boolean {
  return !badName.test(name);
}

function bad(net: string, message: string): never {
  throw new PetriError('bad-net', `net '${net}': ${message}`);
}

function checkNames(net: string, kind: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (!isUsableName(name))
      bad(
        net,
        `${kind} name '${name}' is not allowed: use a name that is not empty and not a number`,
      );
    if (seen.has(name)) bad(net, `${kind} '${name}' is declared twice: rename one of them`);
    seen.add(name);
  }
}

type Places = ReadonlyMap<string, 'black' | 'data'>;

/** Throws the first contradiction between the arcs of one kind. */
function checkArcs(
  net: string,
  transition: string,
  kind: string,
  arcs: readonly (ArcStructure & Partial<ChoiceArcStructure>)[],
  places: Places,
): void {
  const seen = new Set<string>();
  for (const { place, weight, key, afterMs = 0, withinMs = 0 } of arcs) {
    const arc = `transition '${transition}', ${kind} arc '${place}'`;
    const tokens = places.get(place);
    if (tokens === undefined) bad(net, `${arc}: no such place; declare it before the transition`);
    if (seen.has(place)) bad(net, `${arc}: drawn twice; use one arc with a weight`);
    if (!Number.isSafeInteger(weight) || weight < 1)
      bad(net, `${arc}: weight ${weight}, expected an integer from 1`);
    if (key !== undefined && (tokens === 'black' || key.length === 0))
      bad(net, `${arc}: key [${key.join(', ')}], expected fields of a data token`);
    if (!Number.isSafeInteger(afterMs) || afterMs < 0)
      bad(net, `${arc}: afterMs ${afterMs}, expected an integer from 0`);
    if (!Number.isSafeInteger(withinMs) || withinMs < 0)
      bad(net, `${arc}: withinMs ${withinMs}, expected an integer from 0`);
    seen.add(place);
  }
}

function checkTransition(net: string, transition: TransitionStructure, places: Places): void {
  const { name, inputs, reads, inhibitors, outputs, priority, resets = [] } = transition;
  checkArcs(net, name, 'input', inputs, places);
  checkArcs(net, name, 'read', reads, places);
  checkArcs(net, name, 'inhibitor', inhibitors, places);
  checkArcs(net, name, 'output', outputs, places);
  const emptied = resets.map((place) => ({ place, weight: 1 }));
  checkArcs(net, name, 'reset', emptied, places);
  const both = reads.find((read) => inputs.some((input) => input.place === read.place));
  if (both !== undefined)
    bad(
      net,
      `transition '${name}' both takes from and reads '${both.place}': its tokens would share one name`,
    );
  const shown = [...inputs, ...reads].find(({ place }) => resets.includes(place));
  if (shown !== undefined)
    bad(
      net,
      `transition '${name}' both takes from or reads '${shown.place}' and empties it: its tokens would share one name`,
    );
  if (inhibitors.some(({ key }) => key) && ![...inputs, ...reads].some(({ key }) => key))
    bad(
      net,
      `transition '${name}' has an inhibitor arc with a key, expected an input or read arc with one too`,
    );
  if (!Number.isSafeInteger(priority))
    bad(net, `transition '${name}': priority ${priority}, expected an integer`);
}

/** Throws `bad-net` naming the first contradiction; returns the same structure. */
export function checkStructure<Structure extends NetStructure>(structure: Structure): Structure {
  const { name, places, transitions } = structure;
  checkNames(
    name,
    'place',
    places.map((place) => place.name),
  );
  checkNames(
    name,
    'transition',
    transitions.map((transition) => transition.name),
  );
  const known = new Map(places.map((place) => [place.name, place.tokens]));
  for (const transition of transitions) checkTransition(name, transition, known);
  return structure;
}

/** Freezes the net down to its arcs, so that a running program cannot change its own rules. */
export function freezeStructure<Structure extends NetStructure>(structure: Structure): Structure {
  for (const place of structure.places) Object.freeze(place);
  for (const transition of structure.transitions) {
    const { inputs, reads, inhibitors, outputs, resets } = transition;
    for (const arcs of [inputs, reads, inhibitors, outputs] as const) {
      for (const arc of arcs as readonly ChoiceArcStructure[]) {
        if (arc.key !== undefined) Object.freeze(arc.key);
        Object.freeze(arc);
      }
      Object.freeze(arcs);
    }
    if (resets !== undefined) Object.freeze(resets);
    Object.freeze(transition);
  }
  Object.freeze(structure.places);
  Object.freeze(structure.transitions);
  return Object.freeze(structure);
}
