import type {
  ResolvedFallback,
  SetPointPlan,
  SetPointPort,
  SetPointReadBack,
  WriteResult,
} from '@microgrid/devices';
import type { ShellyConfig } from './config.js';
import type { JsonRecord } from './json-record.js';
import type { RpcClient } from './rpc-client.js';
import { isShellyError } from './shelly-error.js';
import { switchSafety } from './switch-safety.js';

/** One switch as the keeper of set points sees it. */
export class SwitchPort implements SetPointPort {
  readonly control = 'switch';
  readonly bool = true;
  readonly facts: SetPointPort['facts'];
  private readonly safe: number;

  constructor(
    private readonly rpc: RpcClient,
    private readonly id: number,
    private readonly config: ShellyConfig,
    private readonly signal: AbortSignal,
  ) {
    this.facts = switchSafety(config, undefined);
    this.safe = config.safeState === 'on' ? 1 : 0;
  }

  fallback(): ResolvedFallback {
    return this.safe;
  }

  safeValue(): number {
    return this.safe;
  }

  unrestricted(): boolean {
    return false;
  }

  plan(value: number): SetPointPlan {
    const on = value !== 0;
    const guarded = value !== this.safe;
    const { deadManSeconds } = this.config;
    const params: JsonRecord = {
      id: this.id,
      on,
      ...(guarded ? { toggle_after: deadManSeconds } : {}),
    };
    return [
      {
        place: `Switch.Set ${this.id}`,
        content: JSON.stringify(params),
        send: () => this.send(params),
        stands: async () => (await this.readBack(value))?.confirmed,
      },
    ];
  }

  planRelease(): SetPointPlan {
    return this.plan(this.safe);
  }

  private async send(params: JsonRecord): Promise<WriteResult> {
    try {
      await this.rpc.call('Switch.Set', params, this.signal);
      return { kind: 'done' };
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      // An error of the device itself (overload, wrong id) would come again.
      return { kind: 'failed', cause, lasting: isShellyError(error) && error.code === 'rpc-error' };
    }
  }

  /** The state, and whether the device's own timer runs where it has to. */
  async readBack(value: number): Promise<SetPointReadBack | undefined> {
    try {
      const status = await this.rpc.call('Switch.GetStatus', { id: this.id }, this.signal);
      const { output, timer_duration: timer } = status;
      if (typeof output !== 'boolean') return undefined;
      const guarded = typeof timer === 'number' && timer > 0;
      const confirmed = Number(output) === value && (value === this.safe || guarded);
      return { confirmed, value: Number(output) };
    } catch {
      return undefined;
    }
  }
}
