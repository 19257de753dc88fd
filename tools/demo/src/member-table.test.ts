import { memberTable } from './member-table.js';

describe('the member table', () => {
  it('shows energies to the watt-hour, money to the cent and what sharing saved', () => {
    const totals = {
      importMilliwattHours: '2276000',
      exportMilliwattHours: '0',
      sharedInMilliwattHours: '1000000',
      sharedOutMilliwattHours: '0',
      costPico: '439000000000',
    };
    const lines = memberTable(
      [{ name: 'Casa', totals, aloneCostPico: 569_000_000_000n }],
      'EUR',
    ).split('\n');
    expect(lines[0]?.split(/ {2,}/)).toEqual([
      'member',
      'import kWh',
      'export kWh',
      'shared in',
      'shared out',
      'cost EUR',
      'saving EUR',
    ]);
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      'Casa',
      '2.276',
      '0.000',
      '1.000',
      '0.000',
      '0.44',
      '0.13',
    ]);
  });
});
