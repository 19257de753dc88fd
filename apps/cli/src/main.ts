import { main } from './program.js';

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
});
process.once('SIGTERM', () => {
  interrupt.abort();
});
process.exitCode = await main(process.argv.slice(2), process, interrupt.signal);
