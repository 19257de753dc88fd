import type { FileState } from './copied-file.js';
import type { FileDigest } from './file-digest.js';

/** What a writing thread is asked: a file piece by piece, the copy of one, or that all become durable. */
export type WriterRequest =
  | { readonly id: number; readonly open: string }
  | { readonly id: number; readonly piece: Uint8Array }
  | { readonly id: number; readonly end: true }
  | {
      readonly id: number;
      readonly open: string;
      readonly copyOf: string;
      /** How that file stood when it was read before. */
      readonly state: FileState;
    }
  | { readonly id: number; readonly durable: true };

/** What it answers to a file that is whole, and to the question for durability. */
export type WriterAnswer =
  | { readonly id: number; readonly digest?: FileDigest }
  | { readonly id: number; readonly error: unknown };
