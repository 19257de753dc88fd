import type { Token } from './marking.js';

/** Tokens by sequence number, smallest first; each token at most once. */
export class TokenHeap {
  private readonly heap: Token[] = [];
  private readonly members = new Set<Token>();

  first(): Token | undefined {
    return this.heap[0];
  }

  clear(): void {
    this.heap.length = 0;
    this.members.clear();
  }

  push(token: Token): void {
    if (this.members.has(token)) return;
    this.members.add(token);
    const { heap } = this;
    let at = heap.length;
    heap.push(token);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.sequence <= token.sequence) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = token;
  }

  pop(): void {
    const { heap } = this;
    const gone = heap[0];
    const last = heap.pop();
    if (gone !== undefined) this.members.delete(gone);
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      const smaller = right !== undefined && right.sequence < left.sequence ? right : left;
      if (smaller === right) child += 1;
      if (smaller.sequence >= last.sequence) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}
