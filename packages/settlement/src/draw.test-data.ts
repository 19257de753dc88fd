/** Numbers of a seed (mulberry32): thousands of communities in a second, the same on every machine. */
export class Draw {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A whole number from 0 to `most`, at most 2^53 - 1. */
  whole(most: number): number {
    const fraction = this.bits() * 2 ** -32 + (this.bits() >>> 11) * 2 ** -53;
    return Math.min(most, Math.floor(fraction * (most + 1)));
  }

  /** True once in `times`; never of infinitely many. */
  once(times: number): boolean {
    return times !== Infinity && this.whole(times - 1) === 0;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.whole(from.length - 1)] as T;
  }

  /** One of the values, each as often as its weight says. */
  weighted<T>(...from: readonly (readonly [weight: number, value: () => T])[]): T {
    let left = this.whole(from.reduce((sum, [weight]) => sum + weight, 0) - 1);
    for (const [weight, value] of from) {
      if (left < weight) return value();
      left -= weight;
    }
    throw new Error('weights: expected one above 0');
  }

  /** The fields that a draw decides for, each once in `times`. */
  some(times: number, fields: Readonly<Record<string, () => unknown>>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(fields).flatMap(([name, value]) =>
        this.once(times) ? [[name, value()] as const] : [],
      ),
    );
  }

  shuffled<T>(from: readonly T[]): T[] {
    const out = [...from];
    for (let index = out.length - 1; index > 0; index--) {
      const other = this.whole(index);
      [out[index], out[other]] = [out[other] as T, out[index] as T];
    }
    return out;
  }

  /** Cuts a list into parts of at least one, at most `most` of them; none from an empty list. */
  parts<T>(from: readonly T[], most: number): T[][] {
    const parts = Array.from({ length: 1 + this.whole(most - 1) }, (): T[] => []);
    for (const one of from) this.pick(parts).push(one);
    return parts.filter(({ length }) => length > 0);
  }

  private bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  }
}
