import type { DeviceDescriptionV1, IntervalV1, ReadingV1 } from '@microgrid/events';
import type { Observable } from 'rxjs';
import type { CommandOutcome } from './command-outcome.js';
import type { SafetyTable } from './control-safety.js';
import type { DeviceAlarm } from './device-alarm.js';
import type { DeviceCommand } from './device-command.js';

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
   * Every batch of readings as it becomes known: each poll's, and between polls what the device
   * pushed by itself. Hot; completes on {@link Device.close}; never errors.
   */
  readonly points$: Observable<readonly ReadingV1[]>;

  /**
   * Intervals that the device measured itself (a utility meter's load profile), each once it is
   * final; after an outage also those of the past. Absent: it measures none. Hot; completes on close.
   */
  readonly intervals$?: Observable<readonly IntervalV1[]>;

  /** What the safety of each control rests on, with what only the device could tell. */
  safety(): SafetyTable;

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
   * nearest one inside (towards zero between zero and a charger's minimum), and the outcome says so.
   * Repeating a recent command by its id returns its outcome again and writes nothing. The last
   * accepted sequence outlives a restart. Never rejects for trouble on the wire.
   * @throws DevicesError (as a rejection) `closed` after {@link Device.close}.
   */
  command(command: DeviceCommand): Promise<CommandOutcome>;

  /**
   * What is wrong beyond the readings now: set points that are not obeyed or cannot be handed back,
   * budgets used up, … Absent: the driver has none to tell.
   */
  readonly alarms?: () => readonly DeviceAlarm[];

  /**
   * Tells the device that nobody is sure of its set points any more, as if all commands had lapsed:
   * safe values are written now. Absent: only the end of the commands does so. Never rejects.
   * @param why for the log.
   */
  readonly makeSafe?: (why: string) => Promise<void>;

  /** Hands control back to the device's own logic; does nothing if nothing was commanded. Never rejects. */
  release(): Promise<void>;

  /** Releases, then gives the device up; the transport stays open. Idempotent. */
  close(): Promise<void>;
}
