import { BusEngine } from './bus-engine.js';
import type { BusOptions } from './bus-options.js';
import { MemoryDialer } from './memory-dialer.test-data.js';
import { MbapFraming } from './mbap-framing.js';
import { RtuFraming } from './rtu-framing.js';
import { MbapServerFraming, RtuServerFraming } from './server-framing.js';
import { zeroCounters } from './statistics.js';
import type { UnitHandler } from './unit-handler.js';
import { UnitResponder } from './unit-responder.js';

/** One request as it was on the line. */
export interface Seen {
  readonly unit: number;
  readonly pdu: string;
}

/** A bus to units in memory; each answers after `delayMs`, dead ones never. */
export function memoryLine(
  units: ReadonlyMap<number, UnitHandler>,
  options: BusOptions & { readonly framing?: 'tcp' | 'rtu' } = {},
) {
  const { framing = 'tcp', ...busOptions } = options;
  const line = new MemoryDialer();
  const counters = zeroCounters();
  const frames = framing === 'tcp' ? new MbapFraming() : new RtuFraming(counters);
  const wire = framing === 'tcp' ? new MbapServerFraming() : new RtuServerFraming(50);
  const bus = new BusEngine(line, frames, counters, { random: () => 0.5, ...busOptions });
  const responder = new UnitResponder({ units, unknownUnit: 'silence' });
  const seen: Seen[] = [];
  const control = {
    bus,
    line,
    seen,
    dead: new Set<number>(),
    delayMs: (): number => 0,
    /** Answers instead of the units, with a PDU. */
    override: undefined as ((unit: number, pdu: Buffer) => Buffer | undefined) | undefined,
  };
  line.onWrite = (request) => {
    wire.receive(request, request.length, {
      onFrame: (id, unit, bytes, start, end) => {
        const pdu = Buffer.from(bytes.subarray(start, end));
        seen.push({ unit, pdu: pdu.toString('hex') });
        if (control.dead.has(unit)) return;
        const own = control.override?.(unit, pdu);
        const { before, after } = wire.room;
        const reply = own
          ? Buffer.concat([Buffer.alloc(before), own, Buffer.alloc(after)])
          : responder.answer(unit, bytes, start, end, wire.room);
        if (!reply) return;
        wire.wrap(reply, id, unit);
        const delayMs = control.delayMs();
        if (delayMs > 0) {
          setTimeout(() => {
            line.say(reply);
          }, delayMs);
        } else line.say(reply);
      },
    });
  };
  return control;
}
