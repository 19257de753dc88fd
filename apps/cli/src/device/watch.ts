import { Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.js';
import { EXIT_INTERRUPTED, EXIT_UNKNOWN } from '../exit-code.js';
import { milliseconds, pause } from './duration.js';
import type { DeviceOptions } from './opened-device.js';
import { addDeviceOptions, nameLine, openToRead, reportOf, unreached } from './read.js';
import { pointRows, pointTable } from './shown-point.js';
import { systemClock } from './system-clock.js';

interface WatchOptions extends DeviceOptions {
  readonly json?: boolean;
  readonly interval: number;
  readonly count?: number;
  readonly points?: readonly string[];
}

const HOME_AND_CLEAR = '\x1b[H\x1b[J';

function positive(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of 1 or more');
}

/** `microgrid device watch`. */
export function watchCommand(context: CommandContext): Command {
  const { io, signal, exitWith } = context;
  const command = new Command('watch').description('reads a device again and again, until Ctrl-C');
  return addDeviceOptions(command)
    .option('--interval <time>', 'from one poll to the next', milliseconds, 1000)
    .option('--count <n>', 'ends after so many polls', positive)
    .option('--points <names>', 'only these, with commas', (text) => text.split(','))
    .action(async (profile: string, address: string, options: WatchOptions) => {
      const opened = await openToRead(context, profile, address, options);
      const { device, source } = opened;
      const interval = Math.max(
        options.interval,
        source.profile?.transport.minimumPollIntervalMs ?? 0,
      );
      const rows = pointRows(opened);
      let last: string | undefined;
      try {
        for (let poll = 0; poll < (options.count ?? Infinity) && !signal.aborted; poll += 1) {
          const startMs = systemClock.monotonicMs();
          const readings = await device.read();
          const all = rows(readings, systemClock.nowMs());
          const points = all.filter(({ point }) => options.points?.includes(point) ?? true);
          last = unreached(all);
          // One line each for programs: every one a whole report.
          if (options.json === true)
            io.stdout.write(`${JSON.stringify(reportOf(opened, points))}\n`);
          else {
            const clear = io.stdout.isTTY === true ? HOME_AND_CLEAR : '';
            const lines = [nameLine(device.description), '', ...pointTable(points), ''];
            io.stdout.write(`${clear}${lines.join('\n')}\n`);
          }
          if (poll + 1 < (options.count ?? Infinity)) {
            await pause(interval - (systemClock.monotonicMs() - startMs), signal);
          }
        }
      } finally {
        await opened.close();
      }
      if (signal.aborted) exitWith(EXIT_INTERRUPTED);
      else if (last !== undefined) {
        io.stderr.write(`microgrid: ${address}: nothing could be read: ${last}\n`);
        exitWith(EXIT_UNKNOWN);
      }
    });
}
