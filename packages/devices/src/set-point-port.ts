import type { ControlSafety } from './control-safety.js';
import type { ResolvedFallback } from './profile-fallback.js';

/** What became of one write on the wire. */
export type WriteResult =
  | { readonly kind: 'done' }
  /** Accepted and in progress (Modbus exception 5): never sent again, looked at later. */
  | { readonly kind: 'in-progress' }
  /** Not written, or not known; `lasting` = sending it again would fail in the same way. */
  | { readonly kind: 'failed'; readonly cause: string; readonly lasting?: boolean };

/** One write of a set point or a release. */
export interface SetPointWrite {
  /** Where it goes; writes with equal `place` replace each other. */
  readonly place: string;
  /** What it carries: equal content at the same place is the same write. */
  readonly content: string;
  /** Pause after it before the next one, ms. */
  readonly delayMs?: number;
  send(): Promise<WriteResult>;
  /** It wears out although the control does not: written where it does not stand, never refreshed. */
  readonly once?: boolean;
  /** It can never be read back: what was written last is all that is known of it. */
  readonly unreadable?: boolean;
  /** Whether the device holds it already; undefined = it cannot be asked now. Reads only. */
  stands(): Promise<boolean | undefined>;
}

/** What the device says its set point is. */
export interface SetPointReadBack {
  readonly confirmed: boolean;
  /** In the control's unit; absent where it cannot be told. */
  readonly value?: number;
}

/** Writes in their order, or why they are not known now. */
export type SetPointPlan = readonly SetPointWrite[] | { readonly reason: string };

/** One control as a keeper sees it: a driver's part of the work. Booleans are 1 and 0. */
export interface SetPointPort {
  readonly control: string;
  readonly bool: boolean;
  /** Facts; asked before each use, since the device may tell some of them later. */
  readonly facts: Pick<
    ControlSafety,
    'storage' | 'risk' | 'expiryMs' | 'refreshMs' | 'responseMs' | 'minimumDwellMs' | 'writesPerDay'
  >;
  /** What the device falls back to; undefined = it has not told. */
  fallback(): ResolvedFallback;
  /** The control's own safe value; undefined = the device has not told it. */
  safeValue(): number | undefined;
  /** Whether a value bounds nothing, as a limit at its maximum: its lapse simply hands back. */
  unrestricted(value: number): boolean;
  /** Fallback first, set point next, what makes it effective last. */
  plan(value: number): SetPointPlan;
  planRelease(): SetPointPlan;
  /** Reads back what `plan(value)` wrote; undefined = the device cannot be asked now. */
  readBack(value: number): Promise<SetPointReadBack | undefined>;
}
