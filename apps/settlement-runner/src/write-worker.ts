import { parentPort } from 'node:worker_threads';
import { writeInThread } from './writing/write-in-thread.js';

// The thread that writes the files of a large run.
if (parentPort) writeInThread(parentPort);
