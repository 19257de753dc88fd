import { safely, type SafeResult } from '../json-shape.js';
import type {
  PnmlArc,
  PnmlArcKind,
  PnmlDocument,
  PnmlLabel,
  PnmlNet,
  PnmlObject,
  PnmlPage,
  PnmlPlace,
  PnmlReference,
  PnmlTransition,
} from './pnml-document.js';
import { SymmetricDeclarations } from './symmetric-sorts.js';
import {
  attributeOf,
  childOf,
  childrenOf,
  refusePnml,
  textOf,
  XmlReader,
  xmlText,
  type XmlElement,
  type XmlHandler,
} from './xml-element.js';

/** How PNML is read. */
export interface PnmlOptions {
  /**
   * `standard` (default): an arc of another kind is an error. `extended`: inhibitor, read and reset
   * arcs as TAPAAL and others write them, `<arc type="inhibitor">`, `<type value="inhibitor"/>` or
   * `<inhibitorArc>`.
   */
  readonly arcs?: 'standard' | 'extended';
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface NetInProgress extends Omit<
  Writable<PnmlNet>,
  'pages' | 'places' | 'transitions' | 'arcs' | 'references' | 'extras'
> {
  readonly pages: Writable<PnmlPage>[];
  readonly places: PnmlPlace[];
  readonly transitions: PnmlTransition[];
  readonly arcs: PnmlArc[];
  readonly references: PnmlReference[];
  readonly extras: string[];
}

const beside = ['graphics', 'toolspecific'];

function labelOf(element: XmlElement): PnmlLabel {
  return {
    text: textOf(element, beside),
    extras: childrenOf(element)
      .filter((child) => beside.includes(child.name))
      .map(xmlText),
  };
}

function countOf(element: XmlElement | undefined, least: number, absent: number): number {
  if (element === undefined) return absent;
  const text = textOf(element, beside);
  if (text === '') return absent;
  // Some tools write the marking of each colour of a net with one: `Default,3`.
  const value = Number(/^(?:Default\s*,\s*)?(\d+)$/.exec(text)?.[1] ?? NaN);
  if (!Number.isSafeInteger(value) || value < least)
    refusePnml(element, `<${element.tag}> says '${text}', expected an integer from ${least}`);
  return value;
}

function objectOf(
  element: XmlElement,
  page: string | undefined,
  known: readonly string[],
): PnmlObject {
  const name = childOf(element, 'name');
  const label = name && labelOf(name);
  return {
    id: attributeOf(element, 'id'),
    ...(label !== undefined && (label.text !== '' || label.extras.length > 0) && { name: label }),
    ...(page !== undefined && { page }),
    extras: childrenOf(element)
      .filter((child) => child.name !== 'name' && !known.includes(child.name))
      .map(xmlText),
    line: element.line,
  };
}

function extrasOf(element: XmlElement, label: string): readonly string[] {
  const child = childOf(element, label);
  return child === undefined ? [] : labelOf(child).extras;
}

function structureOf(element: XmlElement, label: string): XmlElement | undefined {
  const child = childOf(element, label);
  const structure = child && childOf(child, 'structure');
  return structure && childrenOf(structure)[0];
}

const kinds: Readonly<Record<string, PnmlArcKind>> = {
  normal: 'normal',
  inhibitor: 'inhibitor',
  tapnInhibitor: 'inhibitor',
  read: 'read',
  test: 'read',
  reset: 'reset',
};

function kindOf(element: XmlElement, options: PnmlOptions): PnmlArcKind {
  const child = childOf(element, 'type');
  const named =
    element.name === 'inhibitorArc'
      ? 'inhibitor'
      : (element.attributes['type'] ?? child?.attributes['value'] ?? 'normal');
  const kind = Object.hasOwn(kinds, named) ? kinds[named] : undefined;
  if (kind === undefined)
    return refusePnml(element, `arc of type '${named}', expected ${Object.keys(kinds).join(', ')}`);
  if (kind !== 'normal' && options.arcs !== 'extended')
    refusePnml(
      element,
      `arc of type '${named}' is no part of the standard; pass { arcs: 'extended' } to read it`,
    );
  return kind;
}

/** The net type by its URI; older ones are accepted too. */
function netKindOf(element: XmlElement): 'pt' | 'symmetric' {
  const type = element.attributes['type'] ?? '';
  if (/ptnet|P\/T|PTNet|placetransition/i.test(type)) return 'pt';
  if (/symmetricnet|hlnet|highlevelnet/i.test(type)) return 'symmetric';
  return refusePnml(
    element,
    `net type '${type}', expected a place/transition net (…/ptnet) or a symmetric net (…/symmetricnet)`,
  );
}

/** Collects a document while its XML comes in. */
class PnmlCollector implements XmlHandler {
  attributes: Readonly<Record<string, string>> = {};
  readonly nets: PnmlNet[] = [];
  private net: NetInProgress | undefined;
  private readonly pages: Writable<PnmlPage>[] = [];
  private readonly ids = new Set<string>();

  constructor(private readonly options: PnmlOptions) {}

  isContainer(element: XmlElement, depth: number): boolean {
    const { name } = element;
    if (depth === 0 && name !== 'pnml')
      refusePnml(element, `the root is <${element.tag}>, expected <pnml>`);
    return (
      depth === 0 || (depth === 1 && name === 'net') || (this.net !== undefined && name === 'page')
    );
  }

