import { createHash } from 'node:crypto';
import { SaxesParser } from 'saxes';
import { bind, createMarking, net, run, token } from '../index.js';
import { firingFrames, journalFrames, toDot, toMermaid, toPlayer, toSvg } from '../view.js';

const shop = net('a "shop" <1>')
  .place('cart', token<string>())
  .place('stock')
  .place('closed')
  .place('sold "x"', token<string>())
  .transition('sell', {
    in: { cart: { afterMs: 90_000 }, stock: 2 },
    inhibit: { closed: 1 },
    out: { 'sold "x"': 1 },
  })
  .transition('restock', { read: { closed: 1 }, reset: ['stock'], out: { stock: 1 } })
  .build();

const bound = bind(shop, { sell: { out: ({ cart }) => ({ 'sold "x"': cart }) } });
const start = createMarking(bound, { cart: ['a'], stock: 5 });

describe('pictures', () => {
  test('DOT names every place, transition and arc', () => {
    expect(toDot(shop, { tokens: start })).toBe(
      [
        'digraph "a \\"shop\\" <1>" {',
        '  rankdir=LR;',
        '  forcelabels=true;',
        '  p0 [shape=circle label="●" xlabel="cart"];',
        '  p1 [shape=circle label="5" xlabel="stock"];',
        '  p2 [shape=circle label="" xlabel="closed"];',
        '  p3 [shape=circle label="" xlabel="sold \\"x\\""];',
        '  t0 [shape=box label="sell"];',
        '  t1 [shape=box label="restock"];',
        '  p0 -> t0 [label="after 90 s"];',
        '  p1 -> t0 [label="2"];',
        '  p2 -> t0 [arrowhead=odot];',
        '  t0 -> p3;',
        '  p2 -> t1 [style=dashed arrowhead=none];',
        '  p1 -> t1 [style=dotted arrowhead=normalnormal];',
        '  t1 -> p1;',
        '}',
        '',
      ].join('\n'),
    );
  });

  test('Mermaid escapes what it would read as its own', () => {
    const text = toMermaid(shop, { tokens: { cart: 2 } });
    expect(text).toContain('p0(("cart<br/>●●"))');
    expect(text).toContain('p3(("sold #34;x#34;"))');
    expect(text).toContain('p2 --o t0');
    expect(text).toContain('p1 -->|"2"| t0');
  });

  test.each(['right', 'down'] as const)(
    'SVG is well formed and nothing overlaps (%s)',
    (direction) => {
      const svg = toSvg(shop, { tokens: start, direction });
      const parser = new SaxesParser();
      parser.on('error', (error) => {
        throw error;
      });
      parser.write(svg).close();
      expect(toSvg(shop, { tokens: start, direction })).toBe(svg);
      const centres = [...svg.matchAll(/transform="translate\(([\d.]+) ([\d.]+)\)"/g)].map(
        ([, x, y]) => [Number(x), Number(y)] as const,
      );
      expect(centres).toHaveLength(6);
      for (const [at, [x, y]] of centres.entries())
        for (const [otherX, otherY] of centres.slice(at + 1))
          expect(Math.hypot(x - otherX, y - otherY)).toBeGreaterThan(30);
      expect(svg.match(/<path class=/g)).toHaveLength(7);
    },
  );

  test('every arc of a random-looking large net leads forward or is routed, without an endless loop', () => {
    const places = Array.from({ length: 60 }, (_, at) => `p${at}`);
    let builder = net('ring').place('p0') as unknown as {
      place(name: string): typeof builder;
      transition(name: string, arcs: object): typeof builder;
      build(): typeof shop;
    };
    for (const name of places.slice(1)) builder = builder.place(name);
    for (let at = 0; at < 90; at += 1)
      builder = builder.transition(`t${at}`, {
        in: { [`p${at % 60}`]: 1 },
        out: { [`p${(at * 7 + 1) % 60}`]: 1 },
      });
    expect(toSvg(builder.build())).toContain('data-transition="89"');
  });
});

describe('the player', () => {
  const hash = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

  test('steps through a journal with the counts of the run', () => {
    const { marking, journal } = run(bound, start, [{ nowMs: 90_000 }], { journal: { hash } });
    const frames = journalFrames(shop, journal as never);
    expect(frames.map(({ label }) => label)).toEqual([
      'start',
      'sell(cart=0,stock=1+2)',
      'clock at 90000 ms',
    ]);
    const last = new Map(frames.flatMap(({ tokens }) => tokens));
    for (const [at, { name }] of shop.places.entries())
      expect(last.get(at)).toBe(marking.places[name as keyof typeof marking.places].length);
  });

  test('steps through a firing sequence, reset arcs too', () => {
    const frames = firingFrames(shop, { cart: 1, stock: 5, closed: 1 }, ['restock', 'sell']);
    expect(frames[1]).toEqual({ label: 'restock', transition: 1, tokens: [[1, 1]] });
    expect(() => firingFrames(shop, {}, ['steal'])).toThrow("the net to draw has no 'steal'");
  });

  test('is one file that loads nothing, whatever the labels say', () => {
    const html = toPlayer(shop, [
      { label: '</script><script>alert(1)</script>', tokens: [[0, 1]] },
    ]);
    expect(html).not.toContain('<script>alert');
    expect(html.match(/(src|href)="/g)).toBeNull();
    const data = /id="frames">([^<]*)</.exec(html)?.[1] ?? '';
    expect(JSON.parse(data)).toHaveLength(1);
  });
});
