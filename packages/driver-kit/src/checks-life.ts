import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { isDevicesError, type Device } from '@microgrid/devices';
import { commandTo, twoSetPoints } from './commands.js';
import { broken, messageOf } from './found.js';
import type { KitCase } from './kit-case.js';
import type { KitRule } from './kit-rule.js';
import { quietLine, readDue, settled, type QuietLine } from './quiet-line.js';

/** Real time in which a promise that was given up must settle. */
const SOON_MS = 1500;

/** Ends a check unless a promise settles soon, one way or the other. */
async function expectSettled(
  rule: KitRule,
  what: string,
  promise: Promise<unknown>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, SOON_MS);
  });
  const inTime = promise.then(
    () => true,
    () => true,
  );
  const settledInTime = await Promise.race([inTime, late]);
  clearTimeout(timer);
  if (!settledInTime) broken(rule, what, `a promise that is open after ${SOON_MS} ms`, 'an end');
}

async function expectClosed(what: string, promise: Promise<unknown>): Promise<void> {
  const outcome: unknown = await promise.then(
    () => 'no error',
    (error: unknown) => error,
  );
  if (isDevicesError(outcome) && outcome.code === 'closed') return;
  broken('settles', `${what} after close`, messageOf(outcome), 'a DevicesError with code closed');
}

async function expectAllSettle(line: QuietLine, device: Device): Promise<void> {
  const { world } = line;
  const gaveUp = new AbortController();
  line.setFault('hangs');
  world.clock.advance(world.kit.slowestPointMs);
  const reading = device.read(gaveUp.signal);
  gaveUp.abort();
  await expectSettled('settles', 'read, given up by its signal', reading);
  const [control] = device.description.controls;
  if (control !== undefined) {
    const [value] = twoSetPoints(device, control);
    const commanding = device.command(commandTo(world, control.id, value));
    await expectSettled('settles', 'command to a device that hangs', commanding);
  }
  const second = device.read();
  world.stopping.abort();
  await expectSettled('settles', 'read while the gateway stops', second);
  await expectSettled('settles', 'release of a device that hangs', device.release());
  await expectSettled('settles', 'close of a device that hangs', device.close());
}

/** Aborted, closed and unanswered: every promise settles; afterwards the device is closed. */
export async function checkSettles(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const device = await line.open();
  const points = { completed: false };
  device.points$.subscribe({
    complete: () => {
      points.completed = true;
    },
  });
  await readDue(line.world, device);
  await expectAllSettle(line, device);
  line.setFault('none');
  if (!points.completed) broken('settles', 'points$', 'open after close', 'completed');
  await expectClosed('read', device.read());
  await expectSettled('settles', 'close again', device.close());
}

/** Kinds of resources that only the gateway may make. */
const FOREIGN = new Set([
  'Timeout',
  'Immediate',
  'TCPWRAP',
  'TLSWRAP',
  'PIPEWRAP',
  'UDPWRAP',
  'UDPSENDWRAP',
  'HTTPCLIENTREQUEST',
  'HTTPINCOMINGMESSAGE',
  'PROCESSWRAP',
  'WORKER',
  'FSEVENTWRAP',
  'GETADDRINFOREQWRAP',
  'TTYWRAP',
]);

/** Runs the driver's own calls and tells what they made. */
class ResourceWatch {
  private readonly inside = new AsyncLocalStorage<boolean>();
  readonly made: string[] = [];
  private readonly hook = createHook({
    init: (_id, type) => {
      if (this.inside.getStore() === true && FOREIGN.has(type)) this.made.push(type);
    },
  });

  start(): void {
    this.hook.enable();
  }

  stop(): void {
    this.hook.disable();
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.inside.run(true, work);
  }
}

/** The driver makes no timer, socket, thread or process. */
export async function checkOwnResources(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const { world } = line;
  const watch = new ResourceWatch();
  watch.start();
  try {
    await watch.run(() => kit.driver.probe(line.context(), kit.config));
    const device = await watch.run(() => line.open());
    const poll = async (): Promise<void> => {
      await watch.run(() => device.read());
      await settled();
    };
    await poll();
    world.clock.advance(kit.slowestPointMs);
    await poll();
    for (const control of device.description.controls) {
      const [value] = twoSetPoints(device, control);
      const command = commandTo(world, control.id, value);
      await watch.run(() => device.command(command));
      await poll();
    }
    await watch.run(() => device.close());
  } finally {
    watch.stop();
  }
  if (watch.made.length > 0) {
    const found = [...new Set(watch.made)].join(', ');
    broken('own-resources', 'open, read, command, close', found, 'nothing but what it was given');
  }
}

const LIVES = 50;

/** Many lives on one transport leave no subscription, stream or listener behind. */
export async function checkNoLeaks(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const { world } = line;
  const listenersNow = (): number =>
    line.listeners + getEventListeners(world.stopping.signal, 'abort').length;
  let observed = 0;
  for (let life = 0; life < LIVES; life += 1) {
    const device = await line.open();
    device.points$.subscribe({
      complete: () => {
        observed += 1;
      },
    });
    await device.read();
    await settled();
    await device.close();
    await settled();
  }
  const left = listenersNow();
  if (left > 1) {
    const found = `${left} listeners and subscriptions after ${LIVES} lives`;
    broken('no-leaks', 'open and close', found, 'none that grow with the number of lives');
  }
  if (observed !== LIVES) {
    broken('no-leaks', 'points$', `${observed} of ${LIVES} completed`, 'every one completed');
  }
}

/** Probing changes nothing. */
export async function checkProbe(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const before = JSON.stringify(line.world.twin.setPoints());
  await kit.driver.probe(line.context(), kit.config);
  await settled();
  if (line.writes > 0) broken('probe-reads-only', 'probe', `${line.writes} writes`, 'reads only');
  if (JSON.stringify(line.world.twin.setPoints()) !== before) {
    broken('probe-reads-only', 'probe', 'other set points', 'nothing changed');
  }
}

const POLLS = 60;

/** A device that nobody commanded is not written to. */
export async function checkNoWriteAtStart(kit: KitCase): Promise<void> {
  const line = quietLine(kit);
  const device = await line.open();
  for (let poll = 0; poll < POLLS; poll += 1) {
    line.world.clock.advance(MINUTE_MS);
    await device.read();
    await settled();
  }
  await device.release();
  await device.close();
  await settled();
  if (line.writes > 0) {
    const found = `${line.writes} writes without a command`;
    broken('no-write-at-start', 'open, read, release, close', found, 'none');
  }
}

const MINUTE_MS = 60_000;
