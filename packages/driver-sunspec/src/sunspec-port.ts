import type {
  ControlSafety,
  SetPointPlan,
  SetPointPort,
  SetPointReadBack,
  SetPointWrite,
} from '@microgrid/devices';
import type { BlockReader } from './block-reader.js';
import type { ControlStep, ControlSteps } from './control-step.js';
import { ACKNOWLEDGE, type HoldingLink } from './holding-link.js';
import { spanOf } from './read-plan.js';
import type { SunspecControl } from './sunspec-control.js';

/** Longest time until a device shows a set point in its registers, ms. */
export const RESPONSE_MS = 10_000;

/** Exceptions that the same write will always meet: function, address, value. */
const LASTING: readonly number[] = [1, 2, 3];

/** The facts that the safety of a SunSpec control rests on. */
export function controlFacts(control: SunspecControl, reversionSeconds: number): ControlSafety {
  const { reversionPoint, risk, onLoss, image } = control;
  const fallback = control.fallback();
  const expiryMs = reversionSeconds * 1000;
  const release = control.release();
  return {
    storage: 'volatile',
    safeValue: 0,
    fallback: {
      value: fallback ?? 'unknown',
      configurable: image.found.id === 704 && control.id === 'exportLimit',
    },
    onLoss,
    risk,
    // Without a reversion time the device keeps the set point for ever, so nothing need be repeated.
    ...(reversionPoint === undefined ? {} : { expiryMs, refreshMs: expiryMs / 2 }),
    responseMs: RESPONSE_MS,
    minimumDwellMs: 0,
    writesPerDay: 'unlimited',
    release: 'reason' in release ? [] : release.map(inWords),
    confidence: 'high',
  };
}

const inWords = ({ points, address, registers }: ControlStep): string =>
  `write ${points} at ${address}: ${registers.join(', ')}`;

/** One control as the keeper of set points sees it. */
export class SunspecPort implements SetPointPort {
  readonly control: string;
  readonly bool = false;

  constructor(
    private readonly sunspec: SunspecControl,
    private readonly link: HoldingLink,
    private readonly reader: BlockReader,
    private readonly reversionSeconds: number,
  ) {
    this.control = sunspec.id;
  }

  get facts(): ControlSafety {
    return controlFacts(this.sunspec, this.reversionSeconds);
  }

  fallback(): ReturnType<SunspecControl['fallback']> {
    return this.sunspec.fallback();
  }

  safeValue(): number {
    return 0;
  }

  unrestricted(value: number): boolean {
    if (this.sunspec.id !== 'exportLimit') return false;
    const bounds = this.sunspec.bounds();
    return bounds !== undefined && value >= bounds.maximum;
  }

  plan(value: number): SetPointPlan {
    return this.writes(this.sunspec.steps(value));
  }

  planRelease(): SetPointPlan {
    return this.writes(this.sunspec.release());
  }

  private writes(steps: ControlSteps): SetPointPlan {
    return 'reason' in steps ? steps : steps.map((step) => this.write(step));
  }

  private write({ points, address, registers }: ControlStep): SetPointWrite {
    const { link } = this;
    return {
      place: `${address} ${points}`,
      content: registers.join(' '),
      send: async () => {
        const result = await link.write(address, registers);
        if (result.ok) return { kind: 'done' };
        const { cause, exceptionCode = 0 } = result.failure;
        if (exceptionCode === ACKNOWLEDGE) return { kind: 'in-progress' };
        const lasting = LASTING.includes(exceptionCode);
        return { kind: 'failed', cause: `writing ${points} at ${address}: ${cause}`, lasting };
      },
      stands: async () => {
        const result = await link.read(address, registers.length);
        if (!result.ok) return undefined;
        return registers.every((register, index) => result.value[index] === register);
      },
    };
  }

  /** Brings the model's registers, scale factors included, to what the device holds now. */
  async refresh(): Promise<boolean> {
    const { image } = this.sunspec;
    const result = await this.reader.readSpan(spanOf(image, image.layout.points));
    return result.kind === 'read';
  }

  /**
   * A device may round what it is given, so a set point within 1 % of full scale is confirmed; a
   * reversion time may count down, but must not be off.
   */
  async readBack(value: number): Promise<SetPointReadBack | undefined> {
    if (!(await this.refresh())) return undefined;
    const { sunspec } = this;
    const found = sunspec.inForce();
    if (found === undefined) return { confirmed: false };
    const bounds = sunspec.bounds();
    const full = bounds === undefined ? 0 : Math.max(-bounds.minimum, bounds.maximum);
    const near = Math.abs(found - value) <= Math.max(1, full / 100);
    return { confirmed: near && this.reverts(), value: found };
  }

  private reverts(): boolean {
    const { reversionPoint, image } = this.sunspec;
    if (reversionPoint === undefined) return true;
    const seconds = image.number(reversionPoint);
    return seconds !== undefined && seconds > 0 && seconds <= this.reversionSeconds;
  }
}
