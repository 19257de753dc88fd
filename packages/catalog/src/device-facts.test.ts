import { isRegisterPoint, pointSize, type Profile, type RegisterPoint } from '@microgrid/devices';
import {
  factsPresent,
  phaseOf,
  readFacts,
  scaleOfPoint,
  signedScales,
  signOfPoint,
  type Fact,
} from './device-facts.test-data.js';
import { catalog } from './index.js';

/** Which notes speak of which profile. */
const FILES: Readonly<Record<string, string>> = {
  'abb-terra-ac': 'abb-terra-ac',
  'alfen-eve': 'alfen-eve',
  'byd-battery-box': 'byd-battery-box',
  'carlo-gavazzi-em111': 'carlo-gavazzi-em111',
  'carlo-gavazzi-em24-e1': 'carlo-gavazzi-em24-e1',
  'carlo-gavazzi-em24-rs485': 'carlo-gavazzi-em24-rs485',
  'carlo-gavazzi-em340': 'carlo-gavazzi-em340',
  'deye-sunsynk-1p': 'deye-sunsynk-1p',
  'deye-sunsynk-3p': 'deye-sunsynk-3p',
  'deye-sunsynk-3p-hv': 'deye-sunsynk-3p',
  'deye-sunsynk-3p-meter': 'deye-sunsynk-3p',
  'eastron-sdm120': 'eastron-sdm120',
  'eastron-sdm630': 'eastron-sdm630',
  'fox-ess-h3': 'fox-ess-h3',
  'fox-ess-h3-meter': 'fox-ess-h3',
  'fronius-gen24': 'fronius-gen24',
  'goodwe-et': 'goodwe-et',
  'goodwe-et-meter': 'goodwe-et',
  'growatt-hybrid': 'growatt-hybrid',
  'growatt-hybrid-meter': 'growatt-hybrid',
  'huawei-sun2000-luna2000': 'huawei-sun2000-luna2000',
  'huawei-sun2000-meter': 'huawei-sun2000-luna2000',
  'janitza-b23': 'janitza-b23',
  'keba-p30': 'keba-kecontact',
  'keba-p40': 'keba-kecontact',
  'keba-p40-from-1-2-1': 'keba-kecontact',
  'kostal-plenticore': 'kostal-plenticore',
  'schneider-iem3155': 'schneider-iem3155',
  'sma-hybrid': 'sma-hybrid',
  'sma-hybrid-meter': 'sma-hybrid',
  'solaredge-hybrid': 'solaredge-hybrid',
  'solax-x1-x3': 'solax-x1-x3',
  'solax-x1-x3-meter': 'solax-x1-x3',
  'solis-hybrid': 'solis-hybrid',
  'solis-hybrid-meter': 'solis-hybrid',
  'sungrow-sh': 'sungrow-sh',
  'sungrow-sh-meter': 'sungrow-sh',
  'victron-gx': 'victron-gx',
  'victron-gx-pv': 'victron-gx',
  'victron-grid-meter': 'victron-gx',
};

const SERVICES = ['system', 'settings', 'hub4', 'grid'];

