import { createHash } from 'node:crypto';

/** What the manifest says of a file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** The digest of what comes piece by piece. */
export class RunningDigest {
  private readonly hash = createHash('sha256');
  private bytes = 0;

  add(piece: Uint8Array): void {
    this.hash.update(piece);
    this.bytes += piece.length;
  }

  /** Of all pieces; nothing can be added afterwards. */
  end(): FileDigest {
    return { bytes: this.bytes, sha256: this.hash.digest('hex') };
  }
}
