import { map } from 'rxjs';
import type { Device } from './device.js';
import type { DriverContext } from './driver-context.js';
import type { Redactor } from './redaction.js';

/** A context in which no secret reaches the log or the store. */
export function guardedContext<Transport>(
  context: DriverContext<Transport>,
  redactor: Redactor,
): DriverContext<Transport> {
  if (redactor.idle) return context;
  const { log, store } = context;
  return {
    ...context,
    log: (level, message, fields) => {
      if (fields === undefined) log(level, redactor.text(message));
      else log(level, redactor.text(message), redactor.value(fields));
    },
    store: {
      get: (key) => store.get(key),
      set: (key, value) => store.set(redactor.text(key), redactor.value(value)),
    },
  };
}

/** A device whose readings, description, outcomes and errors hold no secret. */
export function guardedDevice(device: Device, redactor: Redactor): Device {
  if (redactor.idle) return device;
  const { intervals$, alarms, makeSafe } = device;
  return {
    get description() {
      return redactor.value(device.description);
    },
    points$: device.points$.pipe(map((readings) => redactor.value(readings))),
    ...(intervals$ === undefined ? {} : { intervals$ }),
    ...(alarms === undefined ? {} : { alarms: () => redactor.value(alarms.call(device)) }),
    ...(makeSafe === undefined
      ? {}
      : { makeSafe: (why: string) => redactor.guard(() => makeSafe.call(device, why)) }),
    safety: () => redactor.value(device.safety()),
    read: (signal) => redactor.guard(async () => redactor.value(await device.read(signal))),
    command: (command) => redactor.guard(async () => redactor.value(await device.command(command))),
    release: () => redactor.guard(() => device.release()),
    close: () => redactor.guard(() => device.close()),
  };
}
