import { SaxesParser } from 'saxes';
import { PetriError } from '../petri-error.js';

/** An element with everything in it. */
export interface XmlElement {
  /** As written, with its prefix. */
  readonly tag: string;
  /** Without its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
  /** Of its start tag, both from 1. */
  readonly line: number;
  readonly column: number;
}

/** Where something stands in the file. */
export type Place = Pick<XmlElement, 'line' | 'column'>;

/** Throws `bad-pnml` with line and column. */
export function refusePnml({ line, column }: Place, message: string): never {
  throw new PetriError('bad-pnml', `line ${line}, column ${column}: ${message}`);
}

/** The child elements, optionally those of one name. */
export function childrenOf(element: XmlElement, name?: string): readonly XmlElement[] {
  return element.children.filter(
    (child): child is XmlElement =>
      typeof child !== 'string' && (name === undefined || child.name === name),
  );
}

/** The first child element of that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return childrenOf(element, name)[0];
}

/** All text inside, without that of the elements named. */
export function textOf(element: XmlElement, except: readonly string[] = []): string {
  return element.children
    .map((child) => {
      if (typeof child === 'string') return child;
      return except.includes(child.name) ? '' : textOf(child, except);
    })
    .join('')
    .trim();
}

/** The attribute; throws `bad-pnml` where it is missing. */
export function attributeOf(element: XmlElement, name: string): string {
  const value = element.attributes[name];
  if (value === undefined)
    return refusePnml(element, `<${element.tag}> has no attribute '${name}', expected one`);
  return value;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\r': '&#13;',
  '\t': '&#9;',
};

/** Text as it stands in an attribute. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"\n\r\t]/g, (character) => escapes[character] ?? character);
}

/** Text as it stands between tags. */
export function escapeText(text: string): string {
  return text.replace(/[&<>\r]/g, (character) => escapes[character] ?? character);
}

/** Attributes with a blank before each. */
export function attributesText(attributes: Readonly<Record<string, string>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeAttribute(value)}"`)
    .join('');
}

/** The element as XML text; blanks between elements are left out. */
export function xmlText(element: XmlElement): string {
  const { tag, attributes, children } = element;
  const mixed = children.some((child) => typeof child === 'string' && child.trim() !== '');
  const inside = children.map((child) => {
    if (typeof child !== 'string') return xmlText(child);
    return mixed || children.length === 1 ? escapeText(child) : '';
  });
  const open = `<${tag}${attributesText(attributes)}`;
  return children.length === 0 ? `${open}/>` : `${open}>${inside.join('')}</${tag}>`;
}

/** Asked at each start tag: is the element a container whose children are handed over one by one? */
export interface XmlHandler {
  isContainer(element: XmlElement, depth: number): boolean;
  /** A container begins; its children follow. */
  open(element: XmlElement): void;
  /** A child of a container, whole. */
  child(element: XmlElement): void;
  close(element: XmlElement): void;
}

/**
 * Reads XML in pieces and hands elements over as they end, so that a large file is never held as a
 * whole. Entities of a document type are not expanded. Throws `bad-xml` with line and column.
 */
export class XmlReader {
  private readonly parser = new SaxesParser({ xmlns: false });
  private readonly containers: XmlElement[] = [];
  private readonly stack: XmlElement[] = [];
  private start: Place = { line: 1, column: 1 };

  constructor(private readonly handler: XmlHandler) {
    const { parser } = this;
    parser.on('error', (error) => {
      const { line, column } = parser;
      const message = error.message.replace(/^\d+:\d+: /, '');
      throw new PetriError('bad-xml', `line ${line}, column ${column + 1}: ${message}`);
    });
    parser.on('opentagstart', ({ name }) => {
      this.start = { line: parser.line, column: Math.max(1, parser.column - name.length - 1) };
    });
    parser.on('opentag', ({ name, attributes }) => {
      const { line, column } = this.start;
      this.open({ tag: name, name: localName(name), attributes, children: [], line, column });
    });
    parser.on('text', (text) => this.stack.at(-1)?.children.push(text));
    parser.on('cdata', (text) => this.stack.at(-1)?.children.push(text));
    parser.on('closetag', () => {
      this.close();
    });
  }

  write(chunk: string): void {
    this.parser.write(chunk);
  }

  end(): void {
    this.parser.close();
  }

  private open(element: XmlElement): void {
    const { stack, containers, handler } = this;
    if (stack.length === 0 && handler.isContainer(element, containers.length)) {
      containers.push(element);
      handler.open(element);
      return;
    }
    stack.at(-1)?.children.push(element);
    stack.push(element);
  }

  private close(): void {
    const { stack, containers, handler } = this;
    const element = stack.pop();
    if (element === undefined) {
      const container = containers.pop();
      if (container !== undefined) handler.close(container);
    } else if (stack.length === 0) handler.child(element);
  }
}

function localName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1);
}
