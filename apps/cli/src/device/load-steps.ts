import {
  measureLoad,
  type SiteSample,
  type StepTest,
  type StepWindow,
} from '@microgrid/control/commissioning';
import type { CommissioningFile } from './commissioning-file.js';
import { pause } from './duration.js';
import { systemClock } from './system-clock.js';

/** Something that can be switched: by the person, or by command. */
export interface SwitchedLoad {
  readonly id: string;
  readonly label: string;
  readonly phase?: 1 | 2 | 3 | 'all';
  readonly watts?: number;
  readonly accuracy?: number;
  /** @returns `done`, `skip` to leave this load out, or why it did not work. */
  readonly turn: (on: boolean) => Promise<'done' | 'skip' | { readonly failed: string }>;
}

/** A load that was measured, or why it was not. */
export type SteppedLoad =
  { readonly test: StepTest } | { readonly load: string; readonly skipped: string };

/** What measuring needs of its surroundings. */
export interface StepSurroundings {
  readonly file: CommissioningFile;
  readonly gridMeter: string;
  readonly sample: () => Promise<SiteSample>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** Switchings after which a load is judged for the first time, and again after each two more. */
const FIRST_LOOK = 4;

async function takeWindow(on: boolean, around: StepSurroundings): Promise<StepWindow> {
  const { intervalMs, samples, settleMs } = around.file.sampling;
  await pause(settleMs, around.signal);
  const taken: SiteSample[] = [];
  for (let count = 0; count < samples && !around.signal.aborted; count += 1) {
    const startMs = systemClock.monotonicMs();
    taken.push(await around.sample());
    await pause(intervalMs - (systemClock.monotonicMs() - startMs), around.signal);
  }
  return { on, samples: taken };
}

/** Switches a load until it is measured beyond doubt, or the patience stated in the file is over. */
export async function stepLoad(load: SwitchedLoad, around: StepSurroundings): Promise<SteppedLoad> {
  const { file, gridMeter, signal, say } = around;
  const { phases } = file.site;
  const windows: StepWindow[] = [];
  const declaredPhase = load.phase ?? (phases === 1 ? 1 : undefined);
  const test: StepTest = {
    load: load.id,
    ...(declaredPhase === undefined ? {} : { declaredPhase }),
    ...(load.watts === undefined ? {} : { declaredWatts: load.watts }),
    ...(load.accuracy === undefined ? {} : { declaredAccuracy: load.accuracy }),
    windows,
  };
  for (let switching = 0; switching <= file.sampling.mostSwitchings; switching += 1) {
    const on = switching % 2 === 1;
    const turned = await load.turn(on);
    if (turned === 'skip') return { load: load.id, skipped: 'left out' };
    if (turned !== 'done') return { load: load.id, skipped: turned.failed };
    windows.push(await takeWindow(on, around));
    if (signal.aborted) return { load: load.id, skipped: 'interrupted' };
    if (switching < FIRST_LOOK || switching % 2 === 1) continue;
    const { unsure } = measureLoad(test, { gridMeter, phases });
    if (unsure === undefined) break;
    say(`${load.label}: not sure yet (${unsure}); once more`);
  }
  if (windows.at(-1)?.on === true) await load.turn(false);
  return { test };
}
