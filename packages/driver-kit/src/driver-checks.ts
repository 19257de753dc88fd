import type { Driver, DriverTwin } from '@microgrid/devices';
import { virtualClock } from '@microgrid/devices/testing';
import { checkBounds, checkCommands, checkReadBack } from './checks-commands.js';
import { checkManifest, checkProfileLint, checkSafetyTable } from './checks-declared.js';
import { checkFault, checkTwinOnWire } from './checks-faults.js';
import {
  checkNoLeaks,
  checkNoWriteAtStart,
  checkOwnResources,
  checkProbe,
  checkSettles,
} from './checks-life.js';
import { checkQuietFault, checkTwinQuietly } from './checks-quiet-faults.js';
import { checkSecrets } from './checks-secrets.js';
import { calibrate } from './calibrate.js';
import { checkExpiry, checkRefresh, checkRelease, checkWriteBudget } from './checks-time.js';
import { checkAbsent, checkCounters, checkRoundTrip, checkVectors } from './checks-values.js';
import { KitCase } from './kit-case.js';
import type { KitCheck } from './kit-check.js';
import type { KitOptions, ModbusWire } from './kit-options.js';
import { KIT_RULES, type KitRule } from './kit-rule.js';
import { isCounter } from './point-samples.js';
import { hasSocat } from './pseudo-terminal.js';

/** A check that runs, or the reason why it does not. */
type Plan = (() => Promise<void>) | string;

/** What the plans of the checks depend on. */
interface Applicable {
  readonly kit: KitCase;
  readonly kind: DriverTwin['kind'];
  readonly wires: readonly ModbusWire[];
  readonly controls: boolean;
}

/** Wires in a socket: the ones on which replies are broken. */
const sockets = ({ wires }: Applicable): readonly ModbusWire[] =>
  wires.filter((wire) => wire !== 'rtu');

const withControls = ({ controls }: Applicable, run: () => Promise<void>): Plan =>
  controls ? run : 'it has no controls';

function onWire({ kit, kind, wires }: Applicable, wire: ModbusWire): Plan {
  if (kind !== 'modbus') return `it is a device on ${kind}`;
  if (!wires.includes(wire)) return `its twin is not on ${wire}`;
  if (wire === 'rtu' && !hasSocat()) return 'socat is not installed';
  return () => checkTwinOnWire(kit, wire);
}

function quietly({ kit, kind }: Applicable, rule: KitRule, kinds: readonly string[]): Plan {
  if (!kinds.includes(kind)) return `it is a device on ${kind}`;
  return () => checkQuietFault(kit, rule);
}

function modbusFault(
  { kit, kind }: Applicable,
  rule: KitRule,
  wires: readonly ModbusWire[],
  expected: string,
): Plan {
  if (kind !== 'modbus') return `it is a device on ${kind}`;
  if (wires.length === 0) return `its twin is not on ${expected}`;
  return () => checkFault(kit, rule, wires);
}

function faultPlans(one: Applicable): Partial<Record<KitRule, Plan>> {
  const all = sockets(one);
  const tcp = all.filter((wire) => wire === 'tcp');
  const rtu = all.filter((wire) => wire === 'rtu-over-tcp');
  const modbus = (rule: KitRule): Plan => modbusFault(one, rule, all, 'a socket');
  const both = (rule: KitRule): Plan =>
    one.kind === 'modbus' ? modbus(rule) : quietly(one, rule, ['http', 'mqtt']);
  return {
    'late-reply': modbus('late-reply'),
    'wrong-unit': modbus('wrong-unit'),
    'wrong-id': modbusFault(one, 'wrong-id', tcp, 'tcp'),
    'split-frames': modbus('split-frames'),
    crc: modbusFault(one, 'crc', rtu, 'rtu-over-tcp'),
    exceptions: modbusFault(one, 'exceptions', all.slice(0, 1), 'a socket'),
    'black-hole': one.kind === 'http' ? 'its line is broken by slow' : both('black-hole'),
    'reset-mid-frame': modbusFault(one, 'reset-mid-frame', all.slice(0, 1), 'a socket'),
    'dead-neighbour': modbusFault(
      one,
      'dead-neighbour',
      rtu.length > 0 ? rtu : tcp,
      'a shared line',
    ),
    garbage: both('garbage'),
    'http-401': quietly(one, 'http-401', ['http']),
    'http-500': quietly(one, 'http-500', ['http']),
    slow: quietly(one, 'slow', ['http']),
    disconnect: quietly(one, 'disconnect', ['http', 'mqtt']),
  };
}

