import type { NetStructure } from '../net-structure.js';
import { drawingOf, type DrawnTokens, type EdgeKind } from './net-drawing.js';

/** How a picture is drawn. */
export interface DrawOptions {
  /** Tokens to show. Default none. */
  readonly tokens?: DrawnTokens;
  /** Where the net flows. Default `right`. */
  readonly direction?: 'right' | 'down';
}

const styles: Readonly<Record<EdgeKind, string>> = {
  input: '',
  output: '',
  read: 'style=dashed arrowhead=none',
  inhibitor: 'arrowhead=odot',
  reset: 'style=dotted arrowhead=normalnormal',
};

function quoted(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

/** Black dots for few tokens, a number for more. */
export function tokenText(tokens: number): string {
  return tokens <= 3 ? '●'.repeat(tokens) : String(tokens);
}

/** The net as Graphviz DOT. Deterministic: the same net and tokens give the same text. */
export function toDot(structure: NetStructure, options: DrawOptions = {}): string {
  const { name, nodes, edges } = drawingOf(structure, options.tokens);
  const id = (at: number): string => {
    const node = nodes[at];
    return `${node?.kind === 'place' ? 'p' : 't'}${node?.index}`;
  };
  const lines = nodes.map((node, at) =>
    node.kind === 'place'
      ? `  ${id(at)} [shape=circle label=${quoted(tokenText(node.tokens))} xlabel=${quoted(node.name)}];`
      : `  ${id(at)} [shape=box label=${quoted(node.name)}];`,
  );
  const arcs = edges.map(({ from, to, kind, label }) => {
    const attributes = [styles[kind], label === '' ? '' : `label=${quoted(label)}`]
      .filter((part) => part !== '')
      .join(' ');
    return `  ${id(from)} -> ${id(to)}${attributes === '' ? '' : ` [${attributes}]`};`;
  });
  const direction = options.direction === 'down' ? 'TB' : 'LR';
  return [
    `digraph ${quoted(name)} {`,
    `  rankdir=${direction};`,
    '  forcelabels=true;',
    ...lines,
    ...arcs,
    '}',
    '',
  ].join('\n');
}
