import type { ConsoleSetPoint } from './state.js';
import { activity, instruction, narrowing, roleName, ruleName } from './wording.js';

const plain = (text: string | undefined): string => (text ?? '').replaceAll('\u202f', ' ');

describe('words for signs', () => {
  test.each([
    ['grid', 1200, 'importing'],
    ['grid', -1200, 'exporting'],
    ['grid', 3, 'balanced'],
    ['battery', 800, 'charging'],
    ['battery', -800, 'discharging'],
    ['pv', 800, 'producing'],
    ['house', -90, 'unaccounted'],
    ['charger', 0, 'not charging'],
    ['loads', undefined, 'no reading'],
  ] as const)('%s at %s W: %s', (element, watts, word) => {
    expect(activity(element, watts)).toBe(word);
  });
});

describe('words for decisions', () => {
  test.each([
    ['batteryPower', 1800, 'charge with 1.80 kW'],
    ['batteryPower', -640, 'discharge with 640 W'],
    ['batteryPower', 0, 'rest'],
    ['chargeCurrent', 0, 'pause charging'],
    ['chargeCurrent', 10, 'charge with up to 10.0 A per phase'],
    ['exportLimit', 0, 'export nothing'],
    ['exportLimit', 3000, 'export at most 3.00 kW'],
    ['switch', true, 'switch on'],
    ['switch', 0, 'switch off'],
    ['fanSpeed', 40, 'fanSpeed = 40'],
  ])('%s = %s: %s', (control, value, text) => {
    expect(plain(instruction({ control }, value))).toBe(text);
  });

  const point: ConsoleSetPoint = {
    device: 'battery',
    control: 'batteryPower',
    wanted: 3000,
    granted: 1800,
    limitedBy: ['mainFuse', 'nameplate'],
    reason: 'stores surplus',
    issued: true,
  };

  test('a narrowed set point names what was wanted and every rule that narrowed it', () => {
    expect(plain(narrowing(point))).toBe(
      'wanted: charge with 3.00 kW, narrowed by main fuse, device limit',
    );
    expect(narrowing({ ...point, wanted: 1800, limitedBy: [] })).toBeUndefined();
    expect(plain(narrowing({ ...point, limitedBy: [] }))).toBe('wanted: charge with 3.00 kW');
  });

  test('a rule the page does not know yet is spelled out', () => {
    expect(ruleName('upstreamLimit')).toBe('Grid operator limit');
    expect(ruleName('peakShavingByMonth')).toBe('Peak shaving by month');
    expect(roleName('hybridInverter')).toBe('Hybrid inverter');
  });
});