function valuePlans({ kit, kind }: Applicable): Partial<Record<KitRule, Plan>> {
  const { profile, vectors } = kit.options;
  const counters = kit.driver.manifest.capabilities.points.filter(isCounter);
  const recorded = vectors ?? profile?.vectors ?? [];
  return {
    manifest: () => checkManifest(kit),
    'profile-lint': profile === undefined ? 'it runs no profile' : () => checkProfileLint(kit),
    secrets: () => checkSecrets(kit),
    vectors:
      recorded.length === 0 || kind !== 'modbus' ? 'it has no vectors' : () => checkVectors(kit),
    'round-trip': () => checkRoundTrip(kit),
    absent: () => checkAbsent(kit),
    counters: counters.length === 0 ? 'it has no counters' : () => checkCounters(kit, counters),
  };
}

function controlPlans(one: Applicable): Partial<Record<KitRule, Plan>> {
  const { kit } = one;
  const budgeted = Object.values(kit.driver.safety).some(
    ({ writesPerDay }) => writesPerDay !== 'unlimited',
  );
  return {
    'safety-table': withControls(one, () => checkSafetyTable(kit)),
    commands: withControls(one, () => checkCommands(kit)),
    'read-back': withControls(one, () => checkReadBack(kit)),
    bounds: withControls(one, () => checkBounds(kit)),
    refresh: withControls(one, () => checkRefresh(kit)),
    expiry: withControls(one, () => checkExpiry(kit)),
    release: withControls(one, () => checkRelease(kit)),
    'write-budget': withControls(one, () => checkWriteBudget(kit)),
    ...(one.controls && !budgeted ? { 'write-budget': 'no control of it wears out' } : {}),
  };
}

function plansOf(one: Applicable): Partial<Record<KitRule, Plan>> {
  const { kit, kind } = one;
  return {
    ...valuePlans(one),
    ...faultPlans(one),
    ...controlPlans(one),
    'twin-tcp': onWire(one, 'tcp'),
    'twin-rtu': onWire(one, 'rtu'),
    'twin-rtu-over-tcp': onWire(one, 'rtu-over-tcp'),
    'twin-http':
      kind === 'http' ? () => checkTwinQuietly(kit, 'twin-http') : `it is a device on ${kind}`,
    'twin-mqtt':
      kind === 'mqtt' ? () => checkTwinQuietly(kit, 'twin-mqtt') : `it is a device on ${kind}`,
    'probe-reads-only': () => checkProbe(kit),
    'no-write-at-start': () => checkNoWriteAtStart(kit),
    settles: () => checkSettles(kit),
    'own-resources': () => checkOwnResources(kit),
    'no-leaks': () => checkNoLeaks(kit),
  };
}

/** On which wires a Modbus twin is served, as its options or the twin itself say. */
function wiresOf(twin: DriverTwin, options: KitOptions): readonly ModbusWire[] {
  const all: readonly ModbusWire[] = ['tcp', 'rtu', 'rtu-over-tcp'];
  if (twin.kind !== 'modbus') return [];
  const framings = twin.framings ?? all;
  const wires = all.filter((wire) => (options.wires ?? framings).includes(wire));
  // A serial line knows the units 1 to 247 only.
  const onSerial = twin.unit >= 1 && twin.unit <= 247;
  return onSerial ? wires : wires.filter((wire) => wire === 'tcp');
}

/**
 * The checks of a driver, in the order of {@link KIT_RULES}; nothing runs until a check's `run` is
 * called. Each check has a twin, a clock and a store of its own, so they may run side by side.
 * @throws what the driver's twin throws for the configuration, as `bad-config`.
 */
export function driverChecks<Transport>(
  driver: Driver<Transport>,
  options: KitOptions = {},
): readonly KitCheck[] {
  const kit = new KitCase(driver as Driver<unknown>, options);
  const twin = kit.driver.twin(kit.config, { clock: virtualClock(0) });
  const plans = plansOf({
    kit,
    kind: twin.kind,
    wires: wiresOf(twin, options),
    controls: driver.manifest.capabilities.controls.length > 0,
  });
  return (Object.keys(KIT_RULES) as KitRule[]).map((rule) => {
    const plan = options.except?.[rule] ?? plans[rule] ?? 'nothing to check';
    const name = KIT_RULES[rule];
    return typeof plan === 'string'
      ? { rule, name, skipped: plan, run: () => Promise.resolve() }
      : { rule, name, run: () => kit.calibrated(calibrate).then(plan) };
  });
}
