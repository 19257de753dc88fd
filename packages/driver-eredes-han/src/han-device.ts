import {
  DevicesError,
  missingReading,
  readingOf,
  type CommandOutcome,
  type Device,
  type DeviceAlarm,
  type DeviceIdentity,
  type DriverContext,
  type SafetyTable,
} from '@microgrid/devices';
import type { DeviceDescriptionV1, IntervalV1, ReadingV1 } from '@microgrid/events';
import type { ModbusBus } from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { Subject, type Observable } from 'rxjs';
import type { EredesHanConfig } from './config.js';
import { clockToEpochMs, decodeClock } from './emi-clock.js';
import { emiRegister, type EmiRegister } from './emi-register.js';
import { HanLink } from './han-link.js';
import type { LoadProfileEntry } from './load-profile-entry.js';
import { hanIdentity } from './identity.js';
import {
  LoadProfileService,
  type LoadProfileStatus,
  type MeterNow,
} from './load-profile-service.js';
import { hanPoints, pointValue, type HanPoint, type PointRate } from './points.js';
import { RegisterReader, type DeniedRegister, type RegisterValue } from './register-reader.js';
import { octetText, scaledNumber } from './register-value.js';

/** What the meter tells beyond its points. */
export interface EredesHanStatus {
  readonly identity: DeviceIdentity;
  /** Edition of the specification: 1 = February 2017 or older, 2 = July 2020; absent until it was read. */
  readonly edition?: 1 | 2;
  /** Registers the meter refuses, by name; each is tried again once a day. */
  readonly refused: readonly DeniedRegister[];
  /** How far the meter's clock is ahead of the gateway's, ms; absent until it was read. */
  readonly clockAheadMs?: number;
  /** Values of registers that are no points, by name: thresholds, demand management, calendar. */
  readonly registers: Readonly<Record<string, number | string>>;
  readonly loadProfile?: LoadProfileStatus;
}

/** A meter behind its HAN port: a device that also measures intervals. */
export interface EredesHanDevice extends Device {
  /**
   * The load profile as intervals, oldest first. Delivered while somebody is subscribed: what was not
   * delivered is read back from the meter later. After a crash the last ones may come again, with the
   * same ids.
   */
  readonly intervals$: Observable<readonly IntervalV1[]>;
  /**
   * The entries the intervals are made of, with every column: totals and reactive energy too. They
   * come with the intervals, so only while `intervals$` is subscribed.
   */
  readonly entries$: Observable<readonly LoadProfileEntry[]>;
  status(): EredesHanStatus;
  /**
   * Reads one register by its name.
   * @returns a number in its unit, text for octets, or why it cannot be read
   */
  readRegister(
    name: string,
  ): Promise<{ readonly value: number | string } | { readonly cause: string }>;
}

const IDENTITY = [
  'serialNumber',
  'modelCodesAndYear',
  'coreFirmware',
  'applicationFirmware',
  'communicationFirmware',
] as const;
/** Read at low rate and shown by status(), not published as points. */
const SHOWN = [
  'activityCalendar',
  ...[1, 2, 3, 4, 5, 6].map((rate) => `demandThresholdT${rate}`),
  'demandManagementStatus',
  'residualPower',
  'maximumPowerPerPhase',
];
const registersOf = (names: readonly string[]): EmiRegister[] =>
  names.flatMap((name) => emiRegister(name) ?? []);
const addressOf = (name: string): number => emiRegister(name)?.address ?? -1;
/** Bits 4 and 5 of the second byte of status control: 0 = first edition, 1 = July 2020. */
const editionOf = (status: Uint8Array): 1 | 2 => ((((status[1] ?? 0) >> 4) & 3) === 0 ? 1 : 2);
const IMPLAUSIBLE_MS = 86_400_000;

