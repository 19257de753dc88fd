/** An element to be written: text or elements inside, never both. */
export interface XmlElement {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly XmlElement[];
}

/** What may stand where an element may be missing. */
export type XmlPart = XmlElement | undefined | readonly (XmlElement | undefined)[];

/** An element of elements; those that are missing are left out. */
export function element(
  name: string,
  parts: string | readonly XmlPart[],
  attributes?: Readonly<Record<string, string>>,
): XmlElement {
  const content =
    typeof parts === 'string' ? parts : parts.flat().filter((part) => part !== undefined);
  return { name, content, ...(attributes && { attributes }) };
}

/** An element of text, or nothing when there is no text. */
export function optional(name: string, text: string | undefined): XmlElement | undefined {
  return text === undefined ? undefined : element(name, text);
}

/** A document in UTF-8 with one element a line. Everything is escaped. */
export function renderXml(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${rendered(root, '')}`;
}

function rendered({ name, attributes = {}, content }: XmlElement, indent: string): string {
  const opening = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${escaped(value)}"`),
  ].join(' ');
  if (typeof content === 'string') {
    return `${indent}<${opening}>${escaped(content)}</${name}>\n`;
  }
  const inner = content.map((child) => rendered(child, `${indent}  `)).join('');
  return `${indent}<${opening}>\n${inner}${indent}</${name}>\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an element or attribute; characters that XML 1.0 cannot hold become U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
