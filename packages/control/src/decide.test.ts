import { commandV1, type CommandV1 } from '@microgrid/events';
import { decide, isControlError, type Decision, type Memory, type Snapshot } from './index.js';
import {
  battery,
  charger,
  gridMeter,
  limit,
  load,
  NOW,
  policy,
  pvInverter,
  snapshot,
  tariff,
} from './test-support/snapshots.js';

const value = (decision: Decision, device: string): number | boolean | undefined =>
  decision.explanation.setPoints.find((each) => each.device === device)?.granted;
const limitedBy = (decision: Decision, device: string): readonly string[] =>
  decision.explanation.setPoints.find((each) => each.device === device)?.limitedBy ?? [];

/** Decides again and again, ms apart, the same readings each time. */
function over(first: Snapshot, rules: ReturnType<typeof policy>, everyMs: number, times: number) {
  let at = first;
  let decision = decide(at, rules);
  for (let index = 1; index < times; index += 1) {
    at = {
      ...at,
      nowMs: at.nowMs + everyMs,
      monotonicMs: at.monotonicMs + everyMs,
      memory: decision.memory,
    };
    decision = decide(at, rules);
  }
  return decision;
}

describe('self-consumption', () => {
  it('supplies the house from the battery and stores a surplus', () => {
    expect(value(decide(snapshot([gridMeter(1500), battery(0, 50)]), policy()), 'battery')).toBe(
      -1500,
    );
    expect(value(decide(snapshot([gridMeter(-900), battery(-600, 50)]), policy()), 'battery')).toBe(
      300,
    );
  });

  it('goes no further than nameplate, reserve and maximum', () => {
    const rules = policy({ battery: { reservePercent: 20, maximumPercent: 90 } });
    expect(value(decide(snapshot([gridMeter(5700), battery(0, 60)]), rules), 'battery')).toBe(
      -5000,
    );
    const empty = decide(snapshot([gridMeter(3000), battery(0, 20)]), rules);
    expect(value(empty, 'battery')).toBe(0);
    expect(limitedBy(empty, 'battery')).toEqual(['batteryReserve']);
    expect(value(decide(snapshot([gridMeter(-3000), battery(0, 90)]), rules), 'battery')).toBe(0);
  });

  it('waits for the hysteresis once it was at the reserve', () => {
    const rules = policy({ battery: { reservePercent: 20, reserveHysteresisPercent: 3 } });
    const empty = decide(snapshot([gridMeter(3000), battery(0, 20)]), rules);
    const again = (soc: number) =>
      value(
        decide(snapshot([gridMeter(3000), battery(0, soc)], { memory: empty.memory }), rules),
        'battery',
      );
    expect(again(22)).toBe(0);
    expect(again(23)).toBe(-3000);
  });

  it('lets a battery rest whose state of charge or nameplate it does not know', () => {
    const whole = battery(0, 50);
    const { stateOfCharge: _unknown, ...rest } = whole.readings;
    const blind = decide(snapshot([gridMeter(2000), { ...whole, readings: rest }]), policy());
    expect(value(blind, 'battery')).toBe(0);
    const nameless = { ...whole, description: { ...whole.description, limits: {} } };
    expect(value(decide(snapshot([gridMeter(2000), nameless]), policy()), 'battery')).toBe(0);
  });
});

