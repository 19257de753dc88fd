import { createPtNet, type PtNet } from './pt-net.js';

function numberIn(xml: string, tag: string): number | undefined {
  const element = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(xml)?.[1];
  const text = /<text>\s*(\d+)\s*<\/text>/.exec(element ?? '')?.[1];
  return text === undefined ? undefined : Number(text);
}

function elements(xml: string, tag: string): { id: string; attributes: string; body: string }[] {
  const found = xml.matchAll(new RegExp(`<${tag}\\s([^>]*?)(?:/>|>([^]*?)</${tag}>)`, 'g'));
  return [...found].map(([, attributes = '', body = '']) => ({
    id: /\bid="([^"]*)"/.exec(attributes)?.[1] ?? '',
    attributes,
    body,
  }));
}

interface Arc {
  place: string;
  weight: number;
}

/** Reads the contest's place/transition files, for tests only: no errors, no other PNML. */
export function readPtPnml(xml: string): PtNet {
  const places = elements(xml, 'place');
  const known = new Set(places.map((place) => place.id));
  const inputs = new Map<string, Arc[]>();
  const outputs = new Map<string, Arc[]>();
  const add = (to: Map<string, Arc[]>, transition: string, arc: Arc): void => {
    const arcs = to.get(transition) ?? [];
    const same = arcs.find((other) => other.place === arc.place);
    if (same === undefined) arcs.push(arc);
    else same.weight += arc.weight;
    to.set(transition, arcs);
  };
  for (const { attributes, body } of elements(xml, 'arc')) {
    const source = /source="([^"]*)"/.exec(attributes)?.[1] ?? '';
    const target = /target="([^"]*)"/.exec(attributes)?.[1] ?? '';
    const weight = numberIn(body, 'inscription') ?? 1;
    if (known.has(source)) add(inputs, target, { place: source, weight });
    else add(outputs, source, { place: target, weight });
  }
  return createPtNet({
    name: elements(xml, 'net')[0]?.id ?? '',
    places: places.map(({ id, body }) => ({
      name: id,
      tokens: numberIn(body, 'initialMarking') ?? 0,
    })),
    transitions: elements(xml, 'transition').map(({ id }) => ({
      name: id,
      inputs: inputs.get(id) ?? [],
      outputs: outputs.get(id) ?? [],
    })),
  });
}
