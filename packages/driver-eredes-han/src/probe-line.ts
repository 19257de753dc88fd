import type { ModbusBus } from '@microgrid/modbus';
import { EredesHanError } from './eredes-han-error.js';
import { HanLink } from './han-link.js';

/** How a serial line is set. */
export interface HanLine {
  readonly baudRate: 9600 | 19200;
  readonly parity: 'none';
  readonly stopBits: 1 | 2;
}

const line = (baudRate: 9600 | 19200, stopBits: 1 | 2): HanLine => ({
  baudRate,
  parity: 'none',
  stopBits,
});

/**
 * Settings meters are found with, most likely first: edition 2 says 8N1, the edition of 2017 8N2;
 * 9600 bit/s unless the operator raised it to 19,200.
 */
export const HAN_LINES: readonly HanLine[] = [
  line(9600, 1),
  line(9600, 2),
  line(19_200, 1),
  line(19_200, 2),
];

/** How lines are tried. */
export interface ProbeLineOptions {
  /** Modbus address, 1..247. Default 1. */
  readonly unit?: number;
  /** Settings in the order they are tried. Default {@link HAN_LINES}. */
  readonly lines?: readonly HanLine[];
  /** How often each is asked. Default 2: the first frame after opening may meet noise. */
  readonly attempts?: number;
  /** How long each answer is waited for, ms. Default 2000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** A line on which a meter answers, open. */
export interface FoundLine {
  readonly line: HanLine;
  readonly bus: ModbusBus;
}

const CLOCK = 0x0001;

/**
 * Finds the setting of a serial line on which a meter answers: asks for its clock, and takes an
 * answer as well as a refusal of the HAN port. The owner opens the lines, because a port is opened
 * once; the one that answers stays open and is the caller's, the others are closed.
 *
 * @param open opens the line with a setting, for example by `openSerialBus`
 * @throws EredesHanError (as a rejection) `no-meter` when none answers; what `open` throws
 */
export async function probeHanLine(
  open: (line: HanLine) => ModbusBus | Promise<ModbusBus>,
  options: ProbeLineOptions = {},
): Promise<FoundLine> {
  const { unit = 1, lines = HAN_LINES, attempts = 2, timeoutMs = 2000, signal } = options;
  const tried: string[] = [];
  for (const setting of lines) {
    const bus = await open(setting);
    const link = new HanLink(bus, unit, timeoutMs);
    let cause = 'not asked';
    for (let attempt = 0; attempt < attempts && signal?.aborted !== true; attempt += 1) {
      const result = await link.readRegisters(CLOCK, 1, signal);
      if (result.ok || result.failure.exceptionCode === 0x81) return { line: setting, bus };
      cause = result.failure.cause;
    }
    await bus.close();
    tried.push(`${setting.baudRate} 8N${setting.stopBits}: ${cause}`);
    if (signal?.aborted === true) break;
  }
  throw new EredesHanError(
    'no-meter',
    `no meter with address ${unit} answers (${tried.join('; ')}); check A and B, the address, and that the operator enabled the port`,
  );
}
