import type { Clock, DriverStore, Log } from '@microgrid/devices';
import type { IntervalV1, Json } from '@microgrid/events';
import { parseInstant, type EpochMs } from '@microgrid/units';
import type { EredesHanConfig } from './config.js';
import { emiRegister, type EmiRegister } from './emi-register.js';
import type { HanLink } from './han-link.js';
import { IntervalAssembler, type AssemblerState } from './interval-assembler.js';
import type { LoadProfileEntry } from './load-profile-entry.js';
import {
  fittingLayout,
  MEASURES_BY_ID,
  possibleLayouts,
  type LoadProfileLayout,
} from './load-profile-layout.js';
import { LoadProfileReader } from './load-profile-reader.js';
import { directionSource, measuresOf, periodProblem } from './load-profile-settings.js';
import { QualityCheck, type LabelVerdict } from './quality-check.js';
import { RegisterCheck, type RegisterSample } from './register-check.js';
import type { RegisterReader } from './register-reader.js';
import { rawNumber } from './register-value.js';

/** What the service needs to know. */
export interface LoadProfileServiceOptions {
  readonly device: string;
  readonly meteringPoint: string;
  readonly config: EredesHanConfig;
  readonly link: HanLink;
  readonly reader: RegisterReader;
  readonly clock: Clock;
  readonly store: DriverStore;
  readonly log: Log;
}

/** Takes what was read: entries as they are, and the intervals that they decide. */
export type Deliver = (
  entries: readonly LoadProfileEntry[],
  intervals: readonly IntervalV1[],
) => void;

/** The meter's own time and registers at a poll. */
export interface MeterNow {
  /** What its clock shows, as an instant. */
  readonly meterMs: EpochMs;
  /** How far it is ahead of the gateway's clock, ms. */
  readonly aheadMs: number;
  /** The lifetime registers; absent where they could not be read. */
  readonly sample?: RegisterSample;
  readonly serial?: string;
}

/** How the load profile does. */
export interface LoadProfileStatus {
  /** `waiting` = not read yet; `reading-back` = older entries are still to come. */
  readonly state: 'waiting' | 'reading-back' | 'current' | 'unusable';
  /** Why it is unusable, or what went wrong last. */
  readonly problem?: string;
  readonly measures: readonly string[];
  readonly periodSeconds?: number;
  readonly entriesInUse?: number;
  readonly capacity?: number;
  /** End of the last decided interval. */
  readonly decidedUntilMs?: EpochMs;
  /** Whether the entries fit the lifetime registers. */
  readonly label: LabelVerdict;
  /** Energy of entries that could not be attributed to any interval, Wh. */
  readonly unattributedWattHours: number;
}

const KEY = 'load-profile';
/** How often columns and period are asked for again. */
const SETTINGS_MS = 3_600_000;
/** How long after a period's end its entry is looked for first, and again while it is not there. */
const GRACE_MS = 5_000;
const RETRY_MS = 15_000;
const SETTINGS_REGISTERS = ['loadProfileMeasurements', 'loadProfilePeriod', 'loadProfileCapacity'];

/** What survives a restart. */
interface Memory {
  readonly state: AssemblerState;
  readonly sample?: RegisterSample;
  readonly serial?: string;
}

/** The profile as it is read now. */
interface Reading {
  readonly key: string;
  readonly layout: LoadProfileLayout;
  readonly periodMs: number;
  readonly entries: LoadProfileReader;
  readonly assembler: IntervalAssembler;
}

/** Turns the meter's load profile into intervals, step by step within the device's polls. */
export class LoadProfileService {
  private memory: Memory | undefined;
  private reading: Reading | undefined;
  private readonly registers: RegisterCheck;
  private readonly quality: QualityCheck;
  private settingsMs = -Infinity;
  private nextMs = -Infinity;
  private counter: number | undefined;
  private status_: Pick<LoadProfileStatus, 'state' | 'problem' | 'entriesInUse' | 'capacity'> = {
    state: 'waiting',
  };
  private periodSeconds: number | undefined;

