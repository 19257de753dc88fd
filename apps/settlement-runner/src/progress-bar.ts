import { Presets, SingleBar } from 'cli-progress';
import type { RunProgress } from './run.js';

const BAR = '{stage} {bar} {percentage}%';

/** A bar on the terminal; on anything but a terminal nothing is shown. */
export function progressBar(terminal: NodeJS.WritableStream): {
  readonly show: (progress: RunProgress) => void;
  readonly stop: () => void;
} {
  let bar: SingleBar | undefined;
  return {
    show({ stage, done, total }) {
      if (bar === undefined) {
        const options = { format: BAR, stream: terminal, clearOnComplete: true, hideCursor: true };
        bar = new SingleBar(options, Presets.shades_grey);
        bar.start(total, done, { stage });
      }
      bar.setTotal(total);
      bar.update(done, { stage });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
