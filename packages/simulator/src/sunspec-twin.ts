import { sunspecBattery, sunspecHybrid, sunspecPv } from '@microgrid/catalog';
import type { Profile } from '@microgrid/devices';
import type { BatteryConfig, HybridConfig, PvConfig } from '@microgrid/plant';
import type { EpochMs } from '@microgrid/units';
import type { Shown, TwinInputs } from './site-twin.js';
import { plantRatings } from './plant-ratings.js';
import { fillModels } from './sunspec-background.js';
import { Twin } from './twin.js';

/** Devices that speak SunSpec. */
export type SunspecConfig = PvConfig | BatteryConfig | HybridConfig;

const PROFILES = { pv: sunspecPv, battery: sunspecBattery, hybrid: sunspecHybrid } as const;

/** Offsets in model 103. */
const INVERTER = { id: 103, current: 2, scale: 6 } as const;
/** Offsets in model 123. */
const LIMIT = { percent: 5, reversion: 7, enable: 9, end: 22, scale: 23 } as const;
/** Offsets in model 124. */
const STORAGE = { rating: 2, mode: 5, out: 12, in: 13, reversion: 15, end: 17, scale: 25 } as const;
/** Bits of StorCtl_Mod. */
const CHARGE = 1;
const DISCHARGE = 2;

function modelAt(profile: Profile, id: number): number | undefined {
  return profile.identity?.match.find((match) => 'anyOf' in match && match.anyOf[0]?.[0] === id)
    ?.address;
}

/** The scale factor with which a power still fits into 16 bits. */
function scaleFor(watts: number): number {
  let exponent = 0;
  while (watts / 10 ** exponent > 32_000) exponent += 1;
  return exponent;
}

/**
 * A SunSpec inverter with its output limit (model 123) and storage control (model 124), each with a
 * reversion timer that any write into its model restarts.
 */
export class SunspecTwin extends Twin {
  private readonly limitAt: number | undefined;
  private readonly storageAt: number | undefined;
  private readonly ratings: { readonly power: number; readonly charge: number };
  private limitWrittenMs: EpochMs = 0;
  private storageWrittenMs: EpochMs = 0;

  constructor(
    private readonly config: SunspecConfig,
    serial: string,
  ) {
    const profile = PROFILES[config.kind];
    const limitAt = config.kind === 'battery' ? undefined : modelAt(profile, 123);
    const storageAt = modelAt(profile, 124);
    const model = (at: number, end: number) => ({
      table: 'holding' as const,
      address: at + 2,
      count: end - 1,
    });
    super(profile, [
      ...(limitAt === undefined ? [] : [model(limitAt, LIMIT.end)]),
      ...(storageAt === undefined ? [] : [model(storageAt, STORAGE.end)]),
    ]);
    this.limitAt = limitAt;
    this.storageAt = storageAt;
    const ratings = plantRatings(config) ?? {};
    this.ratings = { power: ratings.watts ?? 0, charge: ratings.chargeWatts ?? 0 };
    fillModels(this.image, profile, serial, ratings);
    this.label(serial);
  }

  private label(serial: string): void {
    const { power, charge } = this.ratings;
    const scale = scaleFor(power);
    this.image.set({
      manufacturer: 'microgrid',
      model: `simulated ${this.config.kind}`,
      firmware: '1',
      serial,
      powerSf: scale,
      dcPowerSf: scaleFor(Math.max(power, charge) * 1.5),
      apparentPowerSf: scale,
      ratedPowerSf: scale,
      maximumPowerSf: scale,
      ratedPower: power,
      maximumPower: power,
      temperature: 35,
    });
    if (this.config.kind === 'pv') return;
    this.image.set({
      chargeRatingSf: scaleFor(charge),
      chargeRating: charge,
      ratedEnergy: this.config.store.capacityMilliwattHours,
    });
    if (this.config.kind === 'hybrid') {
      this.image.set({ mpptPowerSf: scaleFor(this.config.array.peakWatts + charge) });
    }
  }

