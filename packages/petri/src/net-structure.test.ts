import { bind, net, parseNet, safeParseNet, token } from './index.js';

const structure = net('order')
  .place('cart', token<number>())
  .place('done')
  .transition('pay', { in: { cart: 2 }, inhibit: { done: 3 }, out: { done: 1 }, priority: 4 })
  .build();

describe('net structure', () => {
  test('is frozen through and through', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(structure)).toBe(true);
  });

  test('survives JSON', () => {
    const json: unknown = JSON.parse(JSON.stringify(structure));
    expect(parseNet(json)).toEqual(structure);
  });

  test('what JSON gets wrong is named by path', () => {
    const wrong = (change: object) => {
      const result = safeParseNet({ ...structure, ...change });
      return result.success ? 'accepted' : `${result.error.code}: ${result.error.message}`;
    };
    expect(wrong({})).toBe('accepted');
    expect(wrong({ schema: 'microgrid/petri-net/2' })).toBe(
      "bad-json: $.schema is 'microgrid/petri-net/2', expected 'microgrid/petri-net/1'",
    );
    expect(wrong({ extra: 1 })).toContain('$.extra is 1, expected no such key');
    expect(wrong({ places: [{ name: 'cart' }] })).toContain('$.places[0].tokens is missing');
    expect(wrong({ places: [{ name: 'cart', tokens: 'data' }] })).toContain(
      "inhibitor arc 'done': no such place",
    );
    const [pay] = structure.transitions;
    expect(wrong({ transitions: [{ ...pay, inputs: [{ place: 'cart', weight: 0 }] }] })).toContain(
      "bad-net: net 'order': transition 'pay', input arc 'cart': weight 0",
    );
    expect(wrong({ transitions: [{ ...pay, priority: 0.5 }] })).toContain('priority is 0.5');
  });

  test('contradictions are refused at build', () => {
    const draft = net('draft').place('a');
    expect(() => draft.transition('t', { in: { a: 1 }, read: { a: 1 } }).build()).toThrow(
      "both takes from and reads 'a'",
    );
    expect(() => draft.transition('t', { in: { a: 0.5 } }).build()).toThrow('weight 0.5');
    expect(() => draft.place('7').build()).toThrow("name '7' is not allowed");
    expect(() => draft.place('').build()).toThrow('is not allowed');
  });

  test('a net read from JSON is checked when it is bound', () => {
    const parsed = parseNet(JSON.parse(JSON.stringify(structure)));
    expect(() => bind(parsed, {})).not.toThrow();
    expect(() => bind(parsed, { buy: {} })).toThrow("no transition 'buy'");
    expect(() => bind(parsed, {}, [{ name: 'law', weights: { purse: 1 } }])).toThrow(
      "weighs 'purse'",
    );
  });
});
