import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import { resolveSerialLine, type SerialLine } from './serial-line.js';
import { ServerClient } from './server-client.js';
import { RtuServerFraming } from './server-framing.js';
import { checkUnits, listenFailed, type ServerOptions } from './server-options.js';
import { UnitResponder } from './unit-responder.js';

/** A serial line to open, or a stream that is one already. */
export type RtuServerOptions = ServerOptions & (SerialLine | { readonly stream: Duplex });

/** A running server on a serial line. */
export interface RtuServer {
  /** Releases the line; resolves when that is done. Idempotent. */
  close(): Promise<void>;
}

/** Longer than the pauses an adapter makes in a frame, shorter than any master's timeout. */
const lineSilenceMs = 50;

/**
 * Answers as one or more devices on a serial line. Units that are not in the map stay silent, unless
 * told otherwise; unit 0 writes to all units and is not answered.
 *
 * @throws ModbusError (as a rejection) `listen-failed` when the line cannot be opened, `bad-options`
 */
export async function startRtuServer(options: RtuServerOptions): Promise<RtuServer> {
  checkUnits(options.units);
  const stream = 'stream' in options ? options.stream : await openLine(options);
  const responder = new UnitResponder({ unknownUnit: 'silence', ...options });
  let requests = 0;
  const next = (): number => requests++;
  const faults = options.faults && { plan: options.faults, client: 0, next };
  const client = new ServerClient(stream, new RtuServerFraming(lineSilenceMs), responder, faults);
  let closing: Promise<void> | undefined;
  return {
    close() {
      closing ??= new Promise((resolve) => {
        if (stream.destroyed || (stream instanceof SerialPort && !stream.isOpen)) resolve();
        else stream.once('close', resolve);
        client.drop();
        if (stream instanceof SerialPort && stream.isOpen) stream.close();
      });
      return closing;
    },
  };
}

async function openLine(line: SerialLine): Promise<SerialPort> {
  const settings = resolveSerialLine(line);
  const port = new SerialPort({ ...settings, dataBits: 8, autoOpen: false });
  await new Promise<void>((resolve, reject) => {
    port.open((error) => {
      if (error) reject(listenFailed(settings.path, error));
      else resolve();
    });
  });
  return port;
}
