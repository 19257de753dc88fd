import { Readable } from 'node:stream';
import fc from 'fast-check';
import { NET_SCHEMA, parseNet, type NetStructure } from '../index.js';
import {
  parsePnml,
  placeTransitionNet,
  pnmlChunks,
  pnmlOf,
  readPnml,
  safeParsePnml,
  writePnml,
  type PnmlOptions,
} from '../pnml.js';

const scale = Number(process.env['MICROGRID_TEST_SCALE'] ?? '1');
const PT = 'http://www.pnml.org/version-2009/grammar/ptnet';
const SYMMETRIC = 'http://www.pnml.org/version-2009/grammar/symmetricnet';

function document(body: string, type = PT): string {
  return `<?xml version="1.0"?>\n<pnml xmlns="http://www.pnml.org/version-2009/grammar/pnml">\n<net id="n" type="${type}">\n${body}\n</net>\n</pnml>`;
}

function read(body: string, type = PT, options: PnmlOptions = {}) {
  const [net] = parsePnml(document(body, type), options).nets;
  if (net === undefined) throw new Error('no net');
  return placeTransitionNet(net);
}

const place = (id: string, tokens = 0) =>
  `<place id="${id}"><initialMarking><text>${tokens}</text></initialMarking></place>`;
const arc = (source: string, target: string, more = '', attributes = '') =>
  `<arc id="${source}-${target}" source="${source}" target="${target}"${attributes}>${more}</arc>`;

