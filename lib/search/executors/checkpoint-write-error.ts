import { WriteError } from '../../storage/write-error';

/** Why the checkpoint at `path` could not be written, also where the disk is at fault in a way of its own. */
export function checkpointWriteError(path: string, error: Error): WriteError {
  if (error instanceof WriteError) return error;
  return new WriteError(`The checkpoint ${path} cannot be written: ${error.message}. What was written before is kept.`, {
    cause: error,
  });
}
