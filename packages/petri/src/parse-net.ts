import { checkStructure, freezeStructure } from './check-structure.js';
import {
  choiceAt,
  countAt,
  integerAt,
  listAt,
  objectAt,
  optionalAt,
  refuse,
  safely,
  textAt,
  type SafeResult,
} from './json-shape.js';
import {
  NET_SCHEMA,
  type ArcStructure,
  type ChoiceArcStructure,
  type NetStructure,
  type PlaceStructure,
  type TestArcStructure,
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

function keyAt(value: unknown, path: string): readonly string[] {
  return listAt(value, path, textAt);
}

function parseTestArc(value: unknown, path: string): TestArcStructure {
  const arc = objectAt(value, path, ['place', 'weight'], ['key']);
  return {
    place: textAt(arc.place, `${path}.place`),
    weight: integerAt(arc.weight, `${path}.weight`),
    ...optionalAt('key', arc.key, path, keyAt),
  };
}

function parseChoiceArc(value: unknown, path: string): ChoiceArcStructure {
  const arc = objectAt(value, path, ['place', 'weight'], ['key', 'afterMs', 'withinMs']);
  const { place, weight, key } = arc;
  return {
    ...parseTestArc({ place, weight, ...(key !== undefined && { key }) }, path),
    ...optionalAt('afterMs', arc.afterMs, path, countAt),
    ...optionalAt('withinMs', arc.withinMs, path, countAt),
  };
}

function yesAt(value: unknown, path: string): true {
  return value === true ? value : refuse(path, value, 'true, or no such key');
}

function textsAt(value: unknown, path: string): readonly string[] {
  return listAt(value, path, textAt);
}

function parseTransition(value: unknown, path: string): TransitionStructure {
  const keys = ['name', 'priority', 'inputs', 'reads', 'inhibitors', 'outputs'] as const;
  const transition = objectAt(value, path, keys, ['resets', 'emits']);
  return {
    name: textAt(transition.name, `${path}.name`),
    priority: integerAt(transition.priority, `${path}.priority`),
    inputs: listAt(transition.inputs, `${path}.inputs`, parseChoiceArc),
    reads: listAt(transition.reads, `${path}.reads`, parseChoiceArc),
    inhibitors: listAt(transition.inhibitors, `${path}.inhibitors`, parseTestArc),
    outputs: listAt(transition.outputs, `${path}.outputs`, parseArc),
    ...optionalAt('resets', transition.resets, path, textsAt),
    ...optionalAt('emits', transition.emits, path, yesAt),
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