  open(element: XmlElement): void {
    if (element.name === 'net') this.openNet(element);
    else if (element.name === 'page') this.openPage(element);
    else this.attributes = element.attributes;
  }

  close(element: XmlElement): void {
    if (element.name === 'page') this.pages.pop();
    if (element.name !== 'net' || this.net === undefined) return;
    this.nets.push(this.net);
    this.net = undefined;
    this.ids.clear();
  }

  child(element: XmlElement): void {
    const { net } = this;
    if (net === undefined) return;
    const page = this.pages.at(-1);
    switch (element.name) {
      case 'place':
        net.places.push(this.place(element, net));
        break;
      case 'transition':
        net.transitions.push(this.transition(element, net));
        break;
      case 'arc':
      case 'inhibitorArc':
        net.arcs.push(this.arc(element, net));
        break;
      case 'referencePlace':
      case 'referenceTransition':
        net.references.push(this.reference(element));
        break;
      case 'name':
        (page ?? net).name = labelOf(element);
        break;
      default:
        if (element.name === 'declaration') net.declarations?.add(element);
        ((page ?? net).extras as string[]).push(xmlText(element));
    }
  }

  private openNet(element: XmlElement): void {
    const kind = netKindOf(element);
    this.net = {
      id: attributeOf(element, 'id'),
      kind,
      type: attributeOf(element, 'type'),
      extras: [],
      pages: [],
      places: [],
      transitions: [],
      arcs: [],
      references: [],
      ...(kind === 'symmetric' && { declarations: new SymmetricDeclarations() }),
    };
  }

  private openPage(element: XmlElement): void {
    const above = this.pages.at(-1)?.id;
    const id = this.newId(element);
    const page: PnmlPage = { id, ...(above !== undefined && { page: above }), extras: [] };
    this.pages.push(page);
    this.net?.pages.push(page);
  }

  private newId(element: XmlElement): string {
    const id = attributeOf(element, 'id');
    if (this.ids.has(id)) refusePnml(element, `id '${id}' is used twice`);
    this.ids.add(id);
    return id;
  }

  private object(element: XmlElement, known: readonly string[]): PnmlObject {
    this.newId(element);
    return objectOf(element, this.pages.at(-1)?.id, known);
  }

  private place(element: XmlElement, net: NetInProgress): PnmlPlace {
    const object = this.object(element, ['initialMarking']);
    const type = structureOf(element, 'type');
    const initial = structureOf(element, 'hlinitialMarking');
    return {
      ...object,
      initialMarking: countOf(childOf(element, 'initialMarking'), 0, 0),
      markingExtras: extrasOf(element, 'initialMarking'),
      ...(net.kind === 'symmetric' && {
        colour: { ...(type && { type }), ...(initial && { initial }) },
      }),
    };
  }

  private transition(element: XmlElement, net: NetInProgress): PnmlTransition {
    const condition = net.kind === 'symmetric' ? structureOf(element, 'condition') : undefined;
    return { ...this.object(element, []), ...(condition && { condition }) };
  }

  private arc(element: XmlElement, net: NetInProgress): PnmlArc {
    const kind = kindOf(element, this.options);
    const term = net.kind === 'symmetric' ? structureOf(element, 'hlinscription') : undefined;
    return {
      ...this.object(element, [
        'inscription',
        ...(this.options.arcs === 'extended' ? ['type'] : []),
      ]),
      source: attributeOf(element, 'source'),
      target: attributeOf(element, 'target'),
      weight: countOf(childOf(element, 'inscription'), 1, 1),
      weightExtras: extrasOf(element, 'inscription'),
      kind,
      ...(term && { term }),
    };
  }

  private reference(element: XmlElement): PnmlReference {
    return {
      ...this.object(element, []),
      kind: element.name === 'referencePlace' ? 'place' : 'transition',
      ref: attributeOf(element, 'ref'),
    };
  }
}

/** Reads PNML piece by piece: `write` each piece, then `end`. */
export class PnmlReader {
  private readonly collector: PnmlCollector;
  private readonly reader: XmlReader;

  constructor(options: PnmlOptions = {}) {
    this.collector = new PnmlCollector(options);
    this.reader = new XmlReader(this.collector);
  }

  /** The next piece of the text. Throws `bad-xml` or `bad-pnml`, with line and column. */
  write(chunk: string): void {
    this.reader.write(chunk);
  }

  /** The document. Throws `bad-xml` where the text ends too early. */
  end(): PnmlDocument {
    this.reader.end();
    const { attributes, nets } = this.collector;
    return { attributes, nets };
  }
}

/** A document from its text. Throws `bad-xml` or `bad-pnml`, with line and column. */
export function parsePnml(text: string, options: PnmlOptions = {}): PnmlDocument {
  const reader = new PnmlReader(options);
  reader.write(text);
  return reader.end();
}

/** `parsePnml` that returns its error. */
export function safeParsePnml(text: string, options: PnmlOptions = {}): SafeResult<PnmlDocument> {
  return safely(() => parsePnml(text, options));
}

/** A document from a stream of text or UTF-8 bytes, never held as a whole. */
export async function readPnml(
  chunks: AsyncIterable<string | Uint8Array>,
  options: PnmlOptions = {},
): Promise<PnmlDocument> {
  const reader = new PnmlReader(options);
  const decoder = new TextDecoder();
  for await (const chunk of chunks)
    reader.write(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
  reader.write(decoder.decode());
  return reader.end();
}
