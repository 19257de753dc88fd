import { ConsoleError, isConsoleError } from './console-error.js';
import {
  energyTotal,
  expectVersion,
  finite,
  flag,
  instant,
  list,
  numberOrFlag,
  oneOf,
  shape,
  text,
} from './json-reader.js';

/** The version of the state document this page reads. */
export const STATE_VERSION = 1;

const flows = shape(
  {},
  {
    /** W at the grid meter, positive imports. */
    gridWatts: finite,
    /** W produced, 0 or more. */
    pvWatts: finite,
    /** W at the battery, positive charges. */
    batteryWatts: finite,
    /** 0 to 100. */
    stateOfChargePercent: finite,
    /** W into the vehicle charger. */
    chargerWatts: finite,
    /** W into switched loads. */
    loadWatts: finite,
    /** W into the rest of the house. */
    houseWatts: finite,
    /** Exchange per phase against its limit. */
    phases: list(
      shape({ phase: oneOf('L1', 'L2', 'L3'), amperes: finite, limitAmperes: finite }, {}),
    ),
  },
);

const device = shape(
  {
    device: text,
    role: oneOf(
      'gridMeter',
      'meter',
      'pvInverter',
      'batteryInverter',
      'hybridInverter',
      'charger',
      'load',
      'switch',
    ),
    /** Whether the last poll reached it. */
    online: flag,
  },
  {
    label: text,
    /** W at its AC port, positive into the device; at the grid meter positive imports. */
    powerWatts: finite,
    stateOfChargePercent: finite,
    /** Quality of its power; absent when it was never read. */
    quality: oneOf('good', 'stale', 'suspect', 'bad'),
    cause: text,
    readAt: instant,
  },
);

const setPoint = shape(
  {
    device: text,
    control: text,
    /** What the weaker rules asked for. */
    wanted: numberOrFlag,
    /** What the limits left of it. */
    granted: numberOrFlag,
    /** Rules that narrowed it, strongest first. */
    limitedBy: list(text),
    reason: text,
    /** Whether a command went out; false: the last one still holds. */
    issued: flag,
  },
  { unit: oneOf('W', 'A', 'bool', 'percent', 'state'), expiresAt: instant },
);

const decision = shape(
  {
    at: instant,
    /** `blind`: the grid meter cannot be trusted, only safe steps are taken. */
    mode: oneOf('normal', 'blind'),
    summary: text,
    /** Rules that had an effect, strongest first. */
    rules: list(shape({ rule: text, text }, {})),
    setPoints: list(setPoint),
  },
  {},
);

const state = shape(
  {
    gateway: text,
    /** The site's name for people. */
    site: text,
    /** The gateway's clock when it sent this. */
    now: instant,
    /** IANA name; all times are shown in it. */
    timeZone: text,
    uptimeMs: finite,
    /** How often the gateway decides, by its own clock. */
    tickMs: finite,
    flows,
    devices: list(device),
    limits: shape(
      {},
      {
        mainFuseAmperes: finite,
        importLimitWatts: finite,
        exportLimitWatts: finite,
        reason: text,
        until: instant,
      },
    ),
    today: shape(
      {},
      {
        importMilliwattHours: energyTotal,
        exportMilliwattHours: energyTotal,
        pvMilliwattHours: energyTotal,
        consumptionMilliwattHours: energyTotal,
        selfSufficiencyPercent: finite,
      },
    ),
    alarms: list(
      shape(
        { id: text, severity: oneOf('warning', 'critical'), text },
        { since: instant, device: text },
      ),
    ),
  },
  {
    /** Simulated time runs this many times faster; absent: real time. */
    speed: finite,
    decision,
    price: shape(
      {
        currency: text,
        importPriceMicroPerKilowattHour: finite,
        exportPriceMicroPerKilowattHour: finite,
      },
      { until: instant },
    ),
    uplink: shape({ connected: flag, outboxEntries: finite }, { lastReceiptAt: instant }),
  },
);

/**
 * Everything the page shows of one moment, as `GET /api/state` and each `state` event of
 * `GET /api/stream` carry it. A value the gateway does not know is a missing key, never 0.
 */
export type ConsoleState = ReturnType<typeof state>;
/** Measured powers of one moment; an absent one was not usable. */
export type ConsoleFlows = ConsoleState['flows'];
/** One device of the site and how fresh its values are. */
export type ConsoleDevice = ConsoleState['devices'][number];
/** The last decision and why it was taken. */
export type ConsoleDecision = NonNullable<ConsoleState['decision']>;
/** One set point of a decision. */
export type ConsoleSetPoint = ConsoleDecision['setPoints'][number];

/** Reads a state document. @throws ConsoleError `malformed` or `other-version`. */
export function parseState(value: unknown): ConsoleState {
  expectVersion(value, 'consoleState', STATE_VERSION);
  return state(value, 'consoleState');
}

/** {@link parseState} that answers instead of throwing. */
export function safeParseState(
  value: unknown,
): { success: true; data: ConsoleState } | { success: false; error: ConsoleError } {
  try {
    return { success: true, data: parseState(value) };
  } catch (error) {
    if (isConsoleError(error)) return { success: false, error };
    throw error;
  }
}
