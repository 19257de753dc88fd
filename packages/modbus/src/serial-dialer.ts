import { SerialPort } from 'serialport';
import type { Dialer, Link, LinkSink } from './link.js';
import type { SerialLine } from './serial-line.js';

/** Opens a serial port, again and again when an adapter was unplugged. */
export class SerialDialer implements Dialer {
  readonly name: string;

  constructor(private readonly settings: Required<SerialLine>) {
    this.name = settings.path;
  }

  dial(sink: LinkSink, signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      const port = new SerialPort({ ...this.settings, dataBits: 8, autoOpen: false });
      let lost: ((error: Error | undefined) => void) | undefined;
      const close = () => {
        lost = undefined;
        return new Promise<void>((done) => {
          if (!port.isOpen) done();
          else {
            port.close(() => {
              done();
            });
          }
        });
      };
      const onAbort = () => {
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      lost = (error) => {
        void close();
        sink.onLost(error);
      };
      port.on('error', (error) => lost?.(error));
      port.on('close', (error?: Error) => lost?.(error));
      port.on('data', (bytes: Buffer) => {
        sink.onBytes(bytes, bytes.length);
      });
      port.open((error) => {
        signal.removeEventListener('abort', onAbort);
        if (error) reject(error);
        else if (signal.aborted) void close();
        else resolve({ write: (bytes) => port.write(bytes), close });
      });
    });
  }
}
