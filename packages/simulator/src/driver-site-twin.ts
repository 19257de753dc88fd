import type { ModbusTwin } from '@microgrid/devices';
import type { Table } from '@microgrid/modbus';
import type { DeviceConfig, Observation } from '@microgrid/plant';
import type { EpochMs } from '@microgrid/units';
import type { Shown, SiteTwin, TwinInputs } from './site-twin.js';

/** Controls that the plant's devices obey. */
const PLANT_CONTROLS: Readonly<
  Record<
    DeviceConfig['kind'],
    readonly ('batteryPower' | 'exportLimit' | 'chargeCurrent' | 'switch')[]
  >
> = {
  gridMeter: [],
  house: [],
  pv: ['exportLimit'],
  battery: ['batteryPower'],
  hybrid: ['batteryPower', 'exportLimit'],
  charger: ['chargeCurrent'],
  switchedLoad: ['switch'],
};

/** While set points are in force the device is asked this often whether it has fallen back. */
const FALLBACK_STEP_MS = 1000;

/** The plant's own words for what devices show beside it. */
const GRID_POINTS = {
  power: 'gridPower',
  powerL1: 'gridPowerL1',
  powerL2: 'gridPowerL2',
  powerL3: 'gridPowerL3',
  importEnergy: 'gridImportEnergy',
  exportEnergy: 'gridExportEnergy',
} as const;

/** One term of a sum and what it is multiplied by. */
export interface SumTerm {
  readonly term: string;
  readonly factor: number;
}

/** A device that the twin of its driver stands for. */
export class DriverSiteTwin implements SiteTwin {
  readonly unit: number;
  readonly identification?: ReadonlyMap<number, string | Uint8Array>;
  /** Points the twin has no place for. */
  private readonly unknown = new Set<string>();
  private writtenMs: EpochMs = -Infinity;

  constructor(
    readonly speaks: string,
    private readonly twin: ModbusTwin,
    private readonly kind: DeviceConfig['kind'],
    private readonly gridMeter: string | undefined,
    private readonly nowMs: () => EpochMs,
    /** Points that are sums of others: the first term carries what the plant shows. */
    private readonly sums: ReadonlyMap<string, readonly SumTerm[]>,
    unit: number | undefined,
  ) {
    this.unit = unit ?? twin.unit;
    const { identification } = twin.handler;
    if (identification !== undefined) this.identification = identification;
  }

  show(shown: Shown, site: Observation): void {
    const values: Record<string, number | undefined> = {
      ...shown,
      apparentPower: shown['power'] === undefined ? undefined : Math.abs(shown['power']),
      reactivePower: 0,
      powerFactor: 1,
      operating: 1,
      fault: 0,
      backupPower: 0,
    };
    const grid = this.gridMeter === undefined ? undefined : site[this.gridMeter];
    for (const [name, point] of Object.entries(GRID_POINTS)) values[point] = grid?.[name];
    for (const [point, value] of Object.entries(values)) {
      if (value !== undefined) this.showPoint(point, value);
    }
  }

  /** What a device has no register for, or cannot hold, it does not show. */
  private showPoint(point: string, value: number): void {
    const terms = this.sums.get(point);
    if (terms !== undefined) {
      terms.forEach(({ term, factor }, at) => {
        this.showPoint(term, at === 0 ? value / factor : 0);
      });
      return;
    }
    if (this.unknown.has(point)) return;
    try {
      this.twin.set({ [point]: value });
    } catch (error) {
      const code = (error as { readonly code?: unknown }).code;
      if (code !== 'unknown-point' && code !== 'not-encodable') throw error;
      if (code === 'unknown-point') this.unknown.add(point);
    }
  }

  inputs(): TwinInputs {
    const inForce = this.twin.setPoints();
    return Object.fromEntries(
      PLANT_CONTROLS[this.kind].map((control) => [control, inForce[control] ?? null]),
    );
  }

  get deadlineMs(): EpochMs {
    const inForce = Object.values(this.twin.setPoints()).some((value) => value !== undefined);
    return inForce && this.writtenMs > -Infinity ? this.nowMs() + FALLBACK_STEP_MS : Infinity;
  }

  read(table: Table, address: number, count: number): ArrayLike<number> | ArrayLike<boolean> {
    return this.twin.handler.read(table, address, count);
  }

  write(
    table: 'holding' | 'coil',
    address: number,
    values: Uint16Array | boolean[],
    nowMs: EpochMs,
  ): void {
    this.twin.handler.write(table, address, values);
    this.writtenMs = nowMs;
  }

  custom(functionCode: number, data: Uint8Array): Uint8Array | undefined {
    return this.twin.handler.custom?.(functionCode, data);
  }
}
