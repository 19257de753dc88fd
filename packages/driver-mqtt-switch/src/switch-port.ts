import type {
  DriverStore,
  ResolvedFallback,
  SetPointPlan,
  SetPointPort,
  SetPointReadBack,
  SetPointWrite,
  WriteResult,
} from '@microgrid/devices';
import type { MqttSwitchConfig } from './config.js';
import { pulseTimeCode } from './pulse-time.js';
import type { ReportedState } from './reported-state.js';
import { switchSafety } from './switch-safety.js';

/** Sends a command to the device. */
export type SendCommand = (name: string, payload: string) => Promise<void>;

const ORIGINAL = 'pulse-time/original';

/**
 * One relay as the keeper of set points sees it. The state is never asked for by `POWER` without a
 * payload: Tasmota then forgets the running PulseTime, and the dead man would be dead.
 */
export class SwitchPort implements SetPointPort {
  readonly control = 'switch';
  readonly bool = true;
  readonly facts: SetPointPort['facts'];
  private readonly code: number;
  /** Reports heard before the last command. */
  private sentAt = 0;

  constructor(
    private readonly config: MqttSwitchConfig,
    private readonly state: ReportedState,
    private readonly store: DriverStore,
    private readonly command: SendCommand,
  ) {
    this.facts = switchSafety(config, undefined);
    this.code = pulseTimeCode(config.deadManSeconds);
  }

  fallback(): ResolvedFallback {
    return 0;
  }

  safeValue(): number {
    return 0;
  }

  unrestricted(): boolean {
    return false;
  }

  plan(value: number): SetPointPlan {
    const power = this.write(`POWER${this.config.relay}`, value === 0 ? 'OFF' : 'ON', value);
    if (value === 0) return [power];
    const known = this.state.pulseTime?.value.set;
    if (known === undefined) return { reason: 'the device has not told its PulseTime yet' };
    // The fallback first: once it is on, its timer must be the right one.
    return known === this.code ? [power] : [this.pulse(this.code, known), power];
  }

  planRelease(): SetPointPlan {
    return [this.write(`POWER${this.config.relay}`, 'OFF', 0), this.restore()];
  }

  private write(name: string, payload: string, value: number): SetPointWrite {
    return {
      place: name,
      content: payload,
      send: () => this.send(name, payload),
      stands: async () => (await this.readBack(value))?.confirmed,
    };
  }

  private get pulseName(): string {
    return `PulseTime${this.config.relay}`;
  }

  private pulse(code: number, before: number): SetPointWrite {
    return {
      place: this.pulseName,
      content: String(code),
      send: async () => {
        const stored = await this.store.get(ORIGINAL);
        if (typeof stored !== 'number') await this.store.set(ORIGINAL, before);
        return this.send(this.pulseName, String(code));
      },
      stands: () => Promise.resolve(this.state.pulseTime?.value.set === code),
    };
  }

  /** PulseTime as it was before this driver first changed it. */
  private restore(): SetPointWrite {
    return {
      place: this.pulseName,
      content: 'as before',
      send: async () => {
        const stored = await this.store.get(ORIGINAL);
        if (typeof stored !== 'number') return { kind: 'done' };
        const result = await this.send(this.pulseName, String(stored));
        if (result.kind === 'done') await this.store.set(ORIGINAL, null);
        return result;
      },
      stands: async () => typeof (await this.store.get(ORIGINAL)) !== 'number',
    };
  }

  private async send(name: string, payload: string): Promise<WriteResult> {
    this.sentAt = this.state.count;
    try {
      await this.command(name, payload);
      return { kind: 'done' };
    } catch (error) {
      return { kind: 'failed', cause: error instanceof Error ? error.message : String(error) };
    }
  }

  /** What was reported since the last command; nothing yet = it cannot be told. */
  readBack(value: number): Promise<SetPointReadBack | undefined> {
    const power = this.state.points.get('switchState');
    if (power === undefined || power.number <= this.sentAt) return Promise.resolve(undefined);
    const guarded = value === 0 || this.state.pulseTime?.value.set === this.code;
    return Promise.resolve({ confirmed: power.value === value && guarded, value: power.value });
  }
}
