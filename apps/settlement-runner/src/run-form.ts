import { manifestObject } from './run-directory.js';
import { INPUTS } from './run-layout.js';

/** In which form a run is written; the manifest says so, so that verify makes it the same way again. */
export interface RunForm {
  /** The inputs lie outside the run, by their hash, in a directory that several runs share. */
  readonly externalInputs: boolean;
  /** Each member has a table of its intervals. */
  readonly intervalTables: boolean;
}

/** A run that holds everything. */
export const WHOLE_RUN: RunForm = { externalInputs: false, intervalTables: true };

/** What the manifest says of the form; nothing of a whole run's. */
export function formFields({
  externalInputs,
  intervalTables,
}: RunForm): Readonly<Record<string, boolean>> {
  return {
    ...(externalInputs && { externalInputs }),
    ...(!intervalTables && { intervalTables }),
  };
}

/** Whether a manifest says that the inputs lie outside the run. */
export function saysExternalInputs(
  manifest: Readonly<Record<string, unknown>> | undefined,
): boolean {
  return manifest?.['externalInputs'] === true;
}

/**
 * The form of a run that may have been changed: told by what is there and what the manifest lists, so
 * that a changed mark in the manifest is found instead of believed.
 * @param external whether a directory of external inputs is at hand.
 */
export function formOfRun(
  manifest: Readonly<Record<string, unknown>> | undefined,
  files: readonly string[],
  external: boolean,
): RunForm {
  const listed = manifest === undefined ? files : Object.keys(manifestObject(manifest, 'files'));
  const holdsInputs = files.some((file) => file.startsWith(INPUTS));
  return {
    externalInputs: saysExternalInputs(manifest) || (external && !holdsInputs),
    intervalTables: listed.some((file) => /^statements\/.+\.csv$/.test(file)),
  };
}
