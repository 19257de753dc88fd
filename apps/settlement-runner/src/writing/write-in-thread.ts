import type { MessagePort } from 'node:worker_threads';
import { CopiedFile } from './copied-file.js';
import { FileSyncs } from './file-syncs.js';
import { NewFile } from './file-writer.js';
import type { WriterAnswer, WriterRequest } from './writer-messages.js';

/** Writes what the port asks for. After an error of a file nothing more is written of it. */
export function writeInThread(port: Pick<MessagePort, 'on' | 'postMessage'>): void {
  const syncs = new FileSyncs();
  const open = new Map<number, NewFile>();
  const answer = (message: WriterAnswer): void => {
    port.postMessage(message);
  };
  const take = async (request: WriterRequest): Promise<void> => {
    const { id } = request;
    if ('durable' in request) {
      await syncs.done();
      answer({ id });
    } else if ('piece' in request) {
      open.get(id)?.write(request.piece);
    } else if ('end' in request) {
      const file = open.get(id);
      open.delete(id);
      if (file) answer({ id, digest: file.end(syncs) });
    } else {
      open.set(id, new NewFile(request.open));
      if (!('copyOf' in request)) return;
      for (const piece of new CopiedFile(request.copyOf, request.state)) open.get(id)?.write(piece);
      await take({ id, end: true });
    }
  };
  port.on('message', (request: WriterRequest) => {
    take(request).catch((error: unknown) => {
      open.get(request.id)?.close();
      open.delete(request.id);
      answer({ id: request.id, error: plain(error) });
    });
  });
}

/** An error as it can be sent: what tells a file system's error from others is kept. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return Object.assign({}, error, { message: error.message, name: error.name });
}
