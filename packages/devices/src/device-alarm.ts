/**
 * What is wrong with a device beyond its readings. The set is closed.
 *
 * - `disobeyed`: read-back or measurement does not follow the set point in time.
 * - `blind`: nobody is sure of a set point any more and the device's own fallback is worse than its
 *   safe value, so the safe value is being kept up.
 * - `not-safe`: the safe value could not be written yet.
 * - `not-released`: control could not be handed back yet.
 * - `left-over`: a set point of before the restart is still in force.
 * - `budget`: the writes of a register that wears out are used up for now.
 * - `fallback-above-limit`: what the device does on loss is beyond its nameplate or the installation.
 * - `store`: counted writes cannot be kept on disk, so registers that wear out are not written.
 * - `disabled-block`: registers the device says it does not have are left out.
 */
export type DeviceAlarmCode =
  | 'disobeyed'
  | 'blind'
  | 'not-safe'
  | 'not-released'
  | 'left-over'
  | 'budget'
  | 'fallback-above-limit'
  | 'store'
  | 'disabled-block';

/** One thing a person should know about a device. */
export interface DeviceAlarm {
  readonly code: DeviceAlarmCode;
  /** The control, or the name of the block, it is about. */
  readonly subject: string;
  readonly severity: 'warning' | 'critical';
  /** A sentence for people. */
  readonly text: string;
}

const CRITICAL: ReadonlySet<DeviceAlarmCode> = new Set([
  'disobeyed',
  'blind',
  'not-safe',
  'fallback-above-limit',
]);

/** The alarms of one device, each once by code and subject. */
export class DeviceAlarms {
  private readonly raised = new Map<string, DeviceAlarm>();

  /** @param changed told of each alarm that was not raised with this text before. */
  constructor(private readonly changed: (alarm: DeviceAlarm) => void = () => undefined) {}

  raise(code: DeviceAlarmCode, subject: string, text: string): void {
    const key = `${code}/${subject}`;
    if (this.raised.get(key)?.text === text) return;
    const severity = CRITICAL.has(code) ? 'critical' : 'warning';
    const alarm = { code, subject, severity, text } as const;
    this.raised.set(key, alarm);
    this.changed(alarm);
  }

  clear(code: DeviceAlarmCode, subject: string): void {
    this.raised.delete(`${code}/${subject}`);
  }

  /** Whether it is raised now. */
  has(code: DeviceAlarmCode, subject: string): boolean {
    return this.raised.has(`${code}/${subject}`);
  }

  list(): readonly DeviceAlarm[] {
    return [...this.raised.values()];
  }
}
