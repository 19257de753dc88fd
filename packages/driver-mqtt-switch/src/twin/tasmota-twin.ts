import type { Clock, MqttTransport, MqttTwin } from '@microgrid/devices';
import { Subscription } from 'rxjs';
import type { MqttSwitchConfig } from '../config.js';
import { pulseTimeSeconds } from '../pulse-time.js';
import { Topics } from '../topics.js';

/** A simulated Tasmota device with one relay and an energy meter. */
export interface TasmotaTwin extends MqttTwin {
  /** What PulseTime is set to, in Tasmota's numbers. */
  readonly pulseTime: number;
  /** What the relay does after a power cut; default 3 = as before. */
  powerOnState: number;
  /** How PulseTime is answered: by firmware of different ages. Default `objects`. */
  dialect: 'text' | 'objects' | 'lists';
  /** Someone at the device, or at its console, sets PulseTime. */
  setPulseTime(code: number): void;
  /** Publishes the periodic reports STATE and SENSOR. */
  report(): void;
}

type Energy = Record<string, number | undefined>;

/** Point, field of ENERGY, and what a unit of the field is in the point's unit. */
const FIELDS: Readonly<Record<string, readonly [field: string, factor: number]>> = {
  power: ['Power', 1],
  apparentPower: ['ApparentPower', 1],
  reactivePower: ['ReactivePower', 1],
  powerFactor: ['Factor', 1],
  voltageL1: ['Voltage', 1],
  currentL1: ['Current', 1],
  frequency: ['Frequency', 1],
  importEnergy: ['Total', 1_000_000],
  exportEnergy: ['ExportActive', 1_000_000],
};

class Twin implements TasmotaTwin {
  readonly kind = 'mqtt';
  writes = 0;
  pulseTime = 0;
  powerOnState = 3;
  dialect: TasmotaTwin['dialect'] = 'objects';
  private readonly topics: Topics;
  private on = false;
  /** When the running pulse ends, on the monotonic clock. */
  private endsMs: number | undefined;
  private readonly energy: Energy = { Power: 0, Voltage: 230, Current: 0, Total: 0 };
  private broker: MqttTransport | undefined;
  private switchKnown = true;

  constructor(
    private readonly config: MqttSwitchConfig,
    private readonly clock: Clock,
  ) {
    this.topics = new Topics(config.topic, config.fullTopic);
  }

  connect(broker: MqttTransport): () => void {
    this.broker = broker;
    const subscription = new Subscription();
    subscription.add(
      broker.subscribe(this.topics.of('cmnd', '+')).subscribe(({ topic, payload }) => {
        const name = this.topics.nameIn('cmnd', topic);
        if (name !== undefined) this.obey(name, new TextDecoder().decode(payload));
      }),
    );
    this.say('tele', 'LWT', 'Online');
    this.report();
    return () => {
      subscription.unsubscribe();
      if (this.broker === broker) this.broker = undefined;
    };
  }

  private say(prefix: 'stat' | 'tele', name: string, text: string): void {
    this.broker?.publish(this.topics.of(prefix, name), text).catch(() => undefined);
  }

  private answer(name: string, data: unknown): void {
    this.say('stat', name, JSON.stringify(data));
  }

  /** Turns off when the pulse has ended. */
  private settle(): void {
    if (this.endsMs === undefined || this.clock.monotonicMs() < this.endsMs) return;
    this.endsMs = undefined;
    this.on = false;
    this.sayPower();
  }

  private get powerName(): string {
    return this.config.relay === 1 ? 'POWER' : `POWER${this.config.relay}`;
  }

  private get powerText(): string {
    return this.on ? 'ON' : 'OFF';
  }

  private sayPower(): void {
    this.answer('RESULT', { [this.powerName]: this.powerText });
    this.say('stat', this.powerName, this.powerText);
  }

  private obey(name: string, payload: string): void {
    this.settle();
    const { relay } = this.config;
    const upper = name.toUpperCase();
    if (upper === `POWER${relay}` || (upper === 'POWER' && relay === 1)) this.power(payload);
    else if (upper === `PULSETIME${relay}`) this.pulse(payload);
    else if (upper === 'STATUS') this.status(payload);
  }

