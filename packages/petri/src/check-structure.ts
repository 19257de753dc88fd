import type { ArcStructure, NetStructure, TransitionStructure } from './net-structure.js';
import { PetriError } from './petri-error.js';

/** Integer-like names would be reordered as object keys, and `__proto__` is not a key at all. */
const badName = /^(?:\d+|__proto__|)$/;

function bad(net: string, message: string): never {
  throw new PetriError('bad-net', `net '${net}': ${message}`);
}

function checkNames(net: string, kind: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (badName.test(name))
      bad(
        net,
        `${kind} name '${name}' is not allowed: use a name that is not empty and not a number`,
      );
    if (seen.has(name)) bad(net, `${kind} '${name}' is declared twice: rename one of them`);
    seen.add(name);
  }
}

function checkArcs(
  net: string,
  transition: string,
  kind: string,
  arcs: readonly ArcStructure[],
  places: ReadonlySet<string>,
): void {
  const seen = new Set<string>();
  for (const { place, weight } of arcs) {
    const arc = `transition '${transition}', ${kind} arc '${place}'`;
    if (!places.has(place)) bad(net, `${arc}: no such place; declare it before the transition`);
    if (seen.has(place)) bad(net, `${arc}: drawn twice; use one arc with a weight`);
    if (!Number.isSafeInteger(weight) || weight < 1)
      bad(net, `${arc}: weight ${weight}, expected an integer from 1`);
    seen.add(place);
  }
}

function checkTransition(
  net: string,
  transition: TransitionStructure,
  places: ReadonlySet<string>,
): void {
  const { name, inputs, reads, inhibitors, outputs, priority } = transition;
  checkArcs(net, name, 'input', inputs, places);
  checkArcs(net, name, 'read', reads, places);
  checkArcs(net, name, 'inhibitor', inhibitors, places);
  checkArcs(net, name, 'output', outputs, places);
  const both = reads.find((read) => inputs.some((input) => input.place === read.place));
  if (both !== undefined)
    bad(
      net,
      `transition '${name}' both takes from and reads '${both.place}': its tokens would share one name`,
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
  const known = new Set(places.map((place) => place.name));
  for (const transition of transitions) checkTransition(name, transition, known);
  return structure;
}

/** Freezes the net down to its arcs, so that a running program cannot change its own rules. */
export function freezeStructure<Structure extends NetStructure>(structure: Structure): Structure {
  for (const place of structure.places) Object.freeze(place);
  for (const transition of structure.transitions) {
    const { inputs, reads, inhibitors, outputs } = transition;
    for (const arcs of [inputs, reads, inhibitors, outputs]) {
      for (const arc of arcs) Object.freeze(arc);
      Object.freeze(arcs);
    }
    Object.freeze(transition);
  }
  Object.freeze(structure.places);
  Object.freeze(structure.transitions);
  return Object.freeze(structure);
}
