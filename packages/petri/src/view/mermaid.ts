import type { NetStructure } from '../net-structure.js';
import { tokenText, type DrawOptions } from './dot.js';
import { drawingOf, type EdgeKind } from './net-drawing.js';

const links: Readonly<Record<EdgeKind, string>> = {
  input: '-->',
  output: '-->',
  read: '-.-',
  inhibitor: '--o',
  reset: '==>',
};

/** Mermaid reads `#…;` as a character by name or number. */
function escaped(text: string): string {
  return text.replace(/[#"&<>;\\`|]/g, (character) => `#${character.charCodeAt(0)};`);
}

/** The net as a Mermaid flowchart, for Markdown. Deterministic. */
export function toMermaid(structure: NetStructure, options: DrawOptions = {}): string {
  const { nodes, edges } = drawingOf(structure, options.tokens);
  const id = (at: number): string => {
    const node = nodes[at];
    return `${node?.kind === 'place' ? 'p' : 't'}${node?.index}`;
  };
  const lines = nodes.map((node, at) => {
    const name = escaped(node.name);
    if (node.kind === 'transition') return `  ${id(at)}["${name}"]`;
    const tokens = tokenText(node.tokens);
    return `  ${id(at)}(("${name}${tokens === '' ? '' : `<br/>${tokens}`}"))`;
  });
  const arcs = edges.map(({ from, to, kind, label }) => {
    const text = label === '' ? '' : `|"${escaped(label)}"|`;
    return `  ${id(from)} ${links[kind]}${text} ${id(to)}`;
  });
  return [`flowchart ${options.direction === 'down' ? 'TD' : 'LR'}`, ...lines, ...arcs, ''].join(
    '\n',
  );
}
