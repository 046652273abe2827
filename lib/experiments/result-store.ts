import { join, resolve } from 'node:path';
import { type FolderLock, lockFolder } from '../storage/folder-lock';
import { Journal } from '../storage/journal';
import { moveAside } from '../storage/move-aside';
import { anything, describeFault, fields, type Schema, text } from '../storage/schema';

const FILE = 'results.jsonl';

interface Entry<Result> {
  readonly of: string;
  readonly result: Result;
}

/**
 * Results, each under all that it follows from, on disk as soon as they are there: whoever asks for one again gets it
 * from there, also after a kill. One process at a time may have the folder, until `close`.
 */
export class ResultStore<Result> {
  readonly #known = new Map<string, Result>();
  readonly #journal: Journal<Entry<Result>> | undefined;
  readonly #lock: FolderLock | undefined;

  /**
   * @param directory undefined: results are kept in memory alone.
   * @param overwrite true: what the folder holds is moved aside, to `<directory>.1`, `.2` and so on.
   * @param schema Validates a result read from disk.
   * @throws JournalError where the folder's results are damaged.
   */
  constructor(directory: string | undefined, overwrite = false, schema: Schema<Result> = anything as Schema<Result>) {
    if (directory === undefined) return;
    const folder = resolve(directory);
    this.#lock = lockFolder(folder);
    try {
      if (overwrite) moveAside(folder, [FILE]);
      const entry = fields({ of: text, result: schema });
      const { events, journal, warning } = Journal.open<Entry<Result>>(join(folder, FILE), (event) =>
        describeFault(event, entry),
      );
      if (warning) console.warn(warning);
      for (const { of, result } of events) this.#known.set(of, result);
      this.#journal = journal;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** `key`: plain data, always in the same order. */
  get(key: unknown): Result | undefined {
    return this.#known.get(JSON.stringify(key));
  }

  set(key: unknown, result: Result): void {
    const of = JSON.stringify(key);
    this.#journal?.append({ of, result });
    this.#known.set(of, result);
  }

  close(): void {
    this.#lock?.release();
  }
}