describe('reading PNML', () => {
  test('text that is not XML, or XML that is not PNML, is refused with line and column', () => {
    const messageOf = (text: string, options: PnmlOptions = {}) => {
      const result = safeParsePnml(text, options);
      return result.success ? 'read' : `${result.error.code} ${result.error.message}`;
    };
    expect(messageOf('<pnml>\n <net id="a"')).toMatch(/^bad-xml line 2, column \d+: /);
    expect(messageOf('<pnml>\n</net>')).toMatch(/^bad-xml line 2, column \d+: /);
    expect(messageOf('<html/>')).toContain('the root is <html>, expected <pnml>');
    expect(messageOf(document('', 'stochastic'))).toMatch(/^bad-pnml line 3, column 1: net type/);
    expect(messageOf(document(`${place('p')}\n  ${place('p')}`))).toBe(
      "bad-pnml line 5, column 3: id 'p' is used twice",
    );
    expect(messageOf(document('<place/>'))).toContain("has no attribute 'id'");
    const bad = '<place id="p"><initialMarking><text>-1</text></initialMarking></place>';
    expect(messageOf(document(bad))).toBe(
      "bad-pnml line 4, column 15: <initialMarking> says '-1', expected an integer from 0",
    );
    expect(messageOf('<!DOCTYPE x [<!ENTITY e "f">]><pnml>&e;</pnml>')).toMatch(/^bad-xml/);
    expect(() => read(`${place('a')}${place('b')}${arc('a', 'b')}`)).toThrow(
      "arc 'a-b' leads from 'a' to 'b', expected one place and one transition",
    );
  });

  test('names may be missing or anywhere, markings and weights may be absent', () => {
    const { structure, initial, places } = read(
      `<page id="g"><name><text>Page</text></name><page id="inner">
       <place id="p"><name><graphics><offset x="1" y="2"/></graphics><text> in
       the middle </text></name></place>
       <place id="1"><name/><initialMarking><text> 3 </text></initialMarking></place></page>
       <transition id="t"/>${arc('p', 't')}${arc('t', '1', '<inscription><text>2</text></inscription>')}</page>`,
    );
    expect(structure.places.map(({ name }) => name)).toEqual(['p', 'n1']);
    expect(initial).toEqual({ n1: 3 });
    expect(places.get('n1')).toEqual({ id: '1' });
    expect(places.get('p')?.label).toMatch(/^in\s+the middle$/);
    expect(structure.transitions[0]).toMatchObject({
      inputs: [{ place: 'p', weight: 1 }],
      outputs: [{ place: 'n1', weight: 2 }],
    });
  });

  test('references are followed and parallel arcs added up', () => {
    const { structure } = read(
      `${place('p', 1)}<transition id="t"/><referencePlace id="r" ref="q"/><referencePlace id="q" ref="p"/>
       <referenceTransition id="u" ref="t"/>${arc('r', 'u')}${arc('p', 't')}`,
    );
    expect(structure.transitions[0]?.inputs).toEqual([{ place: 'p', weight: 2 }]);
    expect(() =>
      read(`<transition id="t"/><referencePlace id="a" ref="a"/>${arc('a', 't')}`),
    ).toThrow("reference 'a' leads round to itself");
  });

  test('inhibitor, read and reset arcs need the option', () => {
    const body = (more: string) =>
      `${place('p', 1)}<transition id="t"/>${arc('p', 't', ...(more.split('|') as [string, string]))}`;
    expect(() => read(body('| type="inhibitor"'))).toThrow("pass { arcs: 'extended' }");
    const extended = { arcs: 'extended' } as const;
    for (const spelled of [
      '| type="inhibitor"',
      '| type="tapnInhibitor"',
      '<type value="inhibitor"/>|',
    ])
      expect(read(body(spelled), PT, extended).structure.transitions[0]?.inhibitors).toEqual([
        { place: 'p', weight: 1 },
      ]);
    const reset = read(body('<type value="reset"/>|'), PT, extended);
    expect(reset.structure.transitions[0]?.resets).toEqual(['p']);
    expect(() => read(body('| type="timed"'), PT, extended)).toThrow("arc of type 'timed'");
  });

  test('pieces of any size give the same document', async () => {
    const text = document(
      Array.from({ length: 30 }, (_, at) => place(`pé${at}`, at)).join('\n') +
        '<name><text>é</text></name>',
    );
    const whole = JSON.stringify(parsePnml(text));
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 7, 64, 4096]) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
      expect(JSON.stringify(await readPnml(Readable.from(pieces)))).toBe(whole);
    }
  });

  test('a large file is streamed', async () => {
    const count = 5000 * Math.min(scale, 14);
    function* text(): Generator<string> {
      yield '<pnml><net id="n" type="ptnet"><page id="g"><transition id="t"/>';
      for (let at = 0; at < count; at += 1)
        yield `<place id="p${at}"><name><graphics><offset x="0" y="${at}"/></graphics><text>place number ${at}</text></name><graphics><position x="${at}" y="1"/></graphics><initialMarking><text>1</text></initialMarking></place><arc id="a${at}" source="p${at}" target="t"/>`;
      yield '</page></net></pnml>';
    }
    const [net] = (await readPnml(Readable.from(text()))).nets;
    if (net === undefined) throw new Error('no net');
    expect(placeTransitionNet(net).structure.transitions[0]?.inputs).toHaveLength(count);
  });
});

