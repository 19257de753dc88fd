import { run } from './run.js';

/** Settles one run in a process of its own: its options are the one argument, JSON. */
const options = JSON.parse(process.argv[2] ?? '') as Parameters<typeof run>[0];
void run(options).then(
  () => undefined,
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