  constructor(private readonly options: LoadProfileServiceOptions) {
    this.registers = new RegisterCheck(4 * 3_600_000);
    this.quality = new QualityCheck(this.registers);
  }

  get status(): LoadProfileStatus {
    const { assembler, layout } = this.reading ?? {};
    const { boundaryMs } = assembler?.state ?? this.memory?.state ?? {};
    return {
      ...this.status_,
      measures: layout === undefined ? [] : [...measuresOf(layout)],
      ...(this.periodSeconds === undefined ? {} : { periodSeconds: this.periodSeconds }),
      ...(boundaryMs === undefined ? {} : { decidedUntilMs: boundaryMs }),
      label: this.quality.verdict,
      unattributedWattHours: assembler?.unattributedWattHours ?? 0,
    };
  }

  /** The meter was lost: it may be another one, or have other columns. */
  forget(): void {
    this.settingsMs = -Infinity;
    this.nextMs = -Infinity;
  }

  /**
   * One step: what is due now, within the requests allowed.
   * @param deliver only what it has taken is remembered as delivered
   */
  async step(now: MeterNow, deliver: Deliver, signal?: AbortSignal): Promise<void> {
    await this.recall(now.serial);
    if (now.sample !== undefined) this.registers.add(now.sample);
    const settingsDue = this.options.clock.monotonicMs() - this.settingsMs >= SETTINGS_MS;
    if (!settingsDue && now.meterMs < this.nextMs) return;
    if (settingsDue && !(await this.settings(now, signal))) return;
    const { reading } = this;
    if (reading === undefined) return;
    await this.advance(reading, now, deliver, signal);
  }

  /** Loads what was stored; entries of another meter are no continuation. */
  private async recall(serial: string | undefined): Promise<void> {
    if (this.memory === undefined) {
      this.memory = memoryOf(await this.options.store.get(KEY));
      if (this.memory.sample !== undefined) this.registers.add(this.memory.sample);
    }
    const { memory } = this;
    if (serial === undefined || memory.serial === serial) return;
    if (memory.serial !== undefined) {
      const { log, device } = this.options;
      log('warn', `${device}: the meter was replaced: ${memory.serial} is now ${serial}`);
      const { boundaryMs } = memory.state;
      this.reading = undefined;
      this.forget();
      this.memory = {
        state: { recent: [], ...(boundaryMs === undefined ? {} : { boundaryMs }) },
        serial,
      };
      return;
    }
    this.memory = { ...memory, serial };
  }

  /** Reads columns and period. @returns whether the profile can be read */
  private async settings(now: MeterNow, signal: AbortSignal | undefined): Promise<boolean> {
    const wanted = SETTINGS_REGISTERS.flatMap((name) => emiRegister(name) ?? []);
    const values = await this.options.reader.read(wanted, signal);
    const bytesOf = (name: string): Uint8Array | undefined => {
      const value = values.get(emiRegister(name)?.address ?? -1);
      return value?.ok === true ? value.bytes : undefined;
    };
    const ids = bytesOf('loadProfileMeasurements');
    const period = bytesOf('loadProfilePeriod');
    if (ids === undefined || period === undefined) {
      const refused = wanted.find(({ address }) => values.get(address)?.ok !== true);
      const value = values.get(refused?.address ?? -1);
      const cause = value?.ok === false ? value.cause : 'not read';
      return this.unusable(
        `${refused?.name ?? 'load profile'}: ${cause}`,
        value?.ok === false && value.answered,
      );
    }
    const periodSeconds = rawNumber(period) ?? 0;
    const capacity = rawNumber(bytesOf('loadProfileCapacity') ?? new Uint8Array());
    this.periodSeconds = periodSeconds;
    const problem = periodProblem(periodSeconds);
    if (problem !== undefined) return this.unusable(problem, true);
    this.status_ = { ...this.status_, ...(capacity === undefined ? {} : { capacity }) };
    return this.prepare([...ids], periodSeconds * 1000, now, signal);
  }

