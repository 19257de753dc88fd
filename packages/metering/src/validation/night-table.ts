import type { EpochMs } from '@microgrid/units';
import { sunElevation } from './sun-elevation.js';

/** A place, and how low the sun must be there for night. */
export interface Dusk {
  readonly latitudeDegrees: number;
  readonly longitudeDegrees: number;
  /** The sun counts as down below this elevation. */
  readonly elevationDegrees: number;
}

/** Intervals are looked up in pieces of so many, so that series of about the same span share them. */
const PIECE = 1024;

/** Which intervals of a place lie wholly in the night; the sun is asked once for all series. */
export class NightTable {
  /** Number of the first known interval, counted from 1970 in lengths of an interval. */
  private first = 0;
  private dark = new Uint8Array(0);

  constructor(
    private readonly dusk: Dusk,
    private readonly resolutionMs: number,
  ) {}

  /** 1 for every interval, from one that starts at a multiple of the resolution, with the sun down at both ends. */
  over(startMs: EpochMs, intervals: number): Uint8Array {
    const from = Math.round(startMs / this.resolutionMs);
    this.cover(from, from + intervals);
    return this.dark.subarray(from - this.first, from - this.first + intervals);
  }

  private cover(from: number, to: number): void {
    const known = this.dark.length;
    const last = this.first + known;
    if (known > 0 && from >= this.first && to <= last) return;
    const start = Math.floor((known > 0 ? Math.min(from, this.first) : from) / PIECE) * PIECE;
    const end = Math.ceil((known > 0 ? Math.max(to, last) : to) / PIECE) * PIECE;
    const grown = new Uint8Array(end - start);
    if (known === 0) this.lookUp(grown, start, start, end);
    else {
      grown.set(this.dark, this.first - start);
      this.lookUp(grown, start, start, this.first);
      this.lookUp(grown, start, last, end);
    }
    this.first = start;
    this.dark = grown;
  }

  private lookUp(into: Uint8Array, first: number, from: number, to: number): void {
    if (from >= to) return;
    let before = this.isDown(from);
    for (let at = from; at < to; at++) {
      const after = this.isDown(at + 1);
      into[at - first] = before && after ? 1 : 0;
      before = after;
    }
  }

  private isDown(interval: number): boolean {
    const { latitudeDegrees, longitudeDegrees, elevationDegrees } = this.dusk;
    const atMs = interval * this.resolutionMs;
    return sunElevation(atMs, latitudeDegrees, longitudeDegrees) < elevationDegrees;
  }
}
