import { eastronSdm630 } from '@microgrid/catalog';
import type { Shown, TwinInputs } from './site-twin.js';
import { Twin } from './twin.js';

const PHASE_POINTS = ['voltage', 'current', 'power'].flatMap((name) =>
  ['L1', 'L2', 'L3'].map((phase) => `${name}${phase}`),
);

/** An Eastron SDM630: read only. Phases that are not connected read 0, as on the real one. */
export class MeterTwin extends Twin {
  constructor(private readonly phases: 1 | 3) {
    super(eastronSdm630, []);
  }

  show(shown: Shown): void {
    const values: Record<string, number | undefined> = {
      power: shown['power'],
      apparentPower: Math.abs(shown['power'] ?? 0),
      reactivePower: 0,
      powerFactor: 1,
      frequency: shown['frequency'],
      importEnergy: shown['importEnergy'],
      exportEnergy: shown['exportEnergy'],
    };
    for (const point of PHASE_POINTS) values[point] = shown[point] ?? 0;
    if (this.phases === 1) {
      // All energy of a single-phase connection went through L1.
      values['importEnergyL1'] = shown['importEnergy'];
      values['exportEnergyL1'] = shown['exportEnergy'];
      for (const line of ['L2', 'L3']) {
        values[`importEnergy${line}`] = 0;
        values[`exportEnergy${line}`] = 0;
      }
    }
    this.image.set(values);
  }

  inputs(): TwinInputs {
    return {};
  }

  protected written(): void {
    // Nothing of a meter can be written.
  }
}