  /** Finds the layout by the newest entry and makes what reads it. */
  private async prepare(
    ids: readonly number[],
    periodMs: number,
    now: MeterNow,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { link, config, device, meteringPoint, clock } = this.options;
    const result = await link.readLastEntries(1, signal);
    if (!result.ok) {
      // 0x83: no entry was ever captured.
      const { cause, answered, exceptionCode } = result.failure;
      if (exceptionCode === 0x83) return this.waitFor('no entry yet');
      return this.unusable(`load profile: ${cause}`, answered);
    }
    let layout: LoadProfileLayout;
    try {
      const table = { ...MEASURES_BY_ID, ...config.loadProfile.measures };
      layout = fittingLayout(possibleLayouts(ids, table), result.bytes.length);
    } catch (error) {
      return this.unusable(error instanceof Error ? error.message : String(error), true);
    }
    const measures = measuresOf(layout);
    const importSource = directionSource(
      measures,
      'import',
      now.sample?.importWattHours,
      config.loadProfile,
    );
    const exportSource = directionSource(
      measures,
      'export',
      now.sample?.exportWattHours,
      config.loadProfile,
    );
    if (typeof importSource !== 'string') return this.unusable(importSource.problem, true);
    if (typeof exportSource !== 'string') return this.unusable(exportSource.problem, true);
    this.settingsMs = clock.monotonicMs();
    const key = `${ids.join(' ')}/${periodMs}/${importSource}/${exportSource}`;
    if (this.reading?.key === key) return true;
    const state = stateFor(this.reading?.assembler.state ?? this.memory?.state, periodMs);
    this.reading = {
      key,
      layout,
      periodMs,
      entries: new LoadProfileReader(link, { layout, periodMs, timeZone: config.timeZone }),
      assembler: new IntervalAssembler(
        { meteringPoint, source: device, periodMs, importSource, exportSource },
        state,
      ),
    };
    this.nextMs = -Infinity;
    return true;
  }

  private unusable(problem: string, answered: boolean): false {
    const { log, device, clock } = this.options;
    if (answered) {
      // Asked again at the usual rate: rights and columns may be changed any day.
      this.settingsMs = clock.monotonicMs() - SETTINGS_MS + this.options.config.lowRateMs;
      if (this.status_.problem !== problem) log('warn', `${device}: load profile: ${problem}`);
      this.reading = undefined;
    }
    this.status_ = { ...this.status_, state: 'unusable', problem };
    return false;
  }

  private waitFor(problem: string): false {
    const { clock, config } = this.options;
    this.settingsMs = clock.monotonicMs() - SETTINGS_MS + config.lowRateMs;
    this.status_ = { ...this.status_, state: 'waiting', problem };
    return false;
  }

  /** Reads what is new and delivers it. */
  private async advance(
    reading: Reading,
    now: MeterNow,
    deliver: Deliver,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const { entry: newest, failure } = await reading.entries.newest(signal);
    if (newest === undefined) {
      this.retry(now, failure ?? 'no entry yet');
      return;
    }
    const found = await this.read(reading, newest, signal);
    const wanted = found.entries.filter((entry) => this.isWanted(entry, newest));
    const intervals = this.quality.check(
      wanted.flatMap((entry) => reading.assembler.accept(entry, this.doubts(now))),
    );
    if (wanted.length > 0) deliver(wanted, intervals);
    if (wanted.length > 0) await this.remember(reading);
    const { state } = reading.assembler;
    if (found.failure !== undefined) this.retry(now, found.failure);
    else if (!found.done) this.status_ = { ...without(this.status_), state: 'reading-back' };
    else {
      const due = (state.last?.capturedMs ?? newest.capturedMs) + reading.periodMs + GRACE_MS;
      this.nextMs = Math.max(
        Math.floor(due / reading.periodMs) * reading.periodMs + GRACE_MS,
        now.meterMs + RETRY_MS,
      );
      this.status_ = { ...without(this.status_), state: 'current' };
    }
  }