  show(shown: Shown): void {
    const values: Record<string, number | undefined> = {
      power: shown['power'],
      apparentPower: Math.abs(shown['power'] ?? 0),
      reactivePower: 0,
      frequency: shown['frequency'],
      exportEnergy: shown['exportEnergy'],
    };
    for (const line of ['L1', 'L2', 'L3']) {
      values[`voltage${line}`] = shown[`voltage${line}`];
      values[`current${line}`] = shown[`current${line}`];
    }
    if (this.config.kind === 'pv') values['pvPower'] = shown['pvPower'];
    if (this.config.kind === 'battery') values['batteryPower'] = shown['batteryPower'];
    if (this.config.kind === 'hybrid') {
      const battery = shown['batteryPower'] ?? 0;
      values['dcPower'] = shown['dcPower'];
      values['string1Power'] = Math.max(0, -(shown['pvPower'] ?? 0));
      values['string2Power'] = undefined;
      values['chargingPower'] = Math.max(0, battery);
      values['dischargingPower'] = Math.max(0, -battery);
    }
    if (this.config.kind !== 'pv') values['stateOfCharge'] = shown['stateOfCharge'];
    this.image.set(values);
    this.showTotalCurrent(values);
  }

  /** SunSpec wants the sum of the phases' currents; the house has no point for it. */
  private showTotalCurrent(values: Readonly<Record<string, number | undefined>>): void {
    const at = modelAt(this.profile, INVERTER.id);
    if (at === undefined) return;
    const lines = [values['currentL1'], values['currentL2'], values['currentL3']];
    const total = lines.reduce<number>((sum, amperes) => sum + (amperes ?? 0), 0);
    const scaled = Math.round(total / 10 ** this.signed(at + INVERTER.scale));
    this.image.write('holding', at + INVERTER.current, [Math.min(scaled, 0xfffe)]);
  }

  inputs(): TwinInputs {
    return {
      ...(this.limitAt === undefined ? {} : { exportLimit: this.exportLimit(this.limitAt) }),
      ...(this.storageAt === undefined ? {} : { batteryPower: this.batteryPower(this.storageAt) }),
    };
  }

  private exportLimit(at: number): number | null {
    if (this.register(at + LIMIT.enable) !== 1) return null;
    const percent = this.register(at + LIMIT.percent) * 10 ** this.signed(at + LIMIT.scale);
    return (percent / 100) * this.ratings.power;
  }

  /**
   * InWRte bounds charging, OutWRte discharging; a negative bound forces the other direction. Inside
   * its bounds a battery of the plant idles.
   */
  private batteryPower(at: number): number | null {
    const mode = this.register(at + STORAGE.mode) & (CHARGE | DISCHARGE);
    if (mode === 0) return null;
    const watts = (offset: number): number =>
      ((this.signed(at + offset) * 10 ** this.signed(at + STORAGE.scale)) / 100) *
      this.ratings.charge;
    const most = (mode & CHARGE) === 0 ? Infinity : watts(STORAGE.in);
    const least = (mode & DISCHARGE) === 0 ? -Infinity : -watts(STORAGE.out);
    return Math.min(most, Math.max(least, 0)) + 0;
  }

  private deadline(
    at: number | undefined,
    reversion: number,
    inForce: boolean,
    writtenMs: EpochMs,
  ): EpochMs {
    if (at === undefined || !inForce) return Infinity;
    const seconds = this.register(at + reversion);
    return seconds === 0 ? Infinity : writtenMs + seconds * 1000;
  }

  private get limitDeadlineMs(): EpochMs {
    const at = this.limitAt;
    const inForce = at !== undefined && this.register(at + LIMIT.enable) === 1;
    return this.deadline(at, LIMIT.reversion, inForce, this.limitWrittenMs);
  }

  private get storageDeadlineMs(): EpochMs {
    const at = this.storageAt;
    const inForce = at !== undefined && this.register(at + STORAGE.mode) !== 0;
    return this.deadline(at, STORAGE.reversion, inForce, this.storageWrittenMs);
  }

  override get deadlineMs(): EpochMs {
    return Math.min(this.limitDeadlineMs, this.storageDeadlineMs);
  }

  override lapse(nowMs: EpochMs): void {
    if (this.limitAt !== undefined && nowMs >= this.limitDeadlineMs) {
      this.image.write('holding', this.limitAt + LIMIT.enable, [0]);
    }
    if (this.storageAt !== undefined && nowMs >= this.storageDeadlineMs) {
      this.image.write('holding', this.storageAt + STORAGE.mode, [0]);
      this.image.set({ dischargeRate: 100, chargeRate: 100 });
    }
  }

  protected written(address: number, nowMs: EpochMs): void {
    const within = (at: number | undefined, end: number): boolean =>
      at !== undefined && address >= at && address <= at + end;
    if (within(this.limitAt, LIMIT.end)) this.limitWrittenMs = nowMs;
    if (within(this.storageAt, STORAGE.end)) this.storageWrittenMs = nowMs;
  }
}