describe('symmetric nets', () => {
  const structured = (tag: string, inside: string) =>
    `<${tag}><text/><structure>${inside}</structure></${tag}>`;
  const sub = (inside: string) => `<subterm>${inside}</subterm>`;
  const variable = (id: string) => `<variable refvariable="${id}"/>`;
  const colours = (id: string, type: string, initial = '') =>
    `<place id="${id}">${structured('type', type)}${initial === '' ? '' : structured('hlinitialMarking', initial)}</place>`;
  const declarations = (inside: string) =>
    `<declaration><structure><declarations>${inside}</declarations></structure></declaration>`;
  const range = '<finiteintrange start="-1" end="2"/>';
  const constant = (value: number) =>
    `<finiteintrangeconstant value="${value}">${range}</finiteintrangeconstant>`;

  test('ranges, comparisons, successors, tuples of all and subtraction unfold as they read', () => {
    const body = `
      ${declarations(`<namedsort id="R">${range}</namedsort>
        <namedsort id="P"><productsort><usersort declaration="R"/><usersort declaration="R"/></productsort></namedsort>
        <variabledecl id="x" name="x"><usersort declaration="R"/></variabledecl>`)}
      ${colours('p', '<usersort declaration="R"/>', `<subtract>${sub('<all><usersort declaration="R"/></all>')}${sub(constant(0))}</subtract>`)}
      ${colours('q', '<usersort declaration="P"/>', `<numberof>${sub('<numberconstant value="2"/>')}${sub(`<tuple>${sub('<all><usersort declaration="R"/></all>')}${sub(constant(2))}</tuple>`)}</numberof>`)}
      <transition id="t">${structured('condition', `<or>${sub(`<lessthan>${sub(variable('x'))}${sub(constant(0))}</lessthan>`)}${sub(`<greaterthanorequal>${sub(variable('x'))}${sub(constant(2))}</greaterthanorequal>`)}</or>`)}</transition>
      ${arc('p', 't', structured('hlinscription', variable('x')))}
      ${arc('t', 'p', structured('hlinscription', `<successor>${sub(variable('x'))}</successor>`))}`;
    const { structure, initial, places, transitions } = read(body, SYMMETRIC);
    expect(structure.places).toHaveLength(4 + 16);
    expect(initial).toEqual({
      'p(-1)': 1,
      'p(1)': 1,
      'p(2)': 1,
      'q(-1,2)': 2,
      'q(0,2)': 2,
      'q(1,2)': 2,
      'q(2,2)': 2,
    });
    expect(places.get('q(-1,2)')).toEqual({ id: 'q', colour: '-1,2' });
    expect(transitions.get('t(x=2)')).toEqual({ id: 't', binding: { x: '2' } });
    expect(structure.transitions).toMatchObject([
      { name: 't(x=-1)', inputs: [{ place: 'p(-1)' }], outputs: [{ place: 'p(0)' }] },
      { name: 't(x=2)', inputs: [{ place: 'p(2)' }], outputs: [{ place: 'p(-1)' }] },
    ]);
  });

  test('partitions group colours, and constants without names are shown by id', () => {
    const body = `
      ${declarations(`<namedsort id="C"><cyclicenumeration><feconstant id="c1"/><feconstant id="c2"/><feconstant id="c3"/></cyclicenumeration></namedsort>
        <partition id="H" name="H"><usersort declaration="C"/>
          <partitionelement id="low"><useroperator declaration="c1"/><useroperator declaration="c2"/></partitionelement>
          <partitionelement id="high"><useroperator declaration="c3"/></partitionelement></partition>
        <variabledecl id="x" name="x"><usersort declaration="C"/></variabledecl>`)}
      ${colours('p', '<usersort declaration="C"/>', '<all><usersort declaration="low"/></all>')}
      <transition id="t">${structured('condition', `<equality>${sub(`<partitionelementof refpartition="H">${sub(variable('x'))}</partitionelementof>`)}${sub('<useroperator declaration="low"/>')}</equality>`)}</transition>
      ${arc('p', 't', structured('hlinscription', variable('x')))}`;
    const { structure, initial } = read(body, SYMMETRIC);
    expect(initial).toEqual({ 'p(c1)': 1, 'p(c2)': 1 });
    expect(structure.transitions.map(({ name }) => name)).toEqual(['t(x=c1)', 't(x=c2)']);
  });

  test('what cannot be read is named with its line; what is too large is refused', () => {
    const using = (type: string) => `${declarations('')}${colours('p', type)}`;
    expect(() => read(using('<usersort declaration="Nowhere"/>'), SYMMETRIC)).toThrow(
      /line 4, column \d+: sort 'Nowhere' is not declared/,
    );
    expect(() => read(using('<integer/>'), SYMMETRIC)).toThrow('sort <integer>, expected');
    const [net] = parsePnml(
      document(using('<finiteintrange start="1" end="99"/>'), SYMMETRIC),
    ).nets;
    expect(() => net && placeTransitionNet(net, { maxPlaces: 50 })).toThrow('more than 50 places');
  });
});

