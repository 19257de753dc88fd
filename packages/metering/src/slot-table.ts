/** Which row fills a (slot, point) pair: dense while the file is dense, a map when it is sparse. */
export class SlotTable {
  private readonly dense: Int32Array | undefined;
  private readonly sparse = new Map<number, number>();

  constructor(
    slots: number,
    private readonly points: number,
    rows: number,
  ) {
    const cells = slots * points;
    // A file with one row a century apart must not cost memory for the century.
    if (cells <= rows * 4 + 1_000_000) this.dense = new Int32Array(cells);
  }

  /** Enters a row. @returns the row that was there before, or -1. */
  enter(slot: number, point: number, row: number): number {
    const cell = slot * this.points + point;
    const before = this.rowAt(cell);
    if (before >= 0) return before;
    if (this.dense) this.dense[cell] = row + 1;
    else this.sparse.set(cell, row + 1);
    return -1;
  }

  /** The row at a slot and point, or -1; slots outside the table are empty. */
  row(slot: number, point: number): number {
    return slot < 0 ? -1 : this.rowAt(slot * this.points + point);
  }

  private rowAt(cell: number): number {
    return ((this.dense ? this.dense[cell] : this.sparse.get(cell)) ?? 0) - 1;
  }
}
