import type { Json } from '@microgrid/events';
import type { DriverStore } from './driver-store.js';

/** A set point that the device keeps for ever, as the next run must know it. */
export interface HeldNote {
  readonly value: number;
  /** Safe value of its command; undefined = the control's own. */
  readonly safeValue: number | undefined;
  /** For how long its command was valid, ms. */
  readonly validForMs: number;
}

const keyOf = (control: string): string => `held/${control}`;

/** What an earlier run left in force; undefined where it left nothing. @throws what the store throws. */
export async function readHeldNote(
  store: DriverStore,
  control: string,
): Promise<HeldNote | undefined> {
  const stored = await store.get(keyOf(control));
  if (typeof stored !== 'object' || stored === null) return undefined;
  const { value, safeValue, validForMs } = stored as Record<keyof HeldNote, unknown>;
  if (typeof value !== 'number' || typeof validForMs !== 'number') return undefined;
  return { value, safeValue: typeof safeValue === 'number' ? safeValue : undefined, validForMs };
}

/** Notes what is in force, or that nothing is. @throws what the store throws. */
export async function writeHeldNote(
  store: DriverStore,
  control: string,
  note: HeldNote | undefined,
): Promise<void> {
  const json: Json =
    note === undefined
      ? null
      : {
          version: 1,
          value: note.value,
          safeValue: note.safeValue ?? null,
          validForMs: note.validForMs,
        };
  await store.set(keyOf(control), json);
}
