import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerStart } from './driver-host/hosted-call.js';
import { WorkerSide } from './driver-host/worker-side.js';

// The entry of a driver's thread.
if (parentPort === null) throw new Error('driver-worker: it runs as a worker thread only');
new WorkerSide(parentPort, workerData as WorkerStart);
