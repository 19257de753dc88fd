import type { Clock } from '@microgrid/devices';
import type { HanLink } from './han-link.js';
import { EMI_REGISTERS, type EmiRegister } from './emi-register.js';

/** The bytes of one register, or why there are none. */
export type RegisterValue =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly cause: string; readonly answered: boolean };

/** A register that the meter refuses, by name. */
export interface DeniedRegister {
  readonly address: number;
  readonly name: string;
  readonly cause: string;
}

/** How many registers and bytes one request asks for at most. A frame holds 250; slow ports less. */
const MOST_REGISTERS = 24;
const MOST_BYTES = 120;
/** Registers between two wanted ones that are read along. A request of its own costs 13 bytes or more. */
const MOST_BRIDGED = 3;
const DAY_MS = 86_400_000;

interface Denial {
  readonly cause: string;
  readonly sinceMs: number;
}

/**
 * Reads registers in runs of neighbours. Each register has an access right of its own that the
 * network operator sets: where a run is refused its registers are read one by one, the refused ones
 * are remembered by name, left out, and tried again once a day.
 */
export class RegisterReader {
  private readonly denied = new Map<number, Denial>();
  /** Whether the meter has the registers of three phases. */
  threePhase = false;

  constructor(
    private readonly link: HanLink,
    private readonly clock: Clock,
  ) {}

  /** Registers the meter refuses now. */
  get refused(): readonly DeniedRegister[] {
    return [...this.denied].map(([address, { cause }]) => ({
      address,
      name: EMI_REGISTERS.get(address)?.name ?? String(address),
      cause,
    }));
  }

  /** All refusals are forgotten: the meter may be another one. */
  forget(): void {
    this.denied.clear();
  }

  /**
   * Reads registers.
   * @returns a value or a reason for each; once the meter does not answer at all, the rest is not asked for
   */
  async read(
    registers: readonly EmiRegister[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, RegisterValue>> {
    const values = new Map<number, RegisterValue>();
    const wanted = registers.filter((register) => {
      const denial = this.denialOf(register.address);
      if (denial === undefined) return true;
      values.set(register.address, { ok: false, cause: denial.cause, answered: true });
      return false;
    });
    let lost: string | undefined;
    for (const run of runs(wanted, (address) => this.alongside(address))) {
      if (lost === undefined) lost = await this.readRun(run, values, signal);
      else for (const { address } of run) values.set(address, unanswered(lost));
    }
    return values;
  }

  /** A register that may be read along with its neighbours: one the meter surely has and gives. */
  private alongside(address: number): EmiRegister | undefined {
    const register = EMI_REGISTERS.get(address);
    if (register === undefined || this.denied.has(address)) return undefined;
    return register.threePhase && !this.threePhase ? undefined : register;
  }

  private denialOf(address: number): Denial | undefined {
    const denial = this.denied.get(address);
    if (denial === undefined || this.clock.monotonicMs() - denial.sinceMs < DAY_MS) return denial;
    this.denied.delete(address);
    return undefined;
  }

  /** @returns why the meter does not answer, or undefined when it does */
  private async readRun(
    run: readonly EmiRegister[],
    values: Map<number, RegisterValue>,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const [first] = run;
    if (first === undefined) return undefined;
    const result = await this.link.readRegisters(first.address, run.length, signal);
    if (result.ok) {
      const cause = cut(run, result.bytes, values);
      if (cause === undefined) return undefined;
      // A length that does not fit says nothing about which register is longer than thought.
      if (run.length > 1) return this.readSingly(run, values, signal);
      values.set(first.address, { ok: false, cause, answered: true });
      return undefined;
    }
    const { cause, answered, exceptionCode } = result.failure;
    if (!answered) {
      for (const { address } of run) values.set(address, unanswered(cause));
      return cause;
    }
    if (run.length > 1) return this.readSingly(run, values, signal);
    if (exceptionCode !== undefined && isRefusal(exceptionCode)) {
      this.denied.set(first.address, { cause, sinceMs: this.clock.monotonicMs() });
    }
    values.set(first.address, { ok: false, cause, answered: true });
    return undefined;
  }

  private async readSingly(
    run: readonly EmiRegister[],
    values: Map<number, RegisterValue>,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    let lost: string | undefined;
    for (const register of run) {
      if (lost === undefined) lost = await this.readRun([register], values, signal);
      else values.set(register.address, unanswered(lost));
    }
    return lost;
  }
}

/** 1 and 2 are what meters of the first edition answer for a register they do not have. */
const isRefusal = (code: number): boolean => code <= 3 || (code >= 0x81 && code <= 0x84);

const unanswered = (cause: string): RegisterValue => ({ ok: false, cause, answered: false });

/** Splits a reply into its registers. @returns why it cannot be the reply, or undefined */
function cut(
  run: readonly EmiRegister[],
  bytes: Uint8Array,
  values: Map<number, RegisterValue>,
): string | undefined {
  const [only] = run;
  if (run.length === 1 && only?.bytes === undefined && only !== undefined) {
    values.set(only.address, { ok: true, bytes });
    return undefined;
  }
  const length = run.reduce((sum, register) => sum + (register.bytes ?? NaN), 0);
  if (bytes.length !== length && bytes.length !== length + (length % 2)) {
    return `bad reply: ${bytes.length} bytes, expected ${length}`;
  }
  let at = 0;
  for (const { address, bytes: size = 0 } of run) {
    values.set(address, { ok: true, bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return undefined;
}

/**
 * Registers that one request reads, by address: neighbours, and those with a few registers between
 * them that are cheaper read along than asked around.
 * @param bridge a register that may be read along, or undefined
 */
function runs(
  registers: readonly EmiRegister[],
  bridge: (address: number) => EmiRegister | undefined,
): readonly (readonly EmiRegister[])[] {
  const found: EmiRegister[][] = [];
  for (const register of [...registers].sort((a, b) => a.address - b.address)) {
    const run = found.at(-1);
    const between = run === undefined ? undefined : bridgeTo(run, register, bridge);
    if (run === undefined || between === undefined) found.push([register]);
    else run.push(...between, register);
  }
  return found;
}

/** The registers between a run and one more; undefined when that does not fit one request. */
function bridgeTo(
  run: readonly EmiRegister[],
  register: EmiRegister,
  bridge: (address: number) => EmiRegister | undefined,
): readonly EmiRegister[] | undefined {
  const last = run.at(-1)?.address ?? -Infinity;
  const gap = register.address - last - 1;
  if (gap > MOST_BRIDGED) return undefined;
  const between = Array.from({ length: gap }, (_, at) => bridge(last + 1 + at));
  const all = [...run, ...between, register];
  if (all.length > MOST_REGISTERS) return undefined;
  const bytes = all.reduce((sum, each) => sum + (each?.bytes ?? NaN), 0);
  return bytes <= MOST_BYTES ? between.filter((each) => each !== undefined) : undefined;
}
