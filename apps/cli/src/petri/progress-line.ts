import type { ExplorationProgress } from '@microgrid/petri/analysis';
import type { CommandStreams } from '../command-context.js';

/** Work shorter than this shows no line. */
const FIRST_MS = 1000;
const EVERY_MS = 200;

/** One line on a terminal that is written over and cleared; on anything else nothing. */
export class ProgressLine {
  private readonly start: number;
  private nextAt: number;
  private shown = false;

  constructor(
    private readonly terminal: CommandStreams['stderr'],
    private readonly now: () => number,
  ) {
    this.start = now();
    this.nextAt = this.start + FIRST_MS;
  }

  /** Shows how far an exploration is. */
  show({ states, expandedStates, firings }: ExplorationProgress): void {
    if (this.terminal.isTTY !== true) return;
    const at = this.now();
    if (at < this.nextAt) return;
    this.nextAt = at + EVERY_MS;
    const seconds = (at - this.start) / 1000;
    const parts = [
      `${thousands(states)} states`,
      `${thousands(states - expandedStates)} waiting`,
      ...(firings > 0 ? [`${thousands(firings)} firings`] : []),
      `${seconds.toFixed(0)} s`,
    ];
    this.shown = true;
    this.terminal.write(`\r\u001b[2K${parts.join(', ')}`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.shown) this.terminal.write('\r\u001b[2K');
    this.shown = false;
  }
}

/** An integer with commas between thousands. */
export function thousands(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}
