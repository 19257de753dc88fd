/** What was wrong: a site's description, the instant stepped to, or a set point. */
export type PlantErrorCode = 'bad-config' | 'bad-instant' | 'bad-set-point';

/** The one error of this package: the message names the path, the value found and what was expected. */
export class PlantError extends Error {
  override readonly name = 'PlantError';

  constructor(
    readonly code: PlantErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Whether an unknown thrown value is a {@link PlantError}. */
export function isPlantError(error: unknown): error is PlantError {
  return error instanceof PlantError;
}