/** One meter, polled by its owner; it is never written to. */
export class HanDevice implements EredesHanDevice {
  private readonly link: HanLink;
  private readonly reader: RegisterReader;
  private readonly profile: LoadProfileService | undefined;
  private readonly points = new Subject<readonly ReadingV1[]>();
  private readonly intervals = new Subject<readonly IntervalV1[]>();
  readonly points$ = this.points.asObservable();
  private readonly entries = new Subject<readonly LoadProfileEntry[]>();
  readonly intervals$ = this.intervals.asObservable();
  readonly entries$ = this.entries.asObservable();
  private readonly values = new Map<number, RegisterValue>();
  private readonly readAt = new Map<number, string>();
  private identity: DeviceIdentity = {};
  private known = false;
  private lowReadMs = -Infinity;
  private edition: 1 | 2 | undefined;
  private phases: 1 | 3;
  private published: readonly HanPoint[];
  private aheadMs: number | undefined;
  private closed = false;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly context: DriverContext<ModbusBus>,
    private readonly config: EredesHanConfig,
  ) {
    const { device, transport, clock, store, log } = context;
    this.link = new HanLink(transport, config.unit, config.requestTimeoutMs);
    this.reader = new RegisterReader(this.link, clock);
    this.phases = config.phases ?? 1;
    this.published = hanPoints(this.phases, 1);
    const { meteringPoint } = config;
    if (meteringPoint !== undefined) {
      const { link, reader } = this;
      const options = { device, meteringPoint, config, link, reader, clock, store, log };
      this.profile = new LoadProfileService(options);
    }
  }

  get description(): DeviceDescriptionV1 {
    const { manufacturer, model, serial } = this.identity;
    const contracted = this.numberOf('contractedPower');
    return {
      kind: 'deviceDescription',
      version: 1,
      device: this.context.device,
      role: this.config.role,
      manufacturer: manufacturer ?? 'E-REDES',
      model: model ?? 'EMI',
      ...(serial === undefined ? {} : { serial }),
      phases: this.phases,
      points: this.published.map(({ point }) => point),
      controls: [],
      limits: contracted === undefined ? {} : { maxImportWatts: contracted },
    };
  }

  safety(): SafetyTable {
    return {};
  }

  /** Registers that are left out because the meter refuses them. */
  alarms(): readonly DeviceAlarm[] {
    return this.reader.refused.map(({ name, cause }) => ({
      code: 'disabled-block',
      subject: name,
      severity: 'warning',
      text: `register ${name} is left out for a day: ${cause}; the network operator grants its right`,
    }));
  }

  status(): EredesHanStatus {
    const registers = registersOf(SHOWN).flatMap((register) => {
      const shown = this.shown(register);
      return shown === undefined ? [] : [[register.name, shown] as const];
    });
    return {
      identity: this.identity,
      ...(this.edition === undefined ? {} : { edition: this.edition }),
      refused: this.reader.refused,
      ...(this.aheadMs === undefined ? {} : { clockAheadMs: this.aheadMs }),
      registers: Object.fromEntries(registers),
      ...(this.profile === undefined ? {} : { loadProfile: this.profile.status }),
    };
  }

  private shown(register: EmiRegister): number | string | undefined {
    const value = this.values.get(register.address);
    return value?.ok === true ? shownValue(register, value.bytes) : undefined;
  }

  private numberOf(name: string): number | undefined {
    const register = emiRegister(name);
    const value = register === undefined ? undefined : this.values.get(register.address);
    if (register === undefined || value?.ok !== true) return undefined;
    return scaledNumber(register, value.bytes);
  }

  private assertOpen(): void {
    if (!this.closed) return;
    throw new DevicesError('closed', `device ${this.context.device} is closed; open it again`);
  }

  /** Polls follow one another: two at once would read the profile twice. */
  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(work, work);
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  async read(signal: AbortSignal = this.context.signal): Promise<readonly ReadingV1[]> {
    this.assertOpen();
    return this.exclusively(() => this.poll(signal));
  }

  private async poll(signal: AbortSignal): Promise<readonly ReadingV1[]> {
    const startMs = this.context.clock.monotonicMs();
    const lost = await this.readAll(startMs, signal);
    if (lost === undefined) await this.stepProfile(startMs, signal);
    const readings = this.readings(lost);
    if (!this.closed) this.points.next(readings);
    return readings;
  }

  /** @returns why the meter does not answer, or undefined when it does */
  private async readAll(startMs: number, signal: AbortSignal): Promise<string | undefined> {
    if (!this.known) {
      const lost = await this.identify(signal);
      if (lost !== undefined) return this.lose(lost);
    }
    const lowDue = startMs - this.lowReadMs >= this.config.lowRateMs;
    const names = ['clock', ...(lowDue ? [...SHOWN, 'statusControl'] : [])];
    const rates: readonly PointRate[] = lowDue ? ['high', 'low'] : ['high'];
    const wanted = new Set([
      ...registersOf(names),
      ...this.published
        .filter(({ rate }) => rates.includes(rate))
        .flatMap((each) => each.registers),
    ]);
    const lost = (await this.take([...wanted], signal)) ?? this.refusal(wanted);
    if (lost !== undefined) return this.lose(lost);
    if (lowDue) this.lowReadMs = startMs;
    const status = this.values.get(addressOf('statusControl'));
    if (status?.ok === true) this.setEdition(editionOf(status.bytes));
    return undefined;
  }

  /** Reads registers and keeps them with the time of reading. */
  private async take(
    registers: readonly EmiRegister[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const values = await this.reader.read(registers, signal);
    const at = formatInstant(this.context.clock.nowMs());
    let lost: string | undefined;
    for (const [address, value] of values) {
      this.values.set(address, value);
      this.readAt.set(address, at);
      if (!value.ok && !value.answered) lost = value.cause;
    }
    return lost;
  }

  /** A meter that refuses everything is not the one that was read before: why, or undefined. */
  private refusal(registers: ReadonlySet<EmiRegister>): string | undefined {
    let cause: string | undefined;
    for (const { address } of registers) {
      const value = this.values.get(address);
      if (value?.ok !== false) return undefined;
      cause ??= value.cause;
    }
    this.reader.forget();
    return cause;
  }

  private lose(cause: string): string {
    if (this.known) this.profile?.forget();
    this.known = false;
    this.lowReadMs = -Infinity;
    return cause;
  }

  /** Who the meter is; rights may differ from those of the one before. */
  private async identify(signal: AbortSignal): Promise<string | undefined> {
    const { serial } = this.identity;
    const lost = await this.take(registersOf([...IDENTITY, 'statusControl']), signal);
    if (lost !== undefined) return lost;
    const octets = Object.fromEntries(
      IDENTITY.map((name) => {
        const value = this.values.get(addressOf(name));
        return [name, value?.ok === true ? value.bytes : undefined];
      }),
    );
    this.identity = hanIdentity(octets);
    if (serial !== undefined && serial !== this.identity.serial) {
      this.reader.forget();
      this.values.clear();
    }
    const lostPhases = await this.learnPhases(signal);
    if (lostPhases !== undefined) return lostPhases;
    this.known = true;
    return undefined;
  }

  /** A single-phase meter refuses L2 and L3, or shows no voltage there. */
  private async learnPhases(signal: AbortSignal): Promise<string | undefined> {
    if (this.config.phases === undefined) {
      const lost = await this.take(registersOf(['voltageL2', 'voltageL3']), signal);
      if (lost !== undefined) return lost;
      const live = ['voltageL2', 'voltageL3'].some((name) => (this.numberOf(name) ?? 0) > 0);
      // A phase that failed for the moment is no reason to forget that there are three.
      if (live) this.phases = 3;
    }
    this.reader.threePhase = this.phases === 3;
    this.published = hanPoints(this.phases, this.edition ?? 1);
    return undefined;
  }

  private setEdition(edition: 1 | 2): void {
    if (edition === this.edition) return;
    this.edition = edition;
    this.published = hanPoints(this.phases, edition);
  }

  private async stepProfile(startMs: number, signal: AbortSignal): Promise<void> {
    const now = this.meterNow(startMs);
    if (now !== undefined) this.aheadMs = now.aheadMs;
    // What nobody takes is not read: it would be lost, while the meter keeps it.
    if (this.profile === undefined || now === undefined || !this.intervals.observed) return;
    await this.profile.step(
      now,
      (entries, intervals) => {
        this.entries.next(entries);
        if (intervals.length > 0) this.intervals.next(intervals);
      },
      signal,
    );
  }

  /** The meter's time, and the lifetime registers in that time; undefined without a clock. */
  private meterNow(startMs: number): MeterNow | undefined {
    const value = this.values.get(addressOf('clock'));
    const clock = value?.ok === true ? decodeClock(value.bytes) : undefined;
    if (clock === undefined) return undefined;
    const { nowMs, elapsedMs } = this.elapsedSince(startMs);
    const meterMs = clockToEpochMs(clock, this.config.timeZone);
    const aheadMs = meterMs - nowMs;
    const imported = this.numberOf('importEnergy');
    const exported = this.numberOf('exportEnergy');
    const { serial } = this.identity;
    return {
      meterMs,
      // A gateway without the time of day says nothing about the meter's clock.
      aheadMs: nowMs < IMPLAUSIBLE_MS ? 0 : aheadMs,
      ...(imported === undefined
        ? {}
        : {
            sample: {
              earliestMs: meterMs,
              // The clock shows whole seconds, and the registers were read after it.
              latestMs: meterMs + 1000 + elapsedMs,
              importWattHours: imported,
              ...(exported === undefined ? {} : { exportWattHours: exported }),
            },
          }),
      ...(serial === undefined ? {} : { serial }),
    };
  }

  private elapsedSince(startMs: number): { nowMs: number; elapsedMs: number } {
    const { clock } = this.context;
    return { nowMs: clock.nowMs(), elapsedMs: clock.monotonicMs() - startMs };
  }

  private readings(lost: string | undefined): readonly ReadingV1[] {
    const { device, clock } = this.context;
    const now = formatInstant(clock.nowMs());
    return this.published.map((each): ReadingV1 => {
      const at = this.readAt.get(each.registers[0]?.address ?? -1) ?? now;
      if (lost !== undefined) return missingReading({ device, point: each.point, at: now }, lost);
      const result = pointValue(each, this.values);
      const origin = { device, point: each.point, at };
      return 'cause' in result
        ? missingReading(origin, result.cause)
        : readingOf(origin, result.value, each.bounds);
    });
  }

  async readRegister(
    name: string,
  ): Promise<{ readonly value: number | string } | { readonly cause: string }> {
    this.assertOpen();
    const register = emiRegister(name);
    if (register === undefined) return { cause: `there is no register ${name}` };
    const values = await this.exclusively(() => this.reader.read([register], this.context.signal));
    const value = values.get(register.address);
    if (value?.ok !== true) return { cause: value?.cause ?? 'not read' };
    return { value: shownValue(register, value.bytes) };
  }

  async command(): Promise<CommandOutcome> {
    this.assertOpen();
    const reason = `${this.context.device} is a utility meter: it has no controls`;
    return Promise.resolve({ status: 'rejected', reason });
  }

  async release(): Promise<void> {
    // Nothing is ever commanded.
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.turn;
    this.points.complete();
    this.intervals.complete();
    this.entries.complete();
  }
}

function shownValue(register: EmiRegister, bytes: Uint8Array): number | string {
  if (register.type === 'clock' || register.type === 'octets' || register.type === 'array') {
    return octetText(bytes);
  }
  return scaledNumber(register, bytes) ?? octetText(bytes);
}