describe('commands', () => {
  it('carry sequence, audience, instant, validity and a reason with numbers, as events demand', () => {
    const { commands, memory } = decide(snapshot([gridMeter(1500), battery(0, 50)]), policy());
    expect(commands).toHaveLength(1);
    expect(commandV1.parse(commands[0])).toEqual(commands[0]);
    expect(commands[0]).toMatchObject({
      sequence: 1,
      audience: 'battery',
      issuedAt: '2026-06-21T12:00:00Z',
      validForMs: 60_000,
      device: 'battery',
      control: 'batteryPower',
      value: -1500,
    });
    expect(commands[0]?.reason).toBe('-1500 W: house 1500 W: supplies 1500 W.');
    expect(memory.nextSequence).toBe(2);
  });

  it('are not repeated within the deadband until half of their validity is over', () => {
    const rules = policy();
    const first = decide(snapshot([gridMeter(1500), battery(0, 50)]), rules);
    const next = (grid: number, afterMs: number) =>
      decide(
        snapshot([gridMeter(grid), battery(-1500, 50)], {
          memory: first.memory,
          monotonicMs: 1_000_000 + afterMs,
        }),
        rules,
      ).commands.map((command: CommandV1) => command.value);
    expect(next(40, 1000)).toEqual([]);
    expect(next(60, 1000)).toEqual([-1560]);
    expect(next(40, 29_999)).toEqual([]);
    expect(next(40, 30_000)).toEqual([-1500]);
  });

  it('write nothing to loads and PV that may stay as they are', () => {
    const rules = policy({ loads: [{ device: 'boiler', priority: 2 }] });
    const { commands } = decide(
      snapshot([gridMeter(500), load('boiler', 1000), pvInverter(1500)]),
      rules,
    );
    expect(commands).toEqual([]);
  });

  it('do not depend on the order of devices', () => {
    const devices = [
      gridMeter(4000),
      battery(0, 50),
      charger(0),
      load('boiler', 1000),
      pvInverter(10),
    ];
    const rules = policy({ loads: [{ device: 'boiler', priority: 2 }] });
    expect(decide(snapshot([...devices].reverse()), rules)).toEqual(
      decide(snapshot(devices), rules),
    );
  });

  it('keep their sequence when the monotonic clock begins anew, and are due', () => {
    const first = decide(snapshot([gridMeter(1500), battery(0, 50)]), policy());
    const restarted = decide(
      snapshot([gridMeter(0), battery(-1500, 50)], { memory: first.memory, monotonicMs: 5 }),
      policy(),
    );
    expect(restarted.commands.map(({ sequence, value: watts }) => [sequence, watts])).toEqual([
      [2, -1500],
    ]);
  });
});

describe('cars', () => {
  const rules = policy({ ev: { startDelayMs: 20_000, stopDelayMs: 30_000 } });

  it('start on a lasting surplus, at the current it feeds', () => {
    const devices = [gridMeter(-2400), charger(0)];
    expect(value(over(snapshot(devices), rules, 10_000, 2), 'ev')).toBe(0);
    expect(value(over(snapshot(devices), rules, 10_000, 3), 'ev')).toBe(10);
  });

  it('stop only when the surplus stays away, at the smallest current until then', () => {
    const charging = over(snapshot([gridMeter(-2400), charger(0)]), rules, 10_000, 3);
    const cloudy = snapshot([gridMeter(1500), charger(2300)], {
      memory: charging.memory,
      monotonicMs: 1_030_000,
    });
    expect(value(decide(cloudy, rules), 'ev')).toBe(6);
    expect(value(over(cloudy, rules, 10_000, 3), 'ev')).toBe(6);
    expect(value(over(cloudy, rules, 10_000, 4), 'ev')).toBe(0);
  });

  it('need three times the surplus on three phases', () => {
    const three = charger(0);
    const wide = { ...three, description: { ...three.description, phases: 3 as const } };
    const fuse = { mainFuse: { amperesPerPhase: 25, phases: 3 as const, marginPercent: 0 } };
    const at = (surplus: number) =>
      value(
        over(
          snapshot([gridMeter(-surplus), wide]),
          policy({ ...fuse, ev: { startDelayMs: 0 } }),
          1000,
          1,
        ),
        'ev',
      );
    expect(at(4200)).toBe(0);
    expect(at(4300)).toBe(6);
    expect(at(6300)).toBe(9);
  });

  it('are not charged from the house battery, unless the policy says so', () => {
    const devices = [gridMeter(3000), battery(0, 80), charger(2300)];
    const kept = decide(snapshot(devices), policy({ ev: { mode: 'fast' } }));
    expect(value(kept, 'battery')).toBe(-700);
    const lent = decide(
      snapshot(devices),
      policy({ ev: { mode: 'fast', allowBatteryDischarge: true } }),
    );
    expect(value(lent, 'battery')).toBeLessThan(-3000);
  });

  it('wait for the battery below its priority state of charge', () => {
    const devices = [gridMeter(-3000), battery(0, 40), charger(0)];
    const first = { startDelayMs: 0, batteryFirstBelowPercent: 60 };
    expect(value(decide(snapshot(devices), policy({ ev: first })), 'ev')).toBe(0);
    expect(value(decide(snapshot(devices), policy({ ev: { startDelayMs: 0 } })), 'ev')).toBe(13);
  });

  it('keep their reserved current when the charger vanishes mid-charge', () => {
    const rulesWithLoad = policy({
      ev: { mode: 'fast' },
      loads: [{ device: 'boiler', priority: 2 }],
    });
    const charging = decide(
      snapshot([gridMeter(2000), charger(0), load('boiler', 2000)]),
      rulesWithLoad,
    );
    expect(value(charging, 'ev')).toBe(16);
    const lost: Snapshot = snapshot(
      [
        gridMeter(4000),
        { ...charger(0), readings: { power: { quality: 'bad', ageMs: 0 } } },
        load('boiler', 2000),
      ],
      { memory: charging.memory },
    );
    // The meter does not show the car yet; its 16 A count against 25 A all the same.
    const decision = decide(lost, rulesWithLoad);
    expect(value(decision, 'ev')).toBeUndefined();
    expect(value(decision, 'boiler')).toBe(false);
    expect(decision.memory.chargers['ev']?.reservedAmperes).toBe(16);
    expect(decision.explanation.rules.map(({ text }) => text)).toContain(
      'ev is lost: 16 A stay reserved',
    );
  });
});

