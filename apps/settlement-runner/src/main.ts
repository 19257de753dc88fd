import { fileURLToPath } from 'node:url';
import { main } from './cli.js';

const interrupt = new AbortController();
process.once('SIGINT', () => {
  interrupt.abort();
});
process.once('SIGTERM', () => {
  interrupt.abort();
});
const { stdout, stderr } = process;
// A reader that has seen enough, such as head, is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
const verifyPage = fileURLToPath(new URL('./verify.html', import.meta.url));
const threads = {
  worker: { file: new URL('./settle-worker.js', import.meta.url) },
  writer: { file: new URL('./write-worker.js', import.meta.url) },
};
const streams = { stdout, stderr, verifyPage, threads };
process.exitCode = await main(process.argv.slice(2), streams, interrupt.signal);
