/** The system's words, in Node and in Python alike; what they mean; what helps. */
const REASONS: readonly (readonly [words: RegExp, reason: string, cure: string])[] = [
  [/no space left on device/i, 'the disk is full', 'Make room'],
  [/disk quota exceeded/i, 'your share of the disk is used up', 'Make room'],
  // Node says ENOENT of a folder that it is to make there with those above it.
  [/read-only file system|ENOENT: .*, mkdir/i, 'the disk can only be read', 'Choose a folder on another'],
  [/permission denied|operation not permitted/i, 'you have no permission to write there', 'Ask for it, or choose another folder'],
];

/** What cannot be written for want of room or rights. What was there before is as it was. */
export class WriteError extends Error {
  override readonly name = 'WriteError';
}

/** The error that says why `path` cannot be written and what helps; `error` itself where the disk is not to blame. */
export function explainWriteError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof WriteError) return error;
  const known = REASONS.find(([words]) => words.test(error.message));
  if (known === undefined) return error;
  const [, reason, cure] = known;
  return new WriteError(`${path} cannot be written: ${reason}. ${cure}, then do it again; what was written before is kept.`, {
    cause: error,
  });
}
