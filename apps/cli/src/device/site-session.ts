import { randomUUID } from 'node:crypto';
import type { FallbackFact, SiteSample } from '@microgrid/control/commissioning';
import { isUsable } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import { formatInstant } from '@microgrid/units';
import { CommandError } from '../command-error.js';
import { parseAddress, type DeviceAddress } from './address.js';
import { checkSetPoint } from './check-set-point.js';
import type { CommissionedDevice, CommissioningFile } from './commissioning-file.js';
import { deviceSource } from './device-source.js';
import { fileStore, memoryStore } from './file-store.js';
import { openDevice, type OpenedDevice } from './opened-device.js';
import { openLine } from './open-line.js';
import { systemClock } from './system-clock.js';

/** How a site is opened. */
export interface SessionSettings {
  /** Devices with a step may be commanded. */
  readonly auto: boolean;
  /** Where counted writes are kept. */
  readonly stateFolder: string;
  readonly warn: (text: string) => void;
}

const lineKey = (address: DeviceAddress): string =>
  address.wire === 'rtu' ? address.path : `${address.wire} ${address.host} ${address.port}`;

/** All devices of a site, open. */
export class SiteSession {
  private readonly lines = new Map<string, ModbusBus>();
  private readonly opened = new Map<string, OpenedDevice>();
  private sequence = systemClock.nowMs();

  private constructor(
    private readonly file: CommissioningFile,
    private readonly settings: SessionSettings,
  ) {}

  /** Opens every device; devices of one line share it. @throws CommandError */
  static async open(file: CommissioningFile, settings: SessionSettings): Promise<SiteSession> {
    const session = new SiteSession(file, settings);
    try {
      for (const device of file.devices) await session.add(device);
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  private async add(device: CommissionedDevice): Promise<void> {
    const { auto, stateFolder, warn } = this.settings;
    const source = deviceSource(device.profile);
    const address = parseAddress(device.address);
    const key = lineKey(address);
    const transport = source.profile?.transport;
    const bus = this.lines.get(key) ?? (await openLine(address, { transport }));
    this.lines.set(key, bus);
    const commanded = auto && device.step !== undefined;
    const opened = await openDevice(source, device.address, {
      id: device.id,
      config: JSON.stringify(device.config),
      store: commanded ? fileStore(stateFolder, `${source.name} ${device.address}`) : memoryStore(),
      log: (level, message) => {
        if (level === 'error') warn(message);
      },
      // What was begun is ended in order.
      signal: new AbortController().signal,
      readOnly: !commanded,
      bus,
    });
    this.opened.set(device.id, opened);
  }

  /** One look at every device: the values that can be trusted. */
  async sample(): Promise<SiteSample> {
    const entries = await Promise.all(
      [...this.opened].map(async ([id, { device }]) => {
        const readings = await device.read();
        const values = readings.flatMap(({ point, value, quality }) =>
          value !== undefined && isUsable(quality) ? [[point, value] as const] : [],
        );
        return [id, Object.fromEntries(values)] as const;
      }),
    );
    return Object.fromEntries(entries);
  }

  /**
   * Checks that a device's step is within its limits.
   * @throws CommandError `usage` naming the limit; `input` for a control it lacks.
   */
  checkStep({ id, step }: CommissionedDevice, sample: SiteSample): void {
    const opened = this.opened.get(id);
    if (step === undefined || opened === undefined) return;
    const { controls } = opened.device.description;
    const control = controls.find((one) => one.id === step.control);
    if (control === undefined) {
      const known = controls.map((one) => one.id).join(', ') || 'none';
      throw new CommandError(
        'input',
        `devices.${id}.step.control: got ${step.control}, expected one of its controls (${known})`,
      );
    }
    for (const value of [step.off, step.on]) {
      const text = typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
      checkSetPoint(control, text, opened.source.profile, (point) => sample[id]?.[point]);
    }
  }

  /** Commands one state of a device's step. @returns why it did not work, or undefined. */
  async switchDevice(
    { id, step }: CommissionedDevice,
    on: boolean,
    validForMs: number,
  ): Promise<string | undefined> {
    const opened = this.opened.get(id);
    if (step === undefined || opened === undefined) return 'it has no step';
    this.sequence = Math.max(this.sequence + 1, systemClock.nowMs());
    const { status, reason } = await opened.device.command({
      kind: 'command',
      version: 1,
      id: randomUUID(),
      sequence: this.sequence,
      audience: id,
      issuedAt: formatInstant(systemClock.nowMs()),
      validForMs,
      device: id,
      control: step.control,
      value: on ? step.on : step.off,
      reason: 'commissioning: load step',
    });
    return status === 'applied' || status === 'accepted' ? undefined : `${status}: ${reason}`;
  }

  /** Hands a device back to its own logic. */
  async release(id: string): Promise<void> {
    await this.opened.get(id)?.device.release();
  }

  /** Who a device says it is. */
  nameOf(id: string): string {
    const { manufacturer = '', model = '' } = this.opened.get(id)?.device.description ?? {};
    return `${manufacturer} ${model}`.trim();
  }

  /** What each device does on loss, where that can be set against its circuit. */
  fallbacks(sample: SiteSample): FallbackFact[] {
    const { site, devices } = this.file;
    return devices.flatMap(({ id, circuitAmperes = site.circuitAmperes, phase }) => {
      const opened = this.opened.get(id);
      if (opened === undefined) return [];
      const { controls, phases } = opened.device.description;
      return Object.entries(opened.device.safety()).flatMap(([control, facts]) => {
        const own = controls.find((one) => one.id === control);
        if (own === undefined || (own.unit !== 'A' && own.unit !== 'W')) return [];
        const { value } = facts.fallback;
        // What the device tells of its own setting counts beside what the driver would write.
        const told = own.unit === 'A' ? sample[id]?.['fallbackCurrent'] : undefined;
        const fallback =
          typeof value === 'number'
            ? Math.max(Math.abs(value), told ?? 0)
            : (told ?? String(value));
        const { maximum } = own;
        if (typeof fallback === 'string' && maximum === undefined) return [];
        const alone = phase !== undefined && phase !== 'all';
        return [
          {
            device: id,
            control,
            unit: own.unit,
            fallback,
            ...(maximum === undefined ? {} : { maximum }),
            phases: alone ? (1 as const) : phases,
            circuitAmperes,
            nominalVolts: site.nominalVolts,
          },
        ];
      });
    });
  }

  /** Releases everything and closes all lines. */
  async close(): Promise<void> {
    for (const opened of this.opened.values()) await opened.close();
    await Promise.all([...this.lines.values()].map((line) => line.close()));
  }
}
