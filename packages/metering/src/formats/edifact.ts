/** One segment of an EDIFACT interchange: elements of components. */
export interface Segment {
  readonly tag: string;
  /** Elements after the tag; each a list of components. */
  readonly elements: readonly (readonly string[])[];
  /** Position in the interchange, counted from 1. */
  readonly number: number;
  /** As written, without its terminator. */
  readonly text: string;
}

/** Separators an interchange uses; these stand where no UNA says otherwise. */
const SEPARATORS = { component: ':', element: '+', release: '?', terminator: "'" };

type Separators = typeof SEPARATORS;

function separatorsOf(text: string): { separators: Separators; from: number } {
  if (!text.startsWith('UNA') || text.length < 9) return { separators: SEPARATORS, from: 0 };
  const [component, element, , release, , terminator] = text.slice(3, 9).split('') as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { separators: { component, element, release, terminator }, from: 9 };
}

/** The decimal mark an interchange declares in its UNA; a point where it has none. */
export function decimalMark(text: string): string {
  const body = text.trimStart();
  return body.startsWith('UNA') ? (body[5] ?? '.') : '.';
}

/** Splits an interchange into segments (ISO 9735); released characters lose their release sign. */
export function* segments(text: string): Generator<Segment> {
  const { separators, from } = separatorsOf(text.trimStart());
  const { component, element, release, terminator } = separators;
  const body = text.trimStart();
  let elements: string[][] = [['']];
  let start = from;
  let number = from > 0 ? 1 : 0;
  const append = (char: string): void => {
    const components = elements.at(-1) as string[];
    components.push(`${components.pop() ?? ''}${char}`);
  };
  for (let at = from; at <= body.length; at++) {
    const char = body[at];
    const last = at === body.length;
    if (char === release && at + 1 < body.length) append(body[++at] as string);
    else if (char === terminator || last) {
      const raw = body.slice(start, at).trim();
      start = at + 1;
      const [[tag = ''] = [], ...rest] = elements;
      elements = [['']];
      if (raw === '') continue;
      yield { tag: tag.trim(), elements: rest, number: ++number, text: raw };
    } else if (char === element) elements.push(['']);
    else if (char === component) (elements.at(-1) as string[]).push('');
    else if (char !== '\r' && char !== '\n') append(char as string);
  }
}
