/** A box to place: along the flow and across it, in px. */
export interface LayoutNode {
  readonly length: number;
  readonly breadth: number;
}

/** An edge to route, nodes by index. */
export interface LayoutEdge {
  readonly from: number;
  readonly to: number;
}

/** A point: along the flow and across it. */
export interface LayoutPoint {
  readonly along: number;
  readonly across: number;
}

/** Centres of all nodes, and the bends of all edges between their ends. */
export interface Layout {
  readonly nodes: readonly LayoutPoint[];
  readonly bends: readonly (readonly LayoutPoint[])[];
  readonly length: number;
  readonly breadth: number;
}

const LAYER_GAP = 40;
const NODE_GAP = 18;
const BEND_BREADTH = 8;
const SWEEPS = 16;

interface Slot {
  readonly breadth: number;
  readonly layer: number;
  readonly before: number[];
  readonly after: number[];
  across: number;
}

/** Depth first from the given nodes; an edge back to a node on the way is turned round. */
function acyclic(count: number, edges: readonly LayoutEdge[], first: readonly number[]): boolean[] {
  const outgoing = Array.from({ length: count }, (): number[] => []);
  for (const [index, { from }] of edges.entries()) outgoing[from]?.push(index);
  const state = new Uint8Array(count);
  const reversed = edges.map(() => false);
  for (const root of [...first, ...Array.from({ length: count }, (_, node) => node)]) {
    if (state[root] !== 0) continue;
    const stack = [{ node: root, next: 0 }];
    state[root] = 1;
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const index = outgoing[top.node]?.[top.next];
      top.next += 1;
      if (index === undefined) {
        state[top.node] = 2;
        stack.pop();
        continue;
      }
      const to = edges[index]?.to ?? 0;
      if (state[to] === 1) reversed[index] = true;
      else if (state[to] === 0) {
        state[to] = 1;
        stack.push({ node: to, next: 0 });
      }
    }
  }
  return reversed;
}

/** Longest path from the sources; sources then move up to what they lead to. */
function layersOf(count: number, edges: readonly LayoutEdge[]): number[] {
  const incoming = new Array<number>(count).fill(0);
  const outgoing = Array.from({ length: count }, (): number[] => []);
  for (const { from, to } of edges) {
    incoming[to] = (incoming[to] ?? 0) + 1;
    outgoing[from]?.push(to);
  }
  const sources = incoming.flatMap((degree, node) => (degree === 0 ? [node] : []));
  const layer = new Array<number>(count).fill(0);
  const left = [...incoming];
  const queue = [...sources];
  for (const node of queue)
    for (const to of outgoing[node] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[node] ?? 0) + 1);
      left[to] = (left[to] ?? 0) - 1;
      if (left[to] === 0) queue.push(to);
    }
  for (const node of sources) {
    const next = (outgoing[node] ?? []).map((to) => layer[to] ?? 0);
    if (next.length > 0) layer[node] = Math.min(...next) - 1;
  }
  return layer;
}

/** Mean position of the neighbours; a node without any stays where it is. */
function barycentre(
  neighbours: readonly number[],
  position: readonly number[],
  own: number,
): number {
  if (neighbours.length === 0) return own;
  return neighbours.reduce((sum, node) => sum + (position[node] ?? 0), 0) / neighbours.length;
}

function crossings(layers: readonly (readonly number[])[], slots: readonly Slot[]): number {
  const position: number[] = [];
  for (const layer of layers) for (const [at, slot] of layer.entries()) position[slot] = at;
  let count = 0;
  for (const layer of layers) {
    const ends: number[] = [];
    for (const slot of layer) {
      const targets = (slots[slot]?.after ?? []).map((to) => position[to] ?? 0);
      for (const target of targets) for (const end of ends) if (end > target) count += 1;
      ends.push(...targets);
    }
  }
  return count;
}

/** Sweeps to and fro, sorting each layer by its neighbours; the order with fewest crossings wins. */
function order(layers: number[][], slots: readonly Slot[]): number[][] {
  const position: number[] = [];
  const note = (layer: readonly number[]): void => {
    for (const [at, slot] of layer.entries()) position[slot] = at;
  };
  for (const layer of layers) note(layer);
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers, slots);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const layer of forth ? layers : layers.toReversed()) {
      const weight = new Map(
        layer.map((slot) => {
          const own = slots[slot];
          const neighbours = forth ? own?.before : own?.after;
          return [slot, barycentre(neighbours ?? [], position, position[slot] ?? 0)];
        }),
      );
      layer.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
      note(layer);
    }
    const count = crossings(layers, slots);
    if (count < fewest) {
      fewest = count;
      best = layers.map((layer) => [...layer]);
    }
  }
  return best;
}

