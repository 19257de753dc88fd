import { LONGEST_READ } from './read-plan.js';

/** Cuts so many registers into the pieces that one request each can read. */
export function chunksOf(count: number): { readonly start: number; readonly count: number }[] {
  return Array.from({ length: Math.ceil(count / LONGEST_READ) }, (_, index) => {
    const start = index * LONGEST_READ;
    return { start, count: Math.min(LONGEST_READ, count - start) };
  });
}