describe('main fuse', () => {
  const rules = policy({
    ev: { mode: 'fast' },
    loads: [
      { device: 'boiler', priority: 3 },
      { device: 'pump', priority: 2 },
      { device: 'heart', priority: 9, critical: true },
    ],
  });

  it('slows cars first, then leans on the battery, then sheds by priority, never a critical load', () => {
    const fuse = 25 * 230;
    const cars = decide(snapshot([gridMeter(5000), charger(3680), battery(0, 50)]), rules);
    expect(value(cars, 'ev')).toBe(16);
    const slowed = decide(snapshot([gridMeter(8000), charger(3680), battery(0, 10)]), rules);
    expect(value(slowed, 'ev')).toBe(6);
    expect(value(slowed, 'battery')).toBe(0);
    const leaning = decide(
      snapshot([gridMeter(fuse + 1000), battery(0, 50)]),
      policy({ price: { holdBelowMicroPerKilowattHour: 1 } }),
    );
    expect(value(leaning, 'battery')).toBeLessThanOrEqual(-1000);
    const devices = [load('boiler', 1500), load('pump', 800), load('heart', 3000)];
    const shed = decide(snapshot([gridMeter(fuse + 700), ...devices]), rules);
    expect([value(shed, 'boiler'), value(shed, 'pump'), value(shed, 'heart')]).toEqual([
      false,
      true,
      undefined,
    ]);
    const more = decide(snapshot([gridMeter(fuse + 9000), ...devices]), rules);
    expect([value(more, 'boiler'), value(more, 'pump'), value(more, 'heart')]).toEqual([
      false,
      false,
      undefined,
    ]);
    expect(more.commands.filter(({ device }) => device === 'heart')).toEqual([]);
    expect(more.commands[0]?.reason).toMatch(
      /main fuse 25 A on L1: import would be \d+ W, allowed 5750 W/,
    );
  });

  it('guards each phase by itself', () => {
    const meter = gridMeter(0);
    const phases = {
      ...meter,
      readings: Object.fromEntries(
        Object.entries({ power: 5200, powerL1: 6000, powerL2: -400, powerL3: -400 }).map(
          ([point, watts]) => [point, { value: watts, quality: 'good' as const, ageMs: 0 }],
        ),
      ),
    };
    const three = policy({
      mainFuse: { amperesPerPhase: 25, phases: 3, marginPercent: 0 },
      phaseOf: { boiler: 2, pump: 1 },
      loads: [
        { device: 'boiler', priority: 3 },
        { device: 'pump', priority: 2 },
      ],
    });
    const decision = decide(snapshot([phases, load('boiler', 1500), load('pump', 800)]), three);
    expect([value(decision, 'boiler'), value(decision, 'pump')]).toEqual([true, false]);
  });

  it('restores a shed load after its dwell, once there is lasting room with a margin', () => {
    const over25 = decide(snapshot([gridMeter(6500), load('boiler', 1500)]), rules);
    const off = (grid: number, memory: Memory, atMs: number) =>
      decide(
        snapshot([gridMeter(grid), load('boiler', 0, 1500, 0)], {
          memory,
          monotonicMs: 1_000_000 + atMs,
        }),
        rules,
      );
    const tight = off(4100, over25.memory, 400_000);
    expect(value(tight, 'boiler')).toBe(false);
    const room = off(3900, over25.memory, 250_000);
    expect(value(room, 'boiler')).toBe(false);
    const dwelling = off(3900, room.memory, 299_000);
    expect(value(dwelling, 'boiler')).toBe(false);
    const flicker = off(4100, room.memory, 290_000);
    expect(value(off(3900, flicker.memory, 311_000), 'boiler')).toBe(false);
    const back = off(3900, room.memory, 310_000);
    expect(value(back, 'boiler')).toBe(true);
    expect(back.commands).toMatchObject([{ device: 'boiler', control: 'switch', value: true }]);
  });
});

