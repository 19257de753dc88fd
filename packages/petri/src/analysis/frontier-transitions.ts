import { BLOCK_MASK, BLOCK_SHIFT } from './state-store.js';

/** For states that are not expanded yet: the transition by which each was found first. */
export class FrontierTransitions {
  private readonly blocks: (Int32Array | undefined)[] = [];
  private spare: Int32Array | undefined;
  private live = 0;

  /** Bytes taken. */
  get bytes(): number {
    return this.live << (BLOCK_SHIFT + 2);
  }

  /** Notes the transition of a state. */
  note(state: number, transition: number): void {
    const block = this.blocks[state >>> BLOCK_SHIFT] ?? this.add(state >>> BLOCK_SHIFT);
    block[state & BLOCK_MASK] = transition;
  }

  private add(index: number): Int32Array {
    const block = this.spare ?? new Int32Array(1 << BLOCK_SHIFT);
    this.spare = undefined;
    this.blocks[index] = block;
    this.live += 1;
    return block;
  }

  /** The transition of a state that was noted and not dropped. */
  of(state: number): number {
    return this.blocks[state >>> BLOCK_SHIFT]?.[state & BLOCK_MASK] ?? 0;
  }

  /** Gives up what is known of the states before `state`. */
  dropBefore(state: number): void {
    for (let index = (state >>> BLOCK_SHIFT) - 1; this.blocks[index] !== undefined; index -= 1) {
      this.spare = this.blocks[index];
      this.blocks[index] = undefined;
      this.live -= 1;
    }
  }
}
