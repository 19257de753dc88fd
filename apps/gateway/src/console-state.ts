import type { Explanation, UpstreamSignals } from '@microgrid/control';
import type { Clock } from '@microgrid/devices';
import type { DeviceControl, TariffSignalV1 } from '@microgrid/events';
import { formatInstant, parseInstant, type EpochMs } from '@microgrid/units';
import type { Alarm } from './alarms.js';
import type { GatewayConfig } from './configuration.js';
import type { DecisionLoop } from './decision-loop.js';
import type { DevicePoller } from './device-poller.js';
import type { EnergyToday } from './energy-today.js';

/** What the page is made of. */
export interface ConsoleInputs {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly startedMs: number;
  readonly speed: number | undefined;
  readonly pollers: readonly DevicePoller[];
  readonly decisions: DecisionLoop | undefined;
  readonly signals: UpstreamSignals;
  readonly today: EnergyToday;
  readonly alarms: readonly Alarm[];
  readonly uplink:
    | { readonly connected: boolean; readonly pending: number; readonly lastReceiptAt?: string }
    | undefined;
}

/** The document of `GET /api/state`; docs/console.md describes it. A value not known is left out. */
export function consoleState(inputs: ConsoleInputs): object {
  const { config, clock, speed, decisions, uplink } = inputs;
  const nowMs = clock.nowMs();
  const explanation = decisions?.explanation;
  const price = priceNow(inputs.signals, nowMs);
  return {
    kind: 'consoleState',
    version: 1,
    gateway: config.gateway,
    site: config.site.name ?? config.site.id,
    now: formatInstant(Math.floor(nowMs)),
    timeZone: config.site.timeZone,
    uptimeMs: Math.floor(clock.monotonicMs() - inputs.startedMs),
    tickMs: config.control.tickMs,
    ...(speed === undefined ? {} : { speed }),
    flows: explanation?.flows ?? {},
    devices: inputs.pollers.map(deviceState),
    ...(explanation === undefined ? {} : { decision: decisionState(explanation, inputs, nowMs) }),
    limits: limitState(inputs, nowMs),
    ...(price === undefined ? {} : { price }),
    today: inputs.today,
    ...(uplink === undefined
      ? {}
      : {
          uplink: {
            connected: uplink.connected,
            outboxEntries: uplink.pending,
            ...(uplink.lastReceiptAt === undefined ? {} : { lastReceiptAt: uplink.lastReceiptAt }),
          },
        }),
    alarms: inputs.alarms,
  };
}

function deviceState(poller: DevicePoller): object {
  const { device, role } = poller.device.description;
  const power = poller.reading('power');
  const charge = poller.reading('stateOfCharge')?.value;
  // A relay has no power to show, and is read all the same.
  const latest = power ?? poller.reading('switchState');
  return {
    device,
    role,
    label: poller.label,
    online: poller.online,
    ...(power?.value === undefined ? {} : { powerWatts: power.value }),
    ...(charge === undefined ? {} : { stateOfChargePercent: charge }),
    ...(latest === undefined ? {} : { quality: latest.quality, readAt: latest.at }),
    ...(latest?.cause === undefined ? {} : { cause: latest.cause }),
  };
}

function decisionState(explanation: Explanation, inputs: ConsoleInputs, nowMs: EpochMs): object {
  const standing = new Map(
    (inputs.decisions?.standing() ?? []).map((one) => [
      `${one.command.device}/${one.command.control}`,
      one,
    ]),
  );
  return {
    at: explanation.at,
    mode: explanation.mode,
    summary: explanation.summary,
    rules: explanation.rules.map(({ rule, text }) => ({ rule, text })),
    setPoints: explanation.setPoints.map((setPoint) => {
      const unit = controlOf(inputs.pollers, setPoint.device, setPoint.control)?.unit;
      const command = standing.get(`${setPoint.device}/${setPoint.control}`);
      const leftMs =
        command === undefined
          ? undefined
          : command.receivedMs + command.command.validForMs - inputs.clock.monotonicMs();
      return {
        ...setPoint,
        ...(unit === undefined ? {} : { unit }),
        ...(leftMs === undefined || leftMs <= 0
          ? {}
          : { expiresAt: formatInstant(Math.floor(nowMs + leftMs)) }),
      };
    }),
  };
}

function controlOf(
  pollers: readonly DevicePoller[],
  device: string,
  control: string,
): DeviceControl | undefined {
  return pollers
    .find((poller) => poller.device.description.device === device)
    ?.device.description.controls.find(({ id }) => id === control);
}

function limitState({ config, signals }: ConsoleInputs, nowMs: EpochMs): object {
  const fuse = config.control.policy?.mainFuse.amperesPerPhase;
  const limit = signals.limit?.signal;
  const inForce =
    limit !== undefined &&
    (signals.limit?.remainingMs ?? 0) > 0 &&
    parseInstant(limit.start) <= nowMs &&
    nowMs < parseInstant(limit.end);
  return {
    ...(fuse === undefined ? {} : { mainFuseAmperes: fuse }),
    ...(inForce
      ? {
          ...(limit.importLimitWatts === undefined
            ? {}
            : { importLimitWatts: limit.importLimitWatts }),
          ...(limit.exportLimitWatts === undefined
            ? {}
            : { exportLimitWatts: limit.exportLimitWatts }),
          reason: limit.reason,
          until: limit.end,
        }
      : {}),
  };
}

/** The price of the signal's period that holds now. */
function priceNow({ tariff }: UpstreamSignals, nowMs: EpochMs): object | undefined {
  if (tariff === undefined || tariff.remainingMs <= 0) return undefined;
  const signal: TariffSignalV1 = tariff.signal;
  const period = signal.periods.find(
    ({ start, end }) => parseInstant(start) <= nowMs && nowMs < parseInstant(end),
  );
  if (period === undefined) return undefined;
  return {
    currency: signal.currency,
    importPriceMicroPerKilowattHour: period.importPriceMicroPerKilowattHour,
    exportPriceMicroPerKilowattHour: period.exportPriceMicroPerKilowattHour,
    until: period.end,
  };
}