describe('signals from the coordinator', () => {
  const given = (signal: ReturnType<typeof limit>, remainingMs = 60_000) => ({
    limit: { signal, remainingMs },
  });

  it('a limit is obeyed with what the policy allows, and only while it is valid', () => {
    const devices = [gridMeter(4000), battery(0, 80), load('boiler', 2000)];
    const rules = policy({
      price: { holdBelowMicroPerKilowattHour: 900_000 },
      loads: [{ device: 'boiler', priority: 2 }],
      upstream: { mayDischargeBattery: false },
    });
    const tariffNow = { tariff: { signal: tariff(100_000), remainingMs: 1000 } };
    const signals = { ...tariffNow, ...given(limit({ import: 2500 })) };
    const limited = decide(snapshot(devices, { signals }), rules);
    expect(value(limited, 'boiler')).toBe(false);
    expect(value(limited, 'battery')).toBe(0);
    const lapsed = { ...tariffNow, ...given(limit({ import: 2500 }), 0) };
    expect(value(decide(snapshot(devices, { signals: lapsed }), rules), 'boiler')).toBe(true);
    const ignoring = policy({ ...rules, upstream: { obeyLimits: false } });
    expect(value(decide(snapshot(devices, { signals }), ignoring), 'boiler')).toBe(true);
  });

  it('an export limit fills the battery, then curtails PV, and lifts both when it is over', () => {
    const rules = policy({ mainFuse: { amperesPerPhase: 40, phases: 1 } });
    const signals = given(limit({ export: 1000 }));
    const full = decide(
      snapshot([gridMeter(-4000), battery(0, 100), pvInverter(4500)], { signals }),
      rules,
    );
    expect(value(full, 'battery')).toBe(0);
    expect(value(full, 'pv')).toBe(1500);
    const held = decide(
      snapshot([gridMeter(-1000), battery(0, 100), pvInverter(1500)], {
        signals,
        memory: full.memory,
        monotonicMs: 1_001_000,
      }),
      rules,
    );
    expect(value(held, 'pv')).toBe(1500);
    expect(held.commands).toEqual([]);
    const over1 = decide(
      snapshot([gridMeter(-1000), battery(0, 100), pvInverter(1500)], {
        memory: held.memory,
        monotonicMs: 1_002_000,
      }),
      rules,
    );
    expect(value(over1, 'pv')).toBe(6000);
    expect(over1.memory.curtailed).toEqual({});
  });

  it('a cheap price charges from the grid, a moderate one keeps what is stored', () => {
    const rules = policy({
      price: {
        chargeBelowMicroPerKilowattHour: 80_000,
        chargeWatts: 3000,
        chargeToPercent: 80,
        holdBelowMicroPerKilowattHour: 120_000,
        evChargeBelowMicroPerKilowattHour: 80_000,
      },
    });
    const at = (price: number, soc = 50) =>
      decide(
        snapshot([gridMeter(500), battery(0, soc), charger(0)], {
          signals: { tariff: { signal: tariff(price), remainingMs: 1000 } },
        }),
        rules,
      );
    expect(value(at(200_000), 'battery')).toBe(-500);
    expect(value(at(100_000), 'battery')).toBe(0);
    expect(value(at(100_000), 'ev')).toBe(0);
    // Of 25 A the house takes 500 W and the battery 3000 W; the car is the one that gives way.
    expect(value(at(80_000), 'battery')).toBe(3000);
    expect(value(at(80_000), 'ev')).toBe(9);
    expect(limitedBy(at(80_000), 'ev')).toEqual(['mainFuse']);
    expect(value(at(80_000, 80), 'ev')).toBe(16);
    expect(value(at(80_000, 80), 'battery')).toBe(0);
  });
});

