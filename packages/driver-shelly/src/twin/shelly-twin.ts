import type { Clock, HttpRequest, HttpResponse, HttpTwin } from '@microgrid/devices';
import { parseComponent, pointsOf, reversedPoints, type ShellyComponent } from '../component.js';
import type { ShellyConfig } from '../config.js';
import { isRecord, memberAt, merged, parseRecord, type JsonRecord } from '../json-record.js';

/** A simulated Shelly device. */
export interface ShellyTwin extends HttpTwin {
  /** Its whole status, as `Shelly.GetStatus` answers. */
  status(): JsonRecord;
  /** What the relay does after a power cut; default `restore_last`. */
  initialState: string;
  /** Cuts its power for a moment: timers are forgotten, and the relay does what `initialState` says. */
  powerCycle(): void;
}

const MAC = 'A8032AB12345';
const ERROR_NO_HANDLER = 404;
const ERROR_BAD_ARGUMENT = -103;

/** What a component shows before anything is set. */
const FIRST: Readonly<Record<ShellyComponent['kind'], JsonRecord>> = {
  switch: {
    source: 'init',
    output: false,
    apower: 0,
    voltage: 230,
    current: 0,
    pf: 0,
    freq: 50,
    aenergy: { total: 0, by_minute: [0, 0, 0], minute_ts: 0 },
    ret_aenergy: { total: 0 },
    temperature: { tC: 35, tF: 95 },
  },
  pm1: {
    voltage: 230,
    current: 0,
    apower: 0,
    aprtpower: 0,
    pf: 0,
    freq: 50,
    aenergy: { total: 0 },
    ret_aenergy: { total: 0 },
  },
  em1: { current: 0, voltage: 230, act_power: 0, aprt_power: 0, pf: 0, freq: 50 },
  em: {
    ...Object.fromEntries(
      ['a', 'b', 'c'].flatMap((letter) => [
        [`${letter}_current`, 0],
        [`${letter}_voltage`, 230],
        [`${letter}_act_power`, 0],
        [`${letter}_aprt_power`, 0],
        [`${letter}_pf`, 0],
        [`${letter}_freq`, 50],
      ]),
    ),
    n_current: null,
    total_current: 0,
    total_act_power: 0,
    total_aprt_power: 0,
  },
};

const FIRST_DATA: Readonly<Partial<Record<ShellyComponent['kind'], JsonRecord>>> = {
  em1: { total_act_energy: 0, total_act_ret_energy: 0 },
  em: {
    ...Object.fromEntries(
      ['a', 'b', 'c'].flatMap((letter) => [
        [`${letter}_total_act_energy`, 0],
        [`${letter}_total_act_ret_energy`, 0],
      ]),
    ),
    total_act: 0,
    total_act_ret: 0,
  },
};

/** An answer that is an error of the device's own. */
class RpcFailure extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, step) => ({ [step]: inner }), value);

class Twin implements ShellyTwin {
  readonly kind = 'http';
  writes = 0;
  initialState = 'restore_last';
  private readonly component: ShellyComponent;
  private shown: JsonRecord;
  /** The flip-back timer of the relay, on the monotonic clock. */
  private timer:
    { readonly atMs: number; readonly to: boolean; readonly seconds: number } | undefined;
  private readonly listeners = new Set<(message: string) => void>();
  /** Who has asked something on its stream: only they are pushed to. */
  private readonly asking = new Set<(message: string) => void>();

  constructor(
    private readonly config: ShellyConfig,
    private readonly clock: Clock,
  ) {
    this.component = parseComponent(config.component ?? 'switch:0') ?? { kind: 'switch', id: 0 };
    const { kind, id } = this.component;
    const data = FIRST_DATA[kind];
    this.shown = {
      sys: { mac: MAC, uptime: 1 },
      [`${kind}:${id}`]: { id, ...FIRST[kind] },
      ...(data === undefined ? {} : { [`${kind}data:${id}`]: { id, ...data } }),
    };
  }

  private get key(): string {
    return `${this.component.kind}:${this.component.id}`;
  }

  /** Lets the flip-back timer act if its time has come. */
  private settle(): void {
    const { timer } = this;
    if (timer === undefined || this.clock.monotonicMs() < timer.atMs) return;
    this.timer = undefined;
    this.change({ [this.key]: { output: timer.to, source: 'timer' } });
  }

  private change(changed: JsonRecord): void {
    this.shown = merged(this.shown, changed);
    const ts = this.clock.nowMs() / 1000;
    const message = JSON.stringify({
      src: `shelly-${MAC.toLowerCase()}`,
      dst: 'microgrid',
      method: 'NotifyStatus',
      params: { ts, ...changed },
    });
    for (const push of this.asking) push(message);
  }

  status(): JsonRecord {
    this.settle();
    const { timer } = this;
    if (timer === undefined) return this.shown;
    return merged(this.shown, {
      [this.key]: {
        timer_started_at: this.clock.nowMs() / 1000,
        timer_duration: timer.seconds,
      },
    });
  }

