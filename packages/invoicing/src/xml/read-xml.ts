import { SaxesParser } from 'saxes';

/** An element as it was read; names without their prefixes. */
export interface XmlNode {
  readonly name: string;
  /** Namespace URI, empty for none. */
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
  /** Text directly inside, trimmed. */
  readonly text: string;
  /** Line of the closing tag, from 1. */
  readonly line: number;
}

interface OpenNode {
  readonly name: string;
  readonly namespace: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  text: string;
}

/** Deeper nesting than any message has: a file made to exhaust the stack. */
const MAX_DEPTH = 60;

/**
 * Reads a document; namespaces are resolved, and document types (and with them entities of one's own)
 * refused.
 * @param fail gets line and message of the first fault.
 */
export function readXml(xml: string, fail: (line: number, message: string) => never): XmlNode {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: OpenNode[] = [];
  let root: XmlNode | undefined;
  parser.on('error', (error) => fail(parser.line, error.message.replace(/^\d+:\d+: /, '')));
  parser.on('doctype', () => fail(parser.line, 'has a document type, expected none'));
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (open.length >= MAX_DEPTH) fail(parser.line, `more than ${MAX_DEPTH} levels of elements`);
    open.push({
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(
        Object.values(attributes).map(({ local: name, value }) => [name, value]),
      ),
      children: [],
      text: '',
    });
  });
  const addText = (text: string): void => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const node = { ...closed, text: closed.text.trim(), line: parser.line };
    const parent = open.at(-1);
    if (parent === undefined) root = node;
    else parent.children.push(node);
  });
  parser.write(xml.replace(/^\ufeff/, '')).close();
  return root ?? fail(1, 'holds no element');
}

/** The first element at a path of names, from a node's children on. */
export function at(node: XmlNode | undefined, ...path: readonly string[]): XmlNode | undefined {
  return path.reduce<XmlNode | undefined>(
    (found, name) => found?.children.find((child) => child.name === name),
    node,
  );
}

/** All children of a name. */
export function all(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

/** The text at a path; nothing where there is no element or no text. */
export function textAt(node: XmlNode | undefined, ...path: readonly string[]): string | undefined {
  const text = at(node, ...path)?.text;
  return text === '' ? undefined : text;
}
