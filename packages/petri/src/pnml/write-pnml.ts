import type { NetStructure } from '../net-structure.js';
import { PetriError } from '../petri-error.js';
import {
  PNML_NAMESPACE,
  PT_NET_TYPE,
  type PnmlArc,
  type PnmlArcKind,
  type PnmlDocument,
  type PnmlLabel,
  type PnmlNet,
  type PnmlPage,
  type PnmlPlace,
} from './pnml-document.js';
import { attributesText, escapeText } from './xml-element.js';

function label(tag: string, { text, extras }: PnmlLabel): string {
  return `<${tag}>${extras.join('')}<text>${escapeText(text)}</text></${tag}>`;
}

function nameText(name: PnmlLabel | undefined): string {
  return name === undefined ? '' : label('name', name);
}

function element(
  tag: string,
  attributes: Readonly<Record<string, string>>,
  inside: string,
): string {
  const open = `<${tag}${attributesText(attributes)}`;
  return inside === '' ? `${open}/>\n` : `${open}>${inside}</${tag}>\n`;
}

function placeText({ id, name, extras, initialMarking, markingExtras }: PnmlPlace): string {
  const marking =
    initialMarking > 0 || markingExtras.length > 0
      ? label('initialMarking', { text: String(initialMarking), extras: markingExtras })
      : '';
  return element('place', { id }, nameText(name) + marking + extras.join(''));
}

function arcText({
  id,
  source,
  target,
  name,
  extras,
  weight,
  weightExtras,
  kind,
}: PnmlArc): string {
  const inscription =
    weight > 1 || weightExtras.length > 0
      ? label('inscription', { text: String(weight), extras: weightExtras })
      : '';
  const attributes = { id, source, target, ...(kind !== 'normal' && { type: kind }) };
  return element('arc', attributes, nameText(name) + inscription + extras.join(''));
}

/** What lies on one page, or in the net itself, then the pages in it. */
function* contents(net: PnmlNet, page: string | undefined): Generator<string> {
  const here = (object: { readonly page?: string }): boolean => object.page === page;
  for (const place of net.places) if (here(place)) yield placeText(place);
  for (const { id, name, extras, ...rest } of net.transitions)
    if (here(rest)) yield element('transition', { id }, nameText(name) + extras.join(''));
  for (const { id, name, extras, kind, ref, ...rest } of net.references)
    if (here(rest)) {
      const tag = kind === 'place' ? 'referencePlace' : 'referenceTransition';
      yield element(tag, { id, ref }, nameText(name) + extras.join(''));
    }
  for (const arc of net.arcs) if (here(arc)) yield arcText(arc);
  for (const inner of net.pages) if (here(inner)) yield* pageText(net, inner);
}

function* pageText(net: PnmlNet, { id, name, extras }: PnmlPage): Generator<string> {
  yield `<page${attributesText({ id })}>${nameText(name)}${extras.join('')}\n`;
  yield* contents(net, id);
  yield '</page>\n';
}

/**
 * The document as PNML text, piece by piece. What was read and not understood (graphics,
 * tool-specific parts) is written as it was; only blanks between elements may differ.
 */
export function* pnmlChunks({ attributes, nets }: PnmlDocument): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<pnml${attributesText(attributes)}>\n`;
  for (const net of nets) {
    const { id, type, name, extras } = net;
    yield `<net${attributesText({ id, type })}>${nameText(name)}${extras.join('')}\n`;
    yield* contents(net, undefined);
    yield '</net>\n';
  }
  yield '</pnml>\n';
}

/** The document as PNML text. */
export function writePnml(document: PnmlDocument): string {
  return [...pnmlChunks(document)].join('');
}

/** What `pnmlOf` may write. */
export interface PnmlOfOptions {
  /** `standard` (default) refuses inhibitor and reset arcs, `extended` writes them as TAPAAL does. */
  readonly arcs?: 'standard' | 'extended';
}

/** Ids out of names: XML ids begin with a letter or `_` and hold no blanks; each is used once. */
class Ids {
  private readonly used = new Set<string>();

  of(name: string): string {
    const clean = name.replace(/[^A-Za-z0-9_.-]+/g, '_').replace(/^(?![A-Za-z_])/, '_');
    let id = clean;
    for (let next = 2; this.used.has(id); next += 1) id = `${clean}_${next}`;
    this.used.add(id);
    return id;
  }
}

const bare = { extras: [], weightExtras: [], page: 'page' };

function refuse(structure: NetStructure, message: string): never {
  throw new PetriError('bad-net', `net '${structure.name}': ${message}`);
}

/**
 * A document with one P/T net out of a structure and its first marking. A read arc becomes two arcs.
 * Throws `bad-net` for what a P/T net cannot say: data tokens, keys, delays, deadlines (guards and
 * priorities are left out: every firing order is a P/T net's), and for inhibitor and reset arcs
 * unless `extended`.
 */
export function pnmlOf(
  structure: NetStructure,
  initial: Readonly<Record<string, number>> = {},
  options: PnmlOfOptions = {},
): PnmlDocument {
  const ids = new Ids();
  const netId = ids.of(structure.name);
  const data = structure.places.find((place) => place.tokens === 'data');
  if (data !== undefined)
    refuse(structure, `place '${data.name}' holds data tokens, expected black tokens`);
  const placeIds = new Map(structure.places.map(({ name }) => [name, ids.of(name)]));
  const arcs: PnmlArc[] = [];
  const transitions = structure.transitions.map((transition) => {
    const id = ids.of(transition.name);
    const add = (from: string, to: string, weight: number, kind: PnmlArcKind): void => {
      if ((kind === 'inhibitor' || kind === 'reset') && options.arcs !== 'extended')
        refuse(
          structure,
          `transition '${transition.name}' has a ${kind} arc, which is no part of the standard; pass { arcs: 'extended' } to write it`,
        );
      arcs.push({
        ...bare,
        id: ids.of(`arc_${from}_${to}`),
        source: from,
        target: to,
        weight,
        kind,
      });
    };
    const place = (name: string): string => placeIds.get(name) ?? name;
    const { inputs, reads, inhibitors, outputs, resets = [] } = transition;
    for (const arc of [...inputs, ...reads])
      if (arc.key !== undefined || arc.afterMs !== undefined || arc.withinMs !== undefined)
        refuse(structure, `transition '${transition.name}' has keys, delays or deadlines`);
    for (const arc of inputs) add(place(arc.place), id, arc.weight, 'normal');
    for (const arc of reads) {
      add(place(arc.place), id, arc.weight, 'normal');
      add(id, place(arc.place), arc.weight, 'normal');
    }
    for (const arc of inhibitors) add(place(arc.place), id, arc.weight, 'inhibitor');
    for (const name of resets) add(place(name), id, 1, 'reset');
    for (const arc of outputs) add(id, place(arc.place), arc.weight, 'normal');
    return { ...bare, id, name: { text: transition.name, extras: [] } };
  });
  const places = structure.places.map(({ name }) => ({
    ...bare,
    id: placeIds.get(name) ?? name,
    name: { text: name, extras: [] },
    initialMarking: Object.hasOwn(initial, name) ? (initial[name] ?? 0) : 0,
    markingExtras: [],
  }));
  const net: PnmlNet = {
    id: netId,
    kind: 'pt',
    type: PT_NET_TYPE,
    name: { text: structure.name, extras: [] },
    extras: [],
    pages: [{ id: 'page', extras: [] }],
    places,
    transitions,
    arcs,
    references: [],
  };
  return { attributes: { xmlns: PNML_NAMESPACE }, nets: [net] };
}