  set(values: Readonly<Record<string, number | undefined>>): void {
    const { config, component } = this;
    const all = pointsOf(component);
    const points = config.reversed ? reversedPoints(all) : all;
    let changed: JsonRecord = {};
    for (const [name, value] of Object.entries(values)) {
      const found = points.find(({ point }) => point === name);
      if (found === undefined) continue;
      const sign = config.reversed && found.direction === 'signed' ? -1 : 1;
      const raw = value === undefined ? null : (value * sign) / found.factor;
      const field = name === 'switchState' && raw !== null ? raw !== 0 : raw;
      changed = merged(changed, nested(found.path, field) as JsonRecord);
    }
    this.settle();
    this.change(changed);
  }

  setPoints(): Readonly<Record<string, number | boolean | undefined>> {
    if (this.component.kind !== 'switch') return {};
    this.settle();
    const output = memberAt(this.shown, [this.key, 'output']);
    return { switch: typeof output === 'boolean' ? output : undefined };
  }

  powerCycle(): void {
    this.settle();
    this.timer = undefined;
    if (this.initialState === 'restore_last') return;
    this.change({ [this.key]: { output: this.initialState === 'on', source: 'init' } });
  }

  handle({ path, body = '' }: HttpRequest): HttpResponse {
    if (path === '/shelly') return answer(200, this.info());
    if (path !== '/rpc') return answer(404, { error: 'not found' });
    const frame = parseRecord(body);
    if (frame === undefined) return answer(400, { code: 400, message: 'Bad Request' });
    return answer(200, this.reply(frame));
  }

  connect(
    path: string,
    push: (message: string) => void,
  ): { receive(message: string): void; close(): void } {
    if (path === '/rpc') this.listeners.add(push);
    return {
      receive: (message) => {
        const frame = parseRecord(message);
        if (frame === undefined || !this.listeners.has(push)) return;
        this.asking.add(push);
        push(JSON.stringify(this.reply(frame)));
      },
      close: () => {
        this.listeners.delete(push);
        this.asking.delete(push);
      },
    };
  }

  private reply(frame: JsonRecord): JsonRecord {
    const head = { id: frame['id'] ?? 0, src: `shelly-${MAC.toLowerCase()}`, dst: frame['src'] };
    try {
      const params = isRecord(frame['params']) ? frame['params'] : {};
      return { ...head, result: this.call(String(frame['method']), params) };
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error;
      return { ...head, error: { code: error.code, message: error.message } };
    }
  }

  private info(): JsonRecord {
    return {
      name: null,
      id: `shelly-${MAC.toLowerCase()}`,
      mac: MAC,
      model: 'SNSW-001P16EU',
      gen: 2,
      fw_id: '20240101-000000/1.4.4',
      ver: '1.4.4',
      app: 'Plus1PM',
      auth_en: false,
      auth_domain: null,
    };
  }

  private call(method: string, params: JsonRecord): JsonRecord {
    this.settle();
    const { kind, id } = this.component;
    switch (method) {
      case 'Shelly.GetDeviceInfo':
        return this.info();
      case 'Shelly.GetStatus':
        return this.status();
      case 'Shelly.GetConfig':
        return { [this.key]: this.switchConfig() };
    }
    const [name, verb] = method.split('.');
    if (name?.toLowerCase() !== kind) {
      throw new RpcFailure(ERROR_NO_HANDLER, `No handler for ${method}`);
    }
    if (params['id'] !== id) throw new RpcFailure(ERROR_BAD_ARGUMENT, 'Invalid argument: id');
    if (verb === 'GetStatus') return this.status()[this.key] as JsonRecord;
    if (verb === 'GetConfig') return this.switchConfig();
    if (verb === 'Set' && kind === 'switch') return this.switch(params);
    throw new RpcFailure(ERROR_NO_HANDLER, `No handler for ${method}`);
  }

  private switchConfig(): JsonRecord {
    const { id } = this.component;
    return {
      id,
      name: null,
      initial_state: this.initialState,
      auto_off: false,
      auto_off_delay: 60,
    };
  }

  private switch({ on, toggle_after: after }: JsonRecord): JsonRecord {
    this.writes += 1;
    if (typeof on !== 'boolean') throw new RpcFailure(ERROR_BAD_ARGUMENT, 'Missing argument: on');
    const wasOn = memberAt(this.shown, [this.key, 'output']) === true;
    this.timer =
      typeof after === 'number' && after > 0
        ? { atMs: this.clock.monotonicMs() + after * 1000, to: !on, seconds: after }
        : undefined;
    this.change({ [this.key]: { output: on, source: 'HTTP_in' } });
    return { was_on: wasOn };
  }
}

const answer = (status: number, body: JsonRecord): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** Makes a simulated device with the configured component; its timer follows the clock. */
export function shellyTwin(config: ShellyConfig, clock: Clock): ShellyTwin {
  return new Twin(config, clock);
}
