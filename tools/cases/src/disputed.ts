import type { Argued } from './compare.js';
import { exactNumber } from './decimal.js';
import type { Json } from './json.js';

const NUMBER = '(-?\\d+(?:\\.\\d+)?(?:\\/\\d+)?)';
const ARGUED = new RegExp(`\\b(?:is|be|gives|equals|=)\\s+${NUMBER}`, 'gi');
const ASSERTED = new RegExp(`\\b(?:asserts?|says|claims|expects|returns)\\s+${NUMBER}`, 'i');

interface Dispute {
  /** Where the case's keys are looked for: the sentence up to the word disputed, if there is any. */
  readonly subject: string;
  readonly argued: string;
  readonly asserted: string | undefined;
}

function disputes(notes: string): Dispute[] {
  return sentences(notes).flatMap((sentence) => {
    const at = sentence.search(/\bdisputed\b/i);
    if (at === -1) return [];
    const argued = [...sentence.slice(at).matchAll(ARGUED)].at(-1)?.[1];
    if (argued === undefined) return [];
    const before = sentence.slice(0, at);
    const subject = /\w/.test(before) ? before : sentence;
    return [{ subject, argued, asserted: ASSERTED.exec(sentence)?.[1] }];
  });
}

/** A full stop inside a number ends no sentence. */
function sentences(text: string): string[] {
  return text.split(/\.(?!\d)\s*/).filter((sentence) => sentence !== '');
}

/**
 * What a case's notes put in the place of an expected value they call disputed: in a sentence like
 * "Book 02 is DISPUTED: …, so the price is 25; the peer asserts 20" the expected value whose path
 * holds the key `02` is 25. A value named as asserted must be the expected one.
 */
export function arguedValues(notes: string): Argued {
  const all = disputes(notes);
  return (path: readonly string[], expected: Json): Json | undefined => {
    const number = exactNumber(expected);
    if (number === undefined) return undefined;
    const found = all.find(({ subject, asserted }) => {
      const words = subject.split(/[^\w.-]+/);
      return (
        path.some((key) => words.includes(key)) &&
        (asserted === undefined || same(exactNumber(asserted), number))
      );
    });
    return found?.argued;
  };
}

function same(a: ReturnType<typeof exactNumber>, b: ReturnType<typeof exactNumber>): boolean {
  return a !== undefined && a.numerator === b?.numerator && a.denominator === b.denominator;
}