  private async read(
    reading: Reading,
    newest: LoadProfileEntry,
    signal: AbortSignal | undefined,
  ): ReturnType<LoadProfileReader['entriesAfter']> {
    const anchor = reading.assembler.state.last;
    const { history, requestsPerRead } = this.options.config.loadProfile;
    if (anchor?.raw === newest.raw) return { entries: [], done: true };
    const first = anchor === undefined && reading.assembler.state.boundaryMs === undefined;
    if (first && history === 'none') return { entries: [newest], done: true };
    const counter = await this.entriesCounter(signal);
    const before = this.counter;
    this.counter = counter;
    if (anchor !== undefined) {
      // Two captures may bear the same clock where it was set back: only the counter tells.
      const one =
        counter !== undefined && before !== undefined && ((counter - before) & 0xff) === 1;
      const next = newest.capturedMs - anchor.capturedMs === reading.periodMs;
      if (one && next) {
        reading.entries.passed();
        return { entries: [newest], done: true };
      }
    }
    const inUse = await this.entriesInUse(signal);
    return reading.entries.entriesAfter(anchor, newest, inUse, requestsPerRead, signal);
  }

  /** Status control 0x0009, first byte: how many entries were captured, modulo 256. */
  private async entriesCounter(signal: AbortSignal | undefined): Promise<number | undefined> {
    const bytes = await this.one('statusControl', signal);
    return bytes?.[0];
  }

  private async entriesInUse(signal: AbortSignal | undefined): Promise<number | undefined> {
    const bytes = await this.one('loadProfileEntriesInUse', signal);
    const entriesInUse = bytes === undefined ? undefined : rawNumber(bytes);
    if (entriesInUse !== undefined) this.status_ = { ...this.status_, entriesInUse };
    return entriesInUse;
  }

  private async one(
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array | undefined> {
    const register: EmiRegister | undefined = emiRegister(name);
    if (register === undefined) return undefined;
    const value = (await this.options.reader.read([register], signal)).get(register.address);
    return value?.ok === true ? value.bytes : undefined;
  }

  private retry(now: MeterNow, problem: string): void {
    this.nextMs = now.meterMs + RETRY_MS;
    this.status_ = { ...this.status_, problem };
  }

  /** What the owner asked for at the first start, and nothing that was delivered for an older meter. */
  private isWanted(entry: LoadProfileEntry, newest: LoadProfileEntry): boolean {
    const { state } = this.reading?.assembler ?? {};
    if (state?.last !== undefined) return true;
    if (state?.boundaryMs !== undefined) return entry.capturedMs > state.boundaryMs;
    const { history } = this.options.config.loadProfile;
    if (history === 'all') return true;
    return history === 'none' ? entry === newest : entry.capturedMs > parseInstant(history);
  }

  private doubts(now: MeterNow): readonly string[] {
    const { clockToleranceMs } = this.options.config.loadProfile;
    return Math.abs(now.aheadMs) > clockToleranceMs ? ['meter-clock-off'] : [];
  }

  /** After delivery: a crash before this delivers again, which the intervals' ids make harmless. */
  private async remember(reading: Reading): Promise<void> {
    const sample = this.registers.last;
    const serial = this.memory?.serial;
    this.memory = {
      state: reading.assembler.state,
      ...(sample === undefined ? {} : { sample }),
      ...(serial === undefined ? {} : { serial }),
    };
    await this.options.store.set(KEY, this.memory as unknown as Json);
  }
}

function without(
  status: Pick<LoadProfileStatus, 'state' | 'problem' | 'entriesInUse' | 'capacity'>,
): Pick<LoadProfileStatus, 'state' | 'entriesInUse' | 'capacity'> {
  const { problem: _, ...rest } = status;
  return rest;
}

function memoryOf(stored: unknown): Memory {
  const known = stored as Memory | undefined;
  return typeof known === 'object' && Array.isArray((known as Memory | null)?.state.recent)
    ? known
    : { state: { recent: [] } };
}

/** A state under another period: what is open cannot be finished, and the grid begins anew. */
function stateFor(state: AssemblerState | undefined, periodMs: number): AssemblerState {
  if (state === undefined) return { recent: [] };
  const { boundaryMs } = state;
  if (boundaryMs === undefined || boundaryMs % periodMs === 0) return state;
  return { recent: [], ...(state.last === undefined ? {} : { last: state.last }) };
}
