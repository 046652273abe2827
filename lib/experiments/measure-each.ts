import { finite } from '../storage/schema';
import { InterruptedError, leaveSynchronousPart } from '../training/interrupt';
import type { TaskOutcome } from '../training/progress';
import { experimentProgress } from './progress';
import { ResultStore } from './result-store';

/** A share, 0 to 1, to be measured once. */
export interface Measurement {
  /** All that the result follows from; plain data, always in the same order. */
  readonly key: unknown;
  /** What is measured. */
  readonly words: string;
  /** Its part in the time that all take, in any unit. */
  readonly work: number;
  /** `onProgress` may be told the part that is done, 0 to 1. */
  measure(onProgress: (share: number) => void): Promise<number>;
  describe(result: number): string;
}

export interface MeasureOptions {
  /** What a measurement is called, for instance `training`. */
  readonly noun: string;
  /** Heading of the progress display; null shows none. */
  readonly title: string | null;
  /** Folder of the results; default none. */
  readonly directory?: string;
  readonly overwrite?: boolean;
}

/**
 * The results of all measurements, in their order. Those that `directory` has are taken from there, each other one goes
 * there at once; the same key is measured once.
 */
export async function measureEach(
  measurements: readonly Measurement[],
  { noun, title, directory, overwrite }: MeasureOptions,
): Promise<number[]> {
  await leaveSynchronousPart();
  const store = new ResultStore<number>(directory, overwrite, finite(0, 1));
  try {
    const distinct = [...new Map(measurements.map((each) => [JSON.stringify(each.key), each])).values()];
    const missing = distinct.filter(({ key }) => store.get(key) === undefined);
    const total = missing.reduce((sum, { work }) => sum + work, 0);
    let [done, running] = [0, { words: '', share: 0, work: 0 }];
    const measured: string[] = [];
    const progress =
      title === null
        ? undefined
        : experimentProgress.start(() => ({
            title,
            noun,
            planned: distinct.length,
            found: distinct.length - missing.length,
            share: total === 0 ? 1 : (done + running.share * running.work) / total,
            running: running.words,
            measured,
          }));
    let outcome: TaskOutcome = 'failed';
    try {
      for (const { key, words, work, measure, describe } of missing) {
        running = { words, share: 0, work };
        progress?.update();
        const result = await measure((share) => {
          running.share = share;
          progress?.update();
        });
        store.set(key, result);
        measured.push(`${words}: ${describe(result)}`);
        done += work;
        running = { words: '', share: 0, work: 0 };
      }
      outcome = 'done';
    } catch (error) {
      if (error instanceof InterruptedError) outcome = 'interrupted';
      throw error;
    } finally {
      await progress?.end(outcome);
    }
    return measurements.map(({ key }) => store.get(key) as number);
  } finally {
    store.close();
  }
}
