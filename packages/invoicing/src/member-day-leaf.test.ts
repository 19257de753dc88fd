import fc from 'fast-check';
import { canonicalBytes } from '@microgrid/events';
import { leafBytes, type MemberDayLeaf } from './member-day-leaf.js';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const leaf: fc.Arbitrary<MemberDayLeaf> = fc
  .record({
    community: text,
    member: text,
    date: text,
    start: text,
    end: text,
    importMilliwattHours: text,
    exportMilliwattHours: text,
    sharedInMilliwattHours: text,
    sharedOutMilliwattHours: text,
    costPico: text,
    statement: fc.option(text, { nil: undefined }),
  })
  .map(({ statement, ...rest }) => ({ ...rest, ...(statement !== undefined && { statement }) }));

test('the bytes of a leaf are its canonical JSON, whatever stands in it', () => {
  fc.assert(
    fc.property(leaf, (one) => {
      expect(leafBytes(one)).toEqual(canonicalBytes(one));
    }),
  );
});

test('a leaf with a field more is another leaf', () => {
  const [one] = fc.sample(leaf, { numRuns: 1, seed: 1 }) as [MemberDayLeaf];
  const more = { ...one, note: 'added' };
  expect(leafBytes(more)).toEqual(canonicalBytes(more));
});
