/**
 * What was wrong. The set is closed.
 *
 * - `unknown-site`: a site that is not simulated was asked for.
 * - `bad-options`: the simulator was started with options that cannot work.
 * - `closed`: it was closed before.
 */
export type SimulatorErrorCode = 'unknown-site' | 'bad-options' | 'closed';

/** The one error of this package; the plant's and the server's own errors pass through. */
export class SimulatorError extends Error {
  override readonly name = 'SimulatorError';

  constructor(
    readonly code: SimulatorErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link SimulatorError}. */
export function isSimulatorError(error: unknown): error is SimulatorError {
  return error instanceof SimulatorError;
}
