import type { CommandV1, DeviceDescriptionV1, ReadingV1 } from '@microgrid/events';
import type { CommandOutcome } from './command-outcome.js';

/**
 * One opened device. It owns no timer: everything that has to happen in time (refresh of set
 * points, their release when a command lapses, a new attempt to identify the device) happens inside
 * {@link Device.read}, so poll it at least four times within the shortest `expiresAfterMs` of its
 * controls.
 */
export interface Device {
  /**
   * What the device is and can do. Ratings that are read from the device appear once it has
   * answered, and with them the controls that depend on them: ask again before each use.
   */
  readonly description: DeviceDescriptionV1;

  /**
   * One poll: one reading for each point of the description. `at` is when the value was really
   * read, so a point polled at a lower rate repeats its last reading with its own `at`. What cannot be read is `bad` with a cause and has no value.
   * Never rejects for trouble on the wire.
   * @throws DevicesError (as a rejection) `closed` after {@link Device.close}.
   */
  read(signal?: AbortSignal): Promise<readonly ReadingV1[]>;

  /**
   * Applies a set point until its `validForMs` has passed on the monotonic clock, counted from this
   * call. Refused are: another audience, a sequence not above the last accepted one, an unknown
   * control, a value of the wrong type. A value outside the description's limits is brought to the
   * nearest one inside (towards zero between zero and a charger's minimum), and the outcome says so. Repeating the last
   * accepted command by its id returns its outcome again. Never rejects for trouble on the wire.
   * @throws DevicesError (as a rejection) `closed` after {@link Device.close}.
   */
  command(command: CommandV1): Promise<CommandOutcome>;

  /** Hands control back to the device's own logic; does nothing if nothing was commanded. Never rejects. */
  release(): Promise<void>;

  /** Releases, then gives the device up; the transport stays open. Idempotent. */
  close(): Promise<void>;
}
