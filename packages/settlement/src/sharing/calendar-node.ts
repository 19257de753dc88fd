import type { CalendarRows } from './calendar-rows.js';
import type { KeyNode } from './key-node.js';

/** In each interval the key of the row that holds then. */
export class CalendarNode implements KeyNode {
  constructor(
    private readonly rows: CalendarRows,
    private readonly nodes: readonly KeyNode[],
  ) {}

  share(
    interval: number,
    claims: Float64Array,
    total: number,
    pool: number,
    shares: Float64Array,
    parts: Float64Array | undefined,
  ): number {
    const node = this.nodes[this.rows.at(interval)] as KeyNode;
    return node.share(interval, claims, total, pool, shares, parts);
  }

  reach(interval: number, mask: Uint8Array): void {
    (this.nodes[this.rows.at(interval)] as KeyNode).reach(interval, mask);
  }
}