  private power(payload: string): void {
    const wanted = /^(?:on|1|true)$/i.test(payload)
      ? true
      : /^(?:off|0|false)$/i.test(payload)
        ? false
        : undefined;
    if (wanted === undefined) {
      // As the firmware does: asking for the state ends a running pulse.
      if (payload === '') this.endsMs = undefined;
    } else {
      this.writes += 1;
      this.on = wanted;
      const seconds = pulseTimeSeconds(this.pulseTime);
      this.endsMs =
        wanted && seconds !== undefined ? this.clock.monotonicMs() + seconds * 1000 : undefined;
    }
    this.sayPower();
  }

  setPulseTime(code: number): void {
    this.pulseTime = code;
  }

  private pulse(payload: string): void {
    if (/^\d+$/.test(payload)) {
      this.writes += 1;
      this.pulseTime = Number(payload);
    }
    const leftMs = this.endsMs === undefined ? 0 : this.endsMs - this.clock.monotonicMs();
    const remaining = leftMs <= 0 ? 0 : Math.ceil(leftMs / 1000) + 100;
    const { relay } = this.config;
    const name = `PulseTime${relay}`;
    const at = (value: number): number[] =>
      Array.from({ length: relay }, (_, index) => (index === relay - 1 ? value : 0));
    const forms = {
      text: { [name]: `${this.pulseTime} (Active ${remaining})` },
      objects: { [name]: { Set: this.pulseTime, Remaining: remaining } },
      lists: { PulseTime: { Set: at(this.pulseTime), Remaining: at(remaining) } },
    };
    this.answer('RESULT', forms[this.dialect]);
  }

  private get stateData(): Readonly<Record<string, unknown>> {
    const power = this.switchKnown ? { [this.powerName]: this.powerText } : {};
    return { Time: this.time, UptimeSec: 1, ...power };
  }

  private get time(): string {
    return new Date(this.clock.nowMs()).toISOString().slice(0, 19);
  }

  private get sensorData(): Readonly<Record<string, unknown>> {
    return { Time: this.time, ENERGY: this.energy };
  }

  private status(payload: string): void {
    const { topic } = this.config;
    const parts: readonly (readonly [number, string, unknown])[] = [
      [
        0,
        'STATUS',
        { Status: { DeviceName: 'Plug', Topic: topic, PowerOnState: this.powerOnState } },
      ],
      [2, 'STATUS2', { StatusFWR: { Version: '14.2.0(tasmota)', Hardware: 'ESP8266EX' } }],
      [5, 'STATUS5', { StatusNET: { Hostname: topic, Mac: 'AA:BB:CC:00:11:22' } }],
      [10, 'STATUS10', { StatusSNS: this.sensorData }],
      [11, 'STATUS11', { StatusSTS: this.stateData }],
    ];
    for (const [number, name, data] of parts) {
      if (payload === '0' || payload === String(number)) this.answer(name, data);
    }
  }

  report(): void {
    this.settle();
    this.say('tele', 'STATE', JSON.stringify(this.stateData));
    this.say('tele', 'SENSOR', JSON.stringify(this.sensorData));
  }

  set(values: Readonly<Record<string, number | undefined>>): void {
    this.settle();
    for (const [point, value] of Object.entries(values)) {
      const [field, factor] = FIELDS[point] ?? [];
      if (point === 'switchState') {
        this.switchKnown = value !== undefined;
        this.on = value === undefined ? this.on : value !== 0;
      } else if (field !== undefined && factor !== undefined) {
        this.energy[field] = value === undefined ? undefined : value / factor;
      }
    }
  }

  setPoints(): Readonly<Record<string, number | boolean | undefined>> {
    this.settle();
    return { switch: this.on };
  }
}

/** Makes a simulated device; its pulse ends by the clock. */
export function tasmotaTwin(config: MqttSwitchConfig, clock: Clock): TasmotaTwin {
  return new Twin(config, clock);
}
