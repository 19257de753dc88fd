import type { Net } from './bind.js';
import { choiceAt, countAt, listAt, objectAt, recordAt, refuse, textAt } from './json-shape.js';
import type { Marking, Token } from './marking.js';
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
  readonly places: Readonly<
    Record<string, readonly { readonly sequence: number; readonly token: Json }[]>
  >;
}

/** The marking as JSON. Throws `bad-token` for tokens without a canonical form. */
export function snapshot<Places extends PlaceTokens>(
  net: Net<Places>,
  marking: Marking<NoInfer<Places>>,
): MarkingSnapshot {
  const places: Record<string, { sequence: number; token: Json }[]> = {};
  for (const name of net.plan.placeNames) {
    const list: readonly Token[] = marking.places[name] ?? [];
    if (list.length > 0)
      places[name] = list.map(({ sequence, value }) => ({ sequence, token: tokenToJson(value) }));
  }
  const { nextSequence } = marking;
  return { schema: MARKING_SCHEMA, net: net.structure.name, nextSequence, places };
}

function parseToken(value: unknown, path: string): Token {
  const { sequence, token } = objectAt(value, path, ['sequence', 'token']);
  return { sequence: countAt(sequence, `${path}.sequence`), value: tokenFromJson(token as Json) };
}

function parseList(net: Net, value: unknown, name: string, nextSequence: number): Token[] {
  const path = `$.places.${name}`;
  const black = net.plan.black[net.plan.placeIndex.get(name) ?? -1] === true;
  const list = listAt(value, path, parseToken);
  for (const [index, token] of list.entries()) {
    const earlier = list[index - 1]?.sequence ?? -1;
    if (token.sequence <= earlier || token.sequence >= nextSequence)
      refuse(
        `${path}[${index}].sequence`,
        token.sequence,
        `an ascending number below nextSequence ${nextSequence}`,
      );
    if (black && token.value !== null) refuse(`${path}[${index}].token`, token.value, 'null');
  }
  return list;
}

/**
 * The marking a snapshot was taken of. Shape, place names and token numbers are checked; that the
 * tokens have the places' types is the caller's word. Throws `bad-json` naming the path.
 */
export function restore<Places extends PlaceTokens>(
  net: Net<Places>,
  json: unknown,
): Marking<Places> {
  const data = objectAt(json, '$', ['schema', 'net', 'nextSequence', 'places']);
  choiceAt(data.schema, '$.schema', [MARKING_SCHEMA]);
  if (textAt(data.net, '$.net') !== net.structure.name)
    refuse('$.net', data.net, `'${net.structure.name}'`);
  const nextSequence = countAt(data.nextSequence, '$.nextSequence');
  const given = recordAt(data.places, '$.places');
  for (const name of Object.keys(given))
    if (!net.plan.placeIndex.has(name)) refuse(`$.places.${name}`, given[name], 'no such place');
  const places: Record<string, readonly Token[]> = {};
  const seen = new Set<number>();
  for (const name of net.plan.placeNames) {
    const list = Object.hasOwn(given, name) ? parseList(net, given[name], name, nextSequence) : [];
    for (const { sequence } of list) {
      if (seen.has(sequence)) refuse(`$.places.${name}`, sequence, 'each token number once');
      seen.add(sequence);
    }
    places[name] = Object.freeze(list);
  }
  return Object.freeze({ nextSequence, places: Object.freeze(places) }) as Marking<Places>;
}