describe('writing PNML', () => {
  const weights = fc
    .subarray(['a', 'b', 'c d', '<e>'])
    .chain((places) =>
      fc.tuple(
        ...places.map((name) =>
          fc.record({ place: fc.constant(name), weight: fc.integer({ min: 1, max: 3 }) }),
        ),
      ),
    );
  const structures = fc
    .array(fc.record({ inputs: weights, inhibitors: weights, outputs: weights }), { maxLength: 4 })
    .map((transitions): NetStructure =>
      parseNet({
        schema: NET_SCHEMA,
        name: 'a "net" & more',
        places: ['a', 'b', 'c d', '<e>'].map((name) => ({ name, tokens: 'black' })),
        transitions: transitions.map((arcs, at) => ({
          name: `t ${at}`,
          priority: 0,
          reads: [],
          ...arcs,
          ...(at === 2 && arcs.inputs.every(({ place }) => place !== 'a') && { resets: ['a'] }),
        })),
      }),
    );

  test('a net written and read again has the same arcs, weights and tokens', () => {
    fc.assert(
      fc.property(structures, fc.nat(9), (structure, tokens) => {
        const text = writePnml(pnmlOf(structure, { 'c d': tokens }, { arcs: 'extended' }));
        const [net] = parsePnml(text, { arcs: 'extended' }).nets;
        if (net === undefined) throw new Error('no net');
        const again = placeTransitionNet(net);
        const label = (id: string) => again.places.get(id)?.label ?? '';
        const renamed = again.structure.transitions.map(
          ({ inputs, inhibitors, outputs, resets = [] }) => ({
            inputs: inputs.map((one) => ({ ...one, place: label(one.place) })),
            inhibitors: inhibitors.map((one) => ({ ...one, place: label(one.place) })),
            outputs: outputs.map((one) => ({ ...one, place: label(one.place) })),
            resets: resets.map(label),
          }),
        );
        expect(renamed).toEqual(
          structure.transitions.map(({ inputs, inhibitors, outputs, resets = [] }) => ({
            inputs,
            inhibitors,
            outputs,
            resets,
          })),
        );
        expect(Object.values(again.initial)).toEqual(tokens === 0 ? [] : [tokens]);
        expect(writePnml(parsePnml(text, { arcs: 'extended' }))).toBe(text);
      }),
      { numRuns: 60 * scale },
    );
  });

  test('what a P/T net cannot say is refused', () => {
    const structure = parseNet({
      schema: NET_SCHEMA,
      name: 'n',
      places: [{ name: 'd', tokens: 'data' }],
      transitions: [],
    });
    expect(() => pnmlOf(structure)).toThrow("place 'd' holds data tokens");
  });

  test('graphics, tool-specific parts and unknown labels come out as they went in', () => {
    const extras = [
      '<toolspecific tool="x" version="1"><a:b xmlns:a="urn:a" c="1 &lt; 2">text &amp; <i>more</i></a:b></toolspecific>',
      '<graphics><position x="1" y="2"/></graphics>',
      '<unknown><text>kept</text></unknown>',
    ].join('');
    const text = document(
      `<page id="g">${extras}<place id="p"><name><graphics><offset x="1" y="1"/></graphics><text>P</text></name>${extras}</place>
       <transition id="t">${extras}</transition><arc id="a" source="p" target="t"><inscription><graphics><offset x="3" y="4"/></graphics><text>1</text></inscription>${extras}</arc></page>${extras}`,
    );
    const written = [...pnmlChunks(parsePnml(text))].join('');
    expect(written.split(extras)).toHaveLength(6);
    expect(written).toContain(
      '<inscription><graphics><offset x="3" y="4"/></graphics><text>1</text>',
    );
    expect(written).toContain(
      '<name><graphics><offset x="1" y="1"/></graphics><text>P</text></name>',
    );
  });
});