describe('without the grid meter', () => {
  const lost = { ...gridMeter(0), readings: { power: { quality: 'bad' as const, ageMs: 0 } } };

  it('batteries rest and cars stop, or fall to the smallest current by policy', () => {
    for (const [ev, amperes] of [
      ['stop', 0],
      ['minimum', 6],
    ] as const) {
      const rules = policy({ ev: { mode: 'fast' }, blind: { ev } });
      const before = decide(snapshot([gridMeter(1000), battery(0, 50), charger(0)]), rules);
      expect(value(before, 'ev')).toBe(16);
      const blind = decide(
        snapshot([lost, battery(-1000, 50), charger(3680)], { memory: before.memory }),
        rules,
      );
      expect(blind.explanation.mode).toBe('blind');
      expect(value(blind, 'battery')).toBe(0);
      expect(value(blind, 'ev')).toBe(amperes);
      expect(blind.explanation.summary).toMatch(/^Blind: the grid meter cannot be read/);
    }
  });

  it('an old value is no value', () => {
    const old = {
      ...lost,
      readings: { power: { value: 100, quality: 'good' as const, ageMs: 15_001 } },
    };
    expect(decide(snapshot([old, battery(0, 50)]), policy()).explanation.mode).toBe('blind');
  });

  it('goes on discharging where the fuse needs it, by what was last known of the house', () => {
    const rules = policy();
    const before = decide(snapshot([gridMeter(5000), battery(-2000, 50)]), rules);
    const blind = decide(snapshot([lost, battery(-2000, 50)], { memory: before.memory }), rules);
    expect(value(blind, 'battery')).toBe(-1250);
    expect(limitedBy(blind, 'battery')).toEqual(['mainFuse']);
  });
});

describe('explanation', () => {
  it('lists flows, and rules with the strongest first', () => {
    const { explanation } = decide(
      snapshot([gridMeter(7000), battery(0, 10), charger(3680), pvInverter(400)]),
      policy({ ev: { mode: 'fast' } }),
    );
    expect(explanation.flows).toMatchObject({
      gridWatts: 7000,
      pvWatts: 400,
      batteryWatts: 0,
      stateOfChargePercent: 10,
      chargerWatts: 3680,
      houseWatts: 3720,
    });
    expect(explanation.flows.phases).toEqual([
      { phase: 'L1', amperes: 7000 / 230, limitAmperes: 25 },
    ]);
    const order = explanation.rules.map(({ precedence }) => precedence);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(explanation.rules[0]).toMatchObject({ rule: 'mainFuse', precedence: 1 });
    expect(explanation.at).toBe(new Date(NOW).toISOString().replace('.000', ''));
    expect(explanation.summary).toMatch(
      /^Import 7000 W; ev charges at 10 A; battery rests \(limited by mainFuse/,
    );
  });

  it('refuses two grid meters it cannot tell apart', () => {
    const other = {
      ...gridMeter(0),
      description: { ...gridMeter(0).description, device: 'grid-2' },
    };
    let caught: unknown;
    try {
      decide(snapshot([gridMeter(0), other]), policy());
    } catch (error) {
      caught = error;
    }
    expect(isControlError(caught) && caught.code).toBe('bad-snapshot');
    expect(
      decide(snapshot([gridMeter(0), other]), policy({ gridMeter: 'grid' })).explanation.mode,
    ).toBe('normal');
  });
});
