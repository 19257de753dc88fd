import type { DeviceDescriptionV1 } from '@microgrid/events';
import type { Clock } from './clock.js';
import type { CommandOutcome } from './command-outcome.js';
import type { DeviceCommand } from './device-command.js';
import type { DriverStore } from './driver-store.js';

/** What a gate is made of. */
export interface CommandGateOptions {
  readonly device: string;
  readonly gateway?: string | undefined;
  readonly clock: Clock;
  readonly store: DriverStore;
  /** The description now: its controls are the ones that exist. */
  readonly description: () => DeviceDescriptionV1;
}

/** How long a command holds, on the monotonic clock. */
export interface CommandTime {
  /** When it was received, ms. */
  readonly receivedMs: number;
  /** When it lapses, ms. */
  readonly untilMs: number;
}

const KEY = 'command-gate/last-sequence';
/** Outcomes remembered by id; a repetition later than this is refused by its sequence. */
const REMEMBERED = 64;

const rejected = (reason: string): CommandOutcome => ({ status: 'rejected', reason });

/**
 * What every driver owes its commands: for this device and audience only, each sequence once and
 * over restarts, each id once, one at a time, none after its validity, only controls and kinds of
 * value that exist. It has no timer.
 */
export class CommandGate {
  private last: number | undefined;
  private readonly outcomes = new Map<string, Promise<CommandOutcome>>();
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: CommandGateOptions) {}

  /**
   * Runs a command unless it must not be; the outcome of a repeated id is the first one's.
   * @param apply writes it; its value has the type of its control and is not yet within bounds. What
   *   it throws becomes `failed`.
   */
  run(
    command: DeviceCommand,
    apply: (command: DeviceCommand, time: CommandTime) => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> {
    const known = this.outcomes.get(command.id);
    if (known !== undefined) return known;
    const receivedMs = this.options.clock.monotonicMs();
    const time = { receivedMs, untilMs: receivedMs + command.validForMs };
    const outcome = this.exclusively(() => this.judge(command, time, apply));
    this.remember(command.id, outcome);
    return outcome;
  }

  /** Runs other work that writes to the device (refresh, release) between two commands. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work, work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private remember(id: string, outcome: Promise<CommandOutcome>): void {
    this.outcomes.set(id, outcome);
    const [oldest] = this.outcomes.keys();
    if (this.outcomes.size > REMEMBERED && oldest !== undefined) this.outcomes.delete(oldest);
  }

  private async judge(
    command: DeviceCommand,
    time: CommandTime,
    apply: (command: DeviceCommand, time: CommandTime) => Promise<CommandOutcome>,
  ): Promise<CommandOutcome> {
    const { clock, store } = this.options;
    try {
      this.last ??= await this.stored();
      const refusal = this.refusal(command, this.last);
      if (refusal !== undefined) {
        // It was not taken, so the same id may come again, rightly addressed.
        this.outcomes.delete(command.id);
        return rejected(refusal);
      }
      if (clock.monotonicMs() >= time.untilMs) {
        return {
          status: 'expired',
          reason: `valid for ${command.validForMs} ms, which have passed`,
        };
      }
      // Stored before anything is written: after a crash half-way it must not be taken again.
      await store.set(KEY, command.sequence);
      this.last = command.sequence;
      return await apply(command, time);
    } catch (error) {
      return { status: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  private async stored(): Promise<number> {
    const value = await this.options.store.get(KEY);
    return typeof value === 'number' ? value : -Infinity;
  }

  private refusal(command: DeviceCommand, last: number): string | undefined {
    const { device, gateway, description } = this.options;
    if (command.device !== device) return `meant for device ${command.device}, this is ${device}`;
    if (command.audience !== device && command.audience !== gateway) {
      return `meant for ${command.audience}, expected ${gateway ?? device}`;
    }
    if (command.sequence <= last) {
      return `sequence ${command.sequence} is not above the last one, ${last}`;
    }
    const control = description().controls.find(({ id }) => id === command.control);
    if (control === undefined) return `${device} has no control ${command.control}`;
    return wrongValue(command, control.unit === 'bool');
  }
}

function wrongValue({ control, value, safeValue }: DeviceCommand, bool: boolean) {
  for (const [name, given] of [
    [control, value],
    [`${control}.safeValue`, safeValue ?? value],
  ] as const) {
    if (bool !== (typeof given === 'boolean')) {
      return `${name}: got ${String(given)}, expected ${bool ? 'true or false' : 'a number'}`;
    }
    if (typeof given === 'number' && !Number.isFinite(given)) {
      return `${name}: got ${given}, expected a finite number`;
    }
  }
  return undefined;
}
