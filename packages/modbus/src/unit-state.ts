import type { DisabledBlock, ReadRequest, UnitStatus } from './bus.js';
import type { ResolvedUnitOptions } from './bus-options.js';
import { CircuitBreaker, type UnitFailure } from './circuit-breaker.js';
import { ReadShare } from './read-share.js';
import type { Transaction } from './transaction.js';

/** A block that is not there is asked for again after a day: firmware changes. */
const reprobeMs = 24 * 3_600_000;

interface Disabled extends DisabledBlock {
  readonly untilMs: number;
}

/** What a bus knows of one unit. */
export class UnitState {
  readonly breaker: CircuitBreaker;
  readonly share: ReadShare;
  /** Requests of this unit on the wire. */
  inFlight = 0;
  /** The write that is not done yet: no other write of this unit may overtake it. */
  writing: Transaction | undefined;
  /** Turn in which it was served last; the one that waited longest comes first. */
  servedTurn = 0;
  /** When it last answered, monotonic; it counts as a user of the line for a while. */
  answeredMs = -Infinity;
  readonly #disabled = new Map<string, Disabled>();

  constructor(
    readonly unit: number,
    readonly options: ResolvedUnitOptions,
  ) {
    this.breaker = new CircuitBreaker(options.breaker);
    this.share = new ReadShare(options.cacheMs);
  }

  /** How many requests may be in flight while this unit is asked; one while it is being tried. */
  get pipelining(): number {
    return this.breaker.isTrying ? 1 : this.options.pipelining;
  }

  /** The block as it was disabled, if it is not to be asked for now. */
  disabledBlock(request: ReadRequest, nowMs: number): DisabledBlock | undefined {
    if (this.#disabled.size === 0) return undefined;
    const key = keyOf(request);
    const block = this.#disabled.get(key);
    if (block === undefined || block.untilMs > nowMs) return block;
    this.#disabled.delete(key);
    return undefined;
  }

  /** The device does not have this block. */
  disable({ table, address, count }: ReadRequest, name: string, nowMs: number): void {
    const block = { name, table, address, count, untilMs: nowMs + reprobeMs };
    this.#disabled.set(keyOf(block), block);
  }

  /** The unit answered. */
  answered(nowMs: number): void {
    this.answeredMs = nowMs;
    // After an absence it may have booted with other blocks, or with other values.
    if (this.breaker.succeed()) this.forget();
  }

  /** Nothing known of the device's registers holds any more. */
  forget(): void {
    this.#disabled.clear();
    this.share.forget();
  }

  status(nowMs: number): UnitStatus {
    const { failures, last } = this.breaker;
    const retryInMs = this.breaker.waitMs(nowMs);
    const disabledBlocks = [...this.#disabled.values()].map(({ untilMs: _, ...block }) => block);
    return {
      state: stateOf(failures, retryInMs, this.answeredMs),
      failures,
      ...failureOf(last),
      ...(retryInMs > 0 ? { retryInMs } : {}),
      disabledBlocks,
    };
  }
}

function stateOf(failures: number, retryInMs: number, answeredMs: number): UnitStatus['state'] {
  if (retryInMs > 0) return 'unavailable';
  if (failures > 0) return 'suspect';
  return answeredMs === -Infinity ? 'untried' : 'good';
}

function failureOf(last: UnitFailure | undefined): Partial<UnitFailure> {
  return last ?? {};
}

function keyOf({ table, address, count }: ReadRequest): string {
  return `${table} ${address} ${count}`;
}