/** Moves the slots of a layer as near to their wishes as order and gaps allow. */
function settle(layer: readonly number[], slots: readonly Slot[], wish: readonly number[]): void {
  // Neighbouring slots that would overlap form a block; a block lies at the mean of its wishes.
  interface Block {
    readonly members: { readonly slot: Slot; readonly offset: number }[];
    sum: number;
    extent: number;
  }
  const blocks: Block[] = [];
  const at = (block: Block): number => block.sum / block.members.length;
  for (const [index, id] of layer.entries()) {
    const slot = slots[id];
    if (slot === undefined) continue;
    let block: Block = { members: [{ slot, offset: 0 }], sum: wish[index] ?? 0, extent: 0 };
    for (let above = blocks.at(-1); above !== undefined; above = blocks.at(-1)) {
      const last = above.members.at(-1);
      const [top] = block.members;
      if (last === undefined || top === undefined) break;
      const gap = NODE_GAP + (last.slot.breadth + top.slot.breadth) / 2;
      if (at(above) + last.offset + gap <= at(block)) break;
      const shift = last.offset + gap;
      above.sum += block.sum - shift * block.members.length;
      above.members.push(
        ...block.members.map((member) => ({ slot: member.slot, offset: member.offset + shift })),
      );
      above.extent = shift + block.extent;
      blocks.pop();
      block = above;
    }
    blocks.push(block);
  }
  for (const block of blocks)
    for (const { slot, offset } of block.members) slot.across = at(block) + offset;
}

function positionAcross(layers: readonly (readonly number[])[], slots: readonly Slot[]): void {
  for (const layer of layers)
    settle(
      layer,
      slots,
      layer.map((_, at) => at),
    );
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forth = sweep % 2 === 0;
    for (const layer of forth ? layers : layers.toReversed()) {
      const across = slots.map((slot) => slot.across);
      const wishes = layer.map((id) => {
        const slot = slots[id];
        const both = sweep >= SWEEPS - 2;
        const near = both
          ? [...(slot?.before ?? []), ...(slot?.after ?? [])]
          : ((forth ? slot?.before : slot?.after) ?? []);
        return barycentre(near, across, slot?.across ?? 0);
      });
      settle(layer, slots, wishes);
    }
  }
  const top = Math.min(...slots.map(({ across, breadth }) => across - breadth / 2));
  for (const slot of slots) slot.across -= top;
}

/** Slots for the nodes, and for the bends of every edge that spans layers. */
function makeSlots(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  layer: readonly number[],
): { readonly slots: Slot[]; readonly chains: number[][] } {
  const slots = nodes.map(({ breadth }, node): Slot => ({
    breadth,
    layer: layer[node] ?? 0,
    before: [],
    after: [],
    across: 0,
  }));
  const link = (from: number, to: number): void => {
    slots[from]?.after.push(to);
    slots[to]?.before.push(from);
  };
  const chains = edges.map(({ from, to }) => {
    const chain: number[] = [];
    let last = from;
    for (let at = (layer[from] ?? 0) + 1; at < (layer[to] ?? 0); at += 1) {
      slots.push({ breadth: BEND_BREADTH, layer: at, before: [], after: [], across: 0 });
      chain.push(slots.length - 1);
      link(last, slots.length - 1);
      last = slots.length - 1;
    }
    link(last, to);
    return chain;
  });
  return { slots, chains };
}

/**
 * A layered layout in the manner of Sugiyama, Tagawa and Toda (1981): cycles opened depth first from
 * `first`, layers by longest path, order by barycentres, positions by block averaging.
 * Deterministic; meant for nets of up to some hundred nodes.
 */
export function layeredLayout(
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
  first: readonly number[],
): Layout {
  const reversed = acyclic(nodes.length, edges, first);
  const forward = edges.map(({ from, to }, index) =>
    reversed[index] === true ? { from: to, to: from } : { from, to },
  );
  const layer = layersOf(nodes.length, forward);
  const { slots, chains } = makeSlots(nodes, forward, layer);
  const layers = Array.from({ length: Math.max(-1, ...layer) + 1 }, (): number[] => []);
  for (const [id, slot] of slots.entries()) layers[slot.layer]?.push(id);
  positionAcross(order(layers, slots), slots);
  const lengths = layers.map((ids) => Math.max(0, ...ids.map((id) => nodes[id]?.length ?? 0)));
  let end = 0;
  const centres = lengths.map((length) => {
    const centre = end + length / 2;
    end += length + LAYER_GAP;
    return centre;
  });
  const point = (id: number): LayoutPoint => {
    const slot = slots[id];
    return { along: centres[slot?.layer ?? 0] ?? 0, across: slot?.across ?? 0 };
  };
  return {
    nodes: nodes.map((_, node) => point(node)),
    bends: chains.map((chain, index) =>
      (reversed[index] === true ? chain.toReversed() : chain).map(point),
    ),
    length: Math.max(0, end - LAYER_GAP),
    breadth: Math.max(0, ...slots.map(({ across, breadth }) => across + breadth / 2)),
  };
}
