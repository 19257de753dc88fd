import type { Net } from './bind.js';
import {
  choiceAt,
  countAt,
  integerAt,
  listAt,
  objectAt,
  recordAt,
  refuse,
  textAt,
} from './json-shape.js';
import { externalToken, type Marking, type Token } from './marking.js';
import type { PlaceTokens } from './net-structure.js';
import { tokenFromJson, tokenToJson, type Json } from './token-encoding.js';

/** The JSON form this version writes and reads. */
export const MARKING_SCHEMA = 'microgrid/petri-marking/1';

/** A marking as plain JSON; places without tokens are left out. */
export interface MarkingSnapshot {
  readonly schema: typeof MARKING_SCHEMA;
  /** Name of the net. */
  readonly net: string;
  readonly nextSequence: number;
  /** The clock, in ms; absent for 0. */
  readonly nowMs?: number;
  /** `atMs`: when the token was put; absent for 0. */
  readonly places: Readonly<
    Record<
      string,
      readonly { readonly sequence: number; readonly atMs?: number; readonly token: Json }[]
    >
  >;
}

/** The marking as JSON. Throws `bad-token` for tokens without a canonical form. */
export function snapshot<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
): MarkingSnapshot {
  const places: Record<string, { sequence: number; atMs?: number; token: Json }[]> = {};
  for (const name of net.plan.placeNames) {
    const list: readonly Token[] = marking.places[name] ?? [];
    if (list.length > 0)
      places[name] = list.map(({ sequence, value, atMs }) => ({
        sequence,
        ...(atMs !== 0 && { atMs }),
        token: tokenToJson(value),
      }));
  }
  const { nextSequence, nowMs } = marking;
  return {
    schema: MARKING_SCHEMA,
    net: net.structure.name,
    nextSequence,
    ...(nowMs !== 0 && { nowMs }),
    places,
  };
}

function parseToken(net: Net, name: string, value: unknown, path: string): Token {
  const { sequence, token, atMs } = objectAt(value, path, ['sequence', 'token'], ['atMs']);
  return {
    sequence: countAt(sequence, `${path}.sequence`),
    value: externalToken(net, name, tokenFromJson(token as Json)),
    atMs: atMs === undefined ? 0 : integerAt(atMs, `${path}.atMs`),
  };
}

interface Head {
  readonly nextSequence: number;
  readonly nowMs: number;
}

function parseList(net: Net, value: unknown, name: string, head: Head): Token[] {
  const { nextSequence, nowMs } = head;
  const path = `$.places.${name}`;
  const black = net.plan.black[net.plan.placeIndex.get(name) ?? -1] === true;
  const list = listAt(value, path, (item, at) => parseToken(net, name, item, at));
  for (const [index, token] of list.entries()) {
    const earlier = list[index - 1]?.sequence ?? -1;
    if (token.sequence <= earlier || token.sequence >= nextSequence)
      refuse(
        `${path}[${index}].sequence`,
        token.sequence,
        `an ascending number below nextSequence ${nextSequence}`,
      );
    const arrived = list[index - 1]?.atMs ?? -Infinity;
    if (token.atMs < arrived || token.atMs > nowMs)
      refuse(`${path}[${index}].atMs`, token.atMs, `ascending instants up to nowMs ${nowMs}`);
    if (black && token.value !== null) refuse(`${path}[${index}].token`, token.value, 'null');
  }
  return list;
}

/**
 * The marking a snapshot was taken of. Shape, place names and token numbers are checked, tokens
 * where their place has a schema; that others have the places' types is the caller's word. Throws
 * `bad-json` naming the path, or `bad-token`.
 */
export function restore<Places extends PlaceTokens>(
  net: Net<Places>,
  json: unknown,
): Marking<Places> {
  const data = objectAt(json, '$', ['schema', 'net', 'nextSequence', 'places'], ['nowMs']);
  choiceAt(data.schema, '$.schema', [MARKING_SCHEMA]);
  if (textAt(data.net, '$.net') !== net.structure.name)
    refuse('$.net', data.net, `'${net.structure.name}'`);
  const nextSequence = countAt(data.nextSequence, '$.nextSequence');
  const nowMs = data.nowMs === undefined ? 0 : integerAt(data.nowMs, '$.nowMs');
  const given = recordAt(data.places, '$.places');
  for (const name of Object.keys(given))
    if (!net.plan.placeIndex.has(name)) refuse(`$.places.${name}`, given[name], 'no such place');
  const places: Record<string, readonly Token[]> = {};
  const seen = new Set<number>();
  for (const name of net.plan.placeNames) {
    const list = Object.hasOwn(given, name)
      ? parseList(net, given[name], name, { nextSequence, nowMs })
      : [];
    for (const { sequence } of list) {
      if (seen.has(sequence)) refuse(`$.places.${name}`, sequence, 'each token number once');
      seen.add(sequence);
    }
    places[name] = Object.freeze(list);
  }
  return Object.freeze({ nextSequence, nowMs, places: Object.freeze(places) }) as Marking<Places>;
}
