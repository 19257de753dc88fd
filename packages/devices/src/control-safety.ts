import type { ControlName } from './control.js';

/** A set point a table of facts states, or `device` = only the opened device knows it. */
export type SafetyValue = number | boolean | 'device';

/**
 * The facts that the safety of one control rests on. They are about the device, not about a policy.
 */
export interface ControlSafety {
  /** Whether writing wears the device out; `unknown` is treated as `stored`. */
  readonly storage: 'volatile' | 'stored' | 'unknown';
  /** The set point that does least harm when nobody is sure any more, in the control's unit. */
  readonly safeValue: SafetyValue;
  /** What the device does by itself when it hears nothing more. */
  readonly fallback: {
    /**
     * A set point in the control's unit; `unlimited` = as if there were none; `last` = it keeps the
     * last one for ever; `own` = it regulates by its own meter; `unknown` counts as the worst.
     */
    readonly value: SafetyValue | 'unlimited' | 'last' | 'own' | 'unknown';
    /** Whether an installer may have set it to something else. Default false. */
    readonly configurable?: boolean;
  };
  /** The fallback in a sentence for people. */
  readonly onLoss: string;
  /** What may grow beyond bounds when the set point is lost: import, export, or either. */
  readonly risk: 'import' | 'export' | 'both';
  /** After this long without a write the device falls back by itself, ms; absent: it never does. */
  readonly expiryMs?: number;
  /** How often the set point is rewritten while it holds, ms; absent: it is written on change only. */
  readonly refreshMs?: number;
  /** Longest time from a write until reading back shows it, ms. */
  readonly responseMs: number;
  /** Least time between two different set points, ms; 0 = none. */
  readonly minimumDwellMs: number;
  /** Most writes in any 24 h; `unlimited` only where writing does not wear. */
  readonly writesPerDay: number | 'unlimited';
  /** What is written to hand control back, in order, in a sentence each; empty = nothing need be. */
  readonly release: readonly string[];
  /** How sure the author is; default `verified`. */
  readonly confidence?: 'verified' | 'high' | 'medium' | 'believed';
}

/** The facts of every control, by its name. */
export type SafetyTable = Readonly<Partial<Record<ControlName, ControlSafety>>>;

/** Least time between two set points of a register that wears out, unless its author states otherwise. */
export const STORED_DWELL_MS = 300_000;

/** Writes that a register which wears out, or may, bears a day unless its author states otherwise. */
export const STORED_WRITES_PER_DAY = 24;
