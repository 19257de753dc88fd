import fc from 'fast-check';
import { canonicalBytes, canonicalJson } from '@microgrid/events';
import { NO_AMOUNTS, type MemberDay } from '@microgrid/settlement';
import { formatInstant } from '@microgrid/units';
import { leafBytes, MemberDayTexts, type MemberDayLeaf } from './member-day-leaf.js';

const energy = fc.bigInt({ min: 0n, max: 2n ** 70n });
const instant = fc.integer({ min: 0, max: 4e9 }).map((seconds) => seconds * 1000);
const day: fc.Arbitrary<MemberDay> = fc
  .record({
    member: fc.string({ unit: 'grapheme', maxLength: 12 }),
    date: fc.constantFrom('2026-03-29', '2027-12-31'),
    startMs: instant,
    endMs: instant,
    importMilliwattHours: energy,
    exportMilliwattHours: energy,
    sharedInMilliwattHours: energy,
    sharedOutMilliwattHours: energy,
    costPico: fc.bigInt({ min: -(2n ** 90n), max: 2n ** 90n }),
  })
  .map((fields) => ({ ...NO_AMOUNTS, ...fields }));

function leafOf(community: string, one: MemberDay): MemberDayLeaf {
  return {
    community,
    member: one.member,
    date: one.date,
    start: formatInstant(one.startMs),
    end: formatInstant(one.endMs),
    importMilliwattHours: String(one.importMilliwattHours),
    exportMilliwattHours: String(one.exportMilliwattHours),
    sharedInMilliwattHours: String(one.sharedInMilliwattHours),
    sharedOutMilliwattHours: String(one.sharedOutMilliwattHours),
    costPico: String(one.costPico),
  };
}

test('the text of a leaf is its canonical JSON, whatever its member is called', () => {
  fc.assert(
    fc.property(day, fc.string({ unit: 'grapheme', maxLength: 12 }), (one, community) => {
      const texts = new MemberDayTexts(community, one.member);
      const leaf = leafOf(community, one);
      expect(texts.leaf(one)).toBe(canonicalJson(leaf));
      const statement = 'ab'.repeat(32);
      expect(texts.leaf(one, statement)).toBe(canonicalJson({ ...leaf, statement }));
    }),
  );
});

test('so is the day of a statement', () => {
  fc.assert(
    fc.property(day, fc.nat(), (one, leafIndex) => {
      const { community: _community, member: _member, ...fields } = leafOf('c', one);
      const proof = ['12'.repeat(32), '34'.repeat(32)];
      const texts = new MemberDayTexts('c', one.member);
      expect(
        texts.beforeProof(one, leafIndex) + JSON.stringify(proof) + texts.afterProof(one),
      ).toBe(canonicalJson({ ...fields, leafIndex, proof }));
    }),
  );
});

test('a leaf with a field more is another leaf', () => {
  const [one] = fc.sample(day, { numRuns: 1, seed: 1 }) as [MemberDay];
  const more = { ...leafOf('c', one), note: 'added' };
  expect(leafBytes(more)).toEqual(canonicalBytes(more));
  expect(leafBytes(more)).not.toEqual(leafBytes(leafOf('c', one)));
});
