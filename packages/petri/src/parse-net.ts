import { checkStructure, freezeStructure } from './check-structure.js';
import {
  choiceAt,
  integerAt,
  listAt,
  objectAt,
  safely,
  textAt,
  type SafeResult,
} from './json-shape.js';
import {
  NET_SCHEMA,
  type ArcStructure,
  type NetStructure,
  type PlaceStructure,
  type TransitionStructure,
} from './net-structure.js';

function parsePlace(value: unknown, path: string): PlaceStructure {
  const place = objectAt(value, path, ['name', 'tokens']);
  return {
    name: textAt(place.name, `${path}.name`),
    tokens: choiceAt(place.tokens, `${path}.tokens`, ['black', 'data']),
  };
}

function parseArc(value: unknown, path: string): ArcStructure {
  const arc = objectAt(value, path, ['place', 'weight']);
  return {
    place: textAt(arc.place, `${path}.place`),
    weight: integerAt(arc.weight, `${path}.weight`),
  };
}

function parseTransition(value: unknown, path: string): TransitionStructure {
  const keys = ['name', 'priority', 'inputs', 'reads', 'inhibitors', 'outputs'] as const;
  const transition = objectAt(value, path, keys);
  return {
    name: textAt(transition.name, `${path}.name`),
    priority: integerAt(transition.priority, `${path}.priority`),
    inputs: listAt(transition.inputs, `${path}.inputs`, parseArc),
    reads: listAt(transition.reads, `${path}.reads`, parseArc),
    inhibitors: listAt(transition.inhibitors, `${path}.inhibitors`, parseArc),
    outputs: listAt(transition.outputs, `${path}.outputs`, parseArc),
  };
}

/**
 * A net from its JSON form, checked and frozen. Its token types are unknown to the compiler; `bind`
 * checks the functions at run time. Throws `PetriError` `bad-json` (naming the path) or `bad-net`.
 */
export function parseNet(json: unknown): NetStructure {
  const keys = ['schema', 'name', 'places', 'transitions'] as const;
  const structure = objectAt(json, '$', keys);
  return freezeStructure(
    checkStructure({
      schema: choiceAt(structure.schema, '$.schema', [NET_SCHEMA]),
      name: textAt(structure.name, '$.name'),
      places: listAt(structure.places, '$.places', parsePlace),
      transitions: listAt(structure.transitions, '$.transitions', parseTransition),
    }),
  );
}

/** `parseNet` that returns its error. */
export function safeParseNet(json: unknown): SafeResult<NetStructure> {
  return safely(() => parseNet(json));
}
