import type { Clock } from './clock.js';
import { STORED_WRITES_PER_DAY } from './control-safety.js';
import type { DriverStore } from './driver-store.js';
import type { SetPointPlan, SetPointPort, SetPointWrite } from './set-point-port.js';
import { WriteLedger } from './write-ledger.js';

/**
 * What the writes of one control cost the device's memory: those of a control that wears out, and
 * those of a volatile one that wear out all the same, each within a budget of its own.
 */
export class WriteWear {
  private readonly ledger: WriteLedger;
  private readonly onceLedger: WriteLedger;

  constructor(
    private readonly port: SetPointPort,
    store: DriverStore,
    clock: Clock,
  ) {
    const key = `writes/${port.control}`;
    this.ledger = new WriteLedger({ perDay: port.facts.writesPerDay, store, key, clock });
    const perDay = STORED_WRITES_PER_DAY;
    this.onceLedger = new WriteLedger({ perDay, store, key: `${key}/once`, clock });
  }

  /** Whether writing the control wears the device out, or may. */
  get wears(): boolean {
    return this.port.facts.storage !== 'volatile';
  }

  /** Reads what earlier runs counted. @throws what the store throws. */
  async open(): Promise<void> {
    await this.ledger.open();
    await this.onceLedger.open();
  }

  /** Keeps the counts right over corrections of the wall clock; trouble waits for the next write. */
  async settle(): Promise<void> {
    await this.ledger.settle().catch(() => undefined);
    await this.onceLedger.settle().catch(() => undefined);
  }

  /** How long ago the control was written last, ms; Infinity where writing does not wear. */
  sinceLastMs(): number {
    return this.wears ? this.ledger.sinceLastMs() : Infinity;
  }

  /** Whether the writes are within the budgets, so many of them kept back. */
  affords(writes: readonly SetPointWrite[], keptBack: number): boolean {
    const once = writes.filter((write) => write.once === true).length;
    if (this.wears) return writes.length <= this.ledger.left() - keptBack;
    return once <= this.onceLedger.left() && writes.length - once <= this.ledger.left() - keptBack;
  }

  /** Counts one write, on disk when it resolves. @throws what the store throws. */
  async count(write: SetPointWrite): Promise<void> {
    await (write.once === true && !this.wears ? this.onceLedger : this.ledger).spend(1);
  }

  /** Writes kept back from commands, so that safe value and release can still be written. */
  keptBack(): number {
    const { port } = this;
    const { writesPerDay } = port.facts;
    if (writesPerDay === 'unlimited') return 0;
    const safe = port.safeValue();
    const count = (plan: SetPointPlan): number => ('reason' in plan ? 0 : plan.length);
    const needed = (safe === undefined ? 0 : count(port.plan(safe))) + count(port.planRelease());
    return Math.min(needed, Math.floor(writesPerDay / 2));
  }

  /**
   * Those of the writes that wear something out and do not stand in the device yet, and all others;
   * undefined where what stands cannot be read.
   * @param known what was written last, by place; for registers that cannot be read back.
   */
  async due(
    writes: readonly SetPointWrite[],
    known: ReadonlyMap<string, string> | undefined,
  ): Promise<readonly SetPointWrite[] | undefined> {
    const due: SetPointWrite[] = [];
    for (const write of writes) {
      let stands: boolean | undefined = false;
      if (write.unreadable === true) {
        stands = this.wears && known?.get(write.place) === write.content;
      } else if (this.wears || write.once === true) stands = await write.stands();
      if (stands === undefined) return undefined;
      if (!stands) due.push(write);
    }
    return due;
  }
}
