import type { DeviceIdentity } from '@microgrid/devices';
import type { ModbusBus } from '@microgrid/modbus';
import type { SunspecConfig } from './config.js';
import { chooseParts, type DeviceParts } from './device-parts.js';
import { HoldingLink } from './holding-link.js';
import type { ModelImage } from './model-image.js';
import { examineUnit, type SunspecUnit } from './sunspec-unit.js';

/** A device that was found: its unit and the models that make it up. */
export interface FoundDevice {
  readonly unit: SunspecUnit;
  readonly parts: DeviceParts;
}

/** What a look for a device brought. */
export type FindResult =
  | { readonly kind: 'found'; readonly device: FoundDevice }
  /** Something answers, and it is not the device asked for. */
  | { readonly kind: 'absent'; readonly reason: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

/**
 * Looks for the device on some units, one after another; the first that has it is taken. Reads only.
 */
export async function findDevice(
  bus: ModbusBus,
  units: readonly number[],
  config: SunspecConfig,
  signal: AbortSignal | undefined,
): Promise<FindResult> {
  let absent: string | undefined;
  let unreachable = 'no unit to look at';
  for (const unit of units) {
    const link = new HoldingLink(bus, unit, config.requestTimeoutMs);
    // Registers that were refused before may be there now.
    link.forget();
    const result = await examineUnit(link, config.bases, signal);
    if (result.kind === 'unreachable') {
      unreachable = result.reason;
      if (signal?.aborted === true) break;
      continue;
    }
    if (result.kind === 'absent') {
      absent ??= `unit ${unit}: ${result.reason}`;
      continue;
    }
    const parts = chooseParts(result.unit.images, config);
    if (parts !== undefined) return { kind: 'found', device: { unit: result.unit, parts } };
    const ids = result.unit.list.models.map(({ id }) => id).join(', ');
    absent ??= `unit ${unit}: got models ${ids}, expected ${wanted(config)}`;
  }
  return absent === undefined
    ? { kind: 'unreachable', reason: unreachable }
    : { kind: 'absent', reason: absent };
}

function wanted({ role, instance }: SunspecConfig): string {
  const meter = role === 'gridMeter' || role === 'meter';
  const ids = meter ? '201-204 or 211-214' : 'an inverter (101-103, 111-113, 701) or battery (802)';
  return instance === 1 ? ids : `${ids}, the one counted as ${instance}`;
}

/** Who the device says it is, by its model 1. */
export function identityOf({ common }: DeviceParts): DeviceIdentity {
  const text = (point: string): string | undefined => common?.text(point);
  const parts = {
    manufacturer: text('Mn'),
    model: text('Md'),
    serial: text('SN'),
    firmware: text('Vr'),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

/** Whether two finds are the same device in the same places, so that what is known of it holds. */
export function isSameDevice(a: FoundDevice, b: FoundDevice): boolean {
  const where = ({ unit }: FoundDevice): string =>
    [unit.link.unit, unit.list.base, ...unit.images.map(place)].join(' ');
  const { serial, model } = identityOf(a.parts);
  const other = identityOf(b.parts);
  return where(a) === where(b) && serial === other.serial && model === other.model;
}

const place = ({ found }: ModelImage): string => `${found.id}@${found.address}+${found.length}`;
