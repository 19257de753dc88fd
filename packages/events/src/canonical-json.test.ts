import fc from 'fast-check';
import { canonicalBytes, canonicalJson } from './canonical-json.js';

describe('canonicalJson', () => {
  it('reads back as the same value and does not depend on key order', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('prints numbers, strings and keys as RFC 8785 asks', () => {
    // The number and string samples of RFC 8785, section 3.2.2 and its key-order sample.
    expect(
      canonicalJson({
        numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
        string: '€$\u000f\nA\'B"\\\\"/',
        literals: [null, true, false],
      }),
    ).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    expect(
      canonicalJson({ '\ufb33': 1, '😀': 2, '€': 3, ö: 4, '1': 5, '\r': 6, '\u0080': 7 }),
    ).toBe('{"\\r":6,"1":5,"\u0080":7,"ö":4,"€":3,"😀":2,"\ufb33":1}');
    expect(canonicalJson(-0)).toBe('0');
  });

  it('is UTF-8 in bytes', () => {
    expect([...canonicalBytes('é')]).toEqual([0x22, 0xc3, 0xa9, 0x22]);
  });

  it.each([
    [{ a: { b: undefined } }, 'a.b: a value of type undefined'],
    [{ a: [1, Number.NaN] }, 'a[1]: NaN'],
    [{ a: 1n }, 'a: a value of type bigint'],
    [{ a: ['x', undefined, 'y'] }, 'a[1]: a value of type undefined'],
    [{ a: Object.assign(new Array<string>(2), ['x']) }, 'a[1]: a value of type undefined'],
    [{ when: new Date(0) }, 'when: an object of class Date'],
    [{ text: '\ud800' }, 'text: a string with a lone surrogate'],
    [new Map(), 'value: an object of class Map'],
    [Number.POSITIVE_INFINITY, 'value: Infinity'],
  ])('refuses what JSON cannot say: %p', (value, message) => {
    expect(() => canonicalJson(value)).toThrow(message);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}