/** Registers where profile and notes part, and why. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'deye-sunsynk-1p.gridImportLow': 'the notes join registers 78 and 80 to one value',
  'deye-sunsynk-3p-hv.batteryPower': 'the notes state the low-voltage series; this one counts 10 W',
  'deye-sunsynk-3p-hv.string1Power': 'the template of the notes counts 10 W here too',
  'deye-sunsynk-3p-hv.string2Power': 'the template of the notes counts 10 W here too',
  'deye-sunsynk-3p-hv.string3Power': 'the template of the notes counts 10 W here too',
  'deye-sunsynk-3p-hv.string4Power': 'the template of the notes counts 10 W here too',
  'fronius-gen24.exportLimit 40232': 'model 123 of the integer map; the notes state the float map',
  'fronius-gen24.exportLimit 40234': 'model 123 of the integer map; the notes state the float map',
  'fronius-gen24.exportLimit 40236': 'model 123 of the integer map; the notes state the float map',
  'kostal-plenticore.batteryPower 1034':
    'float32 by the paper of the maker; the notes lost the variable',
  'kostal-plenticore.chargeLimit 1038':
    'float32 by the paper of the maker; the notes lost the variable',
  'kostal-plenticore.dischargeLimit 1040':
    'float32 by the paper of the maker; the notes lost the variable',
  'sungrow-sh.chargeLimit 33046': 'a holding register of the notes, not marked as writable there',
  'keba-p30.importEnergy': 'the remark of the note holds: 0.1 Wh on the P30',
  'keba-p40-from-1-2-1.importEnergy': '0.1 Wh from software 1.2.1 on',
  'keba-p40-from-1-2-1.sessionEnergy': '0.1 Wh from software 1.2.1 on',
  'keba-p30.fallbackCurrent': 'mA in the notes, published in A',
  'keba-p40.fallbackCurrent': 'mA in the notes, published in A',
  'keba-p40-from-1-2-1.fallbackCurrent': 'mA in the notes, published in A',
  'solax-x1-x3.batteryPower': 'the sign (-1) of the template is a variable that the notes lost',
};

/** Registers that the notes do not have and another source states; no doubt is left about them. */
const OTHER_SOURCES: Readonly<Record<string, string>> = {
  'abb-terra-ac.currentL2': 'the source reads six registers from 0x4010',
  'abb-terra-ac.currentL3': 'the source reads six registers from 0x4010',
  'abb-terra-ac.voltageL2': 'the source reads six registers from 0x4016',
  'abb-terra-ac.voltageL3': 'the source reads six registers from 0x4016',
  'alfen-eve.voltageL2': 'the source reads six registers from 306',
  'alfen-eve.voltageL3': 'the source reads six registers from 306',
  'alfen-eve.currentL2': 'the source reads six registers from 320',
  'alfen-eve.currentL3': 'the source reads six registers from 320',
  'deye-sunsynk-1p.gridImportHigh': 'the notes join registers 78 and 80 to one value',
  'deye-sunsynk-3p.batteryTemperature': 'kellerza/sunsynk, three_phase_lv.py',
  'deye-sunsynk-3p.batteryVoltage': 'kellerza/sunsynk, three_phase_lv.py',
  'deye-sunsynk-3p.batteryCurrent': 'kellerza/sunsynk, three_phase_lv.py',
  'deye-sunsynk-3p-hv.batteryTemperature': 'kellerza/sunsynk, three_phase_hv.py',
  'deye-sunsynk-3p-hv.batteryVoltage': 'kellerza/sunsynk, three_phase_hv.py',
  'deye-sunsynk-3p-hv.batteryCurrent': 'kellerza/sunsynk, three_phase_hv.py',
  'fox-ess-h3': 'nathanmarlor/foxess_modbus, entity_descriptions.py',
  'fronius-gen24': 'SunSpec models 120 to 123 and 160',
  'kostal-plenticore': 'KOSTAL interface description',
  'solaredge-hybrid': 'SunSpec models 101 to 103 and 203',
  'solis-hybrid.pvEnergy': 'evcc, solis-hybrid-s.yaml',
  'solis-hybrid.batteryDischargeEnergy': 'evcc, solis-hybrid-s.yaml',
};

interface Compared {
  readonly profile: Profile;
  readonly facts: readonly Fact[];
}

const compared: Compared[] = factsPresent
  ? catalog.flatMap((profile) => {
      const file = FILES[profile.id];
      return file === undefined ? [] : [{ profile, facts: readFacts(file, SERVICES) }];
    })
  : [];

const numbers = (profile: Profile): RegisterPoint[] =>
  profile.points.filter(isRegisterPoint).filter(({ encoding }) => encoding !== 'string');

/** What a point and the facts at its address disagree about; empty where one of them agrees. */
function disagreement(point: RegisterPoint, facts: readonly Fact[]): string[] {
  const complaints = facts.map((fact) => {
    const found: string[] = [];
    if (fact.encodings.length > 0 && !fact.encodings.includes(point.encoding)) {
      found.push(`encoding ${point.encoding}, notes ${fact.encodings.join()}`);
    }
    const little = point.wordOrder === 'little';
    if (pointSize(point) > 1 && fact.little !== undefined && fact.little !== little) {
      found.push(`word order ${point.wordOrder ?? 'big'}, notes ${fact.little ? 'little' : 'big'}`);
    }
    const counts = ['bool', 'count', 'exponent', 'text', 's'].includes(point.unit);
    if (!counts && fact.scale !== undefined && point.scaleFrom === undefined) {
      const scale = scaleOfPoint(point);
      if (Math.abs(scale - fact.scale) > 1e-9 * scale) {
        found.push(`scale ${scale}, notes ${fact.scale}`);
      }
    }
    const phase = phaseOf(fact.name);
    const own = /L[123]$/.exec(point.id)?.[0];
    if (phase !== undefined && own !== undefined && phase !== own) {
      found.push(`phase ${own}, notes ${fact.name}`);
    }
    return found;
  });
  return complaints.some((found) => found.length === 0) ? [] : (complaints[0] ?? []);
}

