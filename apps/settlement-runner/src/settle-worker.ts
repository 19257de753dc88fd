import { parentPort, workerData } from 'node:worker_threads';
import { settleInThread } from './stretches/settle-in-thread.js';
import type { ThreadData } from './stretches/stretch-threads.js';

// A thread of a large run: settles stretches of its period until none is left.
if (parentPort) settleInThread(parentPort, workerData as ThreadData);
