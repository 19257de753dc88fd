/** A case whose shape nobody here understands: it is reported, never passed. */
export class NotUnderstood extends Error {
  override readonly name = 'NotUnderstood';
}

/** A folder or file that holds no cases. */
export class CaseFileError extends Error {
  override readonly name = 'CaseFileError';
}