/** How a template's sign becomes the house's: it counts import, production and discharging as positive. */
const HOUSE_SIGN: Readonly<Record<string, 1 | -1>> = {
  'grid.power': 1,
  'grid.powers': 1,
  'pv.power': -1,
  'battery.power': -1,
};

const withFacts = factsPresent ? describe : describe.skip;

if (!factsPresent) {
  it('says what is skipped', () => {
    process.stdout.write(
      'catalogue: notes on devices are not there; their comparison is skipped\n',
    );
  });
}

withFacts('profiles against the notes on devices', () => {
  it('compares every profile but those without notes', () => {
    const without = catalog.map(({ id }) => id).filter((id) => FILES[id] === undefined);
    expect(without).toEqual([
      'fronius-smart-meter',
      'kostal-plenticore-meter',
      'modbus-relay',
      'sg-ready-relay',
      'solaredge-meter',
      'sunspec-battery',
      'sunspec-hybrid',
      'sunspec-pv',
    ]);
  });

  it('encodings, word orders, scales and phases agree wherever the notes know the register', () => {
    const wrong: string[] = [];
    let agreed = 0;
    for (const { profile, facts } of compared) {
      for (const point of numbers(profile)) {
        const there = facts.filter(({ address }) => address === point.address);
        if (there.length === 0) continue;
        const found = disagreement(point, there);
        const key = `${profile.id}.${point.id}`;
        if (found.length === 0) agreed += 1;
        else if (DIFFERENCES[key] === undefined) wrong.push(`${key}: ${found.join('; ')}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(agreed).toBeGreaterThan(400);
  });

  it('signs are those of the templates, turned to the sign of the house', () => {
    const wrong: string[] = [];
    let agreed = 0;
    for (const { profile } of compared) {
      const signs = signedScales(FILES[profile.id] ?? '');
      for (const point of numbers(profile)) {
        const stated = signs.get(point.address);
        const house = HOUSE_SIGN[stated?.measure ?? ''];
        if (stated === undefined || house === undefined || point.signFrom !== undefined) continue;
        if (!/[pP]ower|Import|Export|[cC]harg/.test(point.id)) continue;
        const key = `${profile.id}.${point.id}`;
        const expected = stated.sign * house;
        if (signOfPoint(profile, point) === expected) agreed += 1;
        else if (DIFFERENCES[key] === undefined)
          wrong.push(`${key}: sign ${-expected}, expected ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(agreed).toBeGreaterThan(40);
  });

  it('registers that the notes do not know are marked as believed or have another source', () => {
    const unmarked: string[] = [];
    for (const { profile, facts } of compared) {
      for (const point of numbers(profile)) {
        if (facts.some(({ address }) => address === point.address)) continue;
        const key = `${profile.id}.${point.id}`;
        const sourced = OTHER_SOURCES[key] ?? OTHER_SOURCES[profile.id];
        if (point.confidence !== 'believed' && sourced === undefined) unmarked.push(key);
      }
    }
    expect(unmarked).toEqual([]);
  });

  it('commands go to registers that the notes know as writable, in their form', () => {
    const wrong: string[] = [];
    let agreed = 0;
    for (const { profile, facts } of compared) {
      for (const control of profile.controls) {
        for (const { address, fields, multiple } of control.steps) {
          const key = `${profile.id}.${control.id} ${address}`;
          const there = facts.filter((fact) => fact.address === address && fact.writable);
          const [field] = fields;
          const fits = there.some(
            ({ encodings, little, functionCode }) =>
              (encodings.length === 0 || encodings.includes(field?.encoding ?? '')) &&
              (little === undefined ||
                field === undefined ||
                pointSize(field) === 1 ||
                little === (field.wordOrder === 'little')) &&
              (functionCode !== 16 ||
                multiple === true ||
                fields.length > 1 ||
                (field !== undefined && pointSize(field) > 1)),
          );
          if (fits) agreed += 1;
          else if (DIFFERENCES[key] === undefined) {
            wrong.push(
              `${key}: ${there.length === 0 ? 'not in the notes' : JSON.stringify(there)}`,
            );
          }
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(agreed).toBeGreaterThan(60);
  });
});
