import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EMI_REGISTERS, emiRegister } from './emi-register.js';

const NOTES = join(__dirname, '../../../../shared/devices/e-redes-emi-han.json');

interface NotedPoint {
  readonly address: number;
  readonly name: string;
  readonly type: string;
  readonly bytes?: number;
  readonly unit?: string;
  readonly scale?: number;
}

describe('the table of registers', () => {
  it('has every address from 0x0001 to 0x00D1 once, with unique names', () => {
    expect([...EMI_REGISTERS.keys()]).toEqual(Array.from({ length: 0xd1 }, (_, at) => at + 1));
    const names = [...EMI_REGISTERS.values()].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [0x0001, 'clock', 12],
    [0x0007, 'modbusAddress', 1],
    [0x0008, 'accessProfile', 32],
    [0x0009, 'statusControl', 2],
    [0x000b, 'activeTariff', 1],
    [0x0012, 'contractedPower', 4],
    [0x0016, 'importEnergy', 4],
    [0x0017, 'exportEnergy', 4],
    [0x001b, 'reactiveEnergyQ4', 4],
    [0x0021, 'exportEnergyL3', 4],
    [0x0026, 'importEnergyRate1', 4],
    [0x002c, 'importEnergyRateTotal', 4],
    [0x0033, 'exportEnergyRateTotal', 4],
    [0x006c, 'voltageL1', 2],
    [0x0072, 'currentSum', 2],
    [0x0079, 'importPower', 4],
    [0x007f, 'frequency', 2],
    [0x0080, 'loadProfileMeasurements', 14],
    [0x0083, 'loadProfileCapacity', 4],
    [0x0084, 'breakerState', 1],
    [0x00b3, 'maximumPowerPerPhase', 4],
    [0x00d1, 'overvoltageAverageSeconds', 4],
  ])('has 0x%s as %s of %i bytes', (address, name, bytes) => {
    expect(EMI_REGISTERS.get(address)).toMatchObject({ name, bytes });
    expect(emiRegister(name)?.address).toBe(address);
  });

  it('agrees in length, unit and scale with the notes on the specification', () => {
    if (!existsSync(NOTES)) {
      console.log('skipped: the notes on the specification are not beside the repository');
      return;
    }
    const { points } = JSON.parse(readFileSync(NOTES, 'utf8')) as { points: NotedPoint[] };
    expect(points.length).toBeGreaterThan(200);
    const units: Readonly<Record<string, string>> = { VArh: 'varh' };
    for (const point of points) {
      const register = EMI_REGISTERS.get(point.address);
      const { unit, scale } = point;
      const seen = { at: point.address, bytes: register?.bytes, unit: register?.unit };
      // The notes say Wh where the quantity is reactive: its unit is varh.
      const expectedUnit = point.name.startsWith('Reactive')
        ? 'varh'
        : unit === undefined
          ? undefined
          : (units[unit] ?? unit);
      const bytes = point.bytes ?? (point.type === 'enum8' ? 1 : undefined);
      expect(seen).toEqual({ at: point.address, bytes, unit: expectedUnit });
      expect(register?.scale).toBe(scale ?? 1);
    }
  });
});
