import type { LoadedDataset } from '../data/dataset';
import { describeDataset } from '../sentences/describe-dataset';
import { display } from './kernel';
import { describeProvenance, RUN_TYPE, type RunRecord } from './provenance';

/**
 * Says what the data set is, and stores in the notebook what the run is made with (data set, profile, seed, machine,
 * versions, git commit, time): reports take it from there, also where the notebook was run by hand.
 *
 * @throws RangeError for a seed that is no whole number from 0 to 2^53 - 1.
 */
export function recordRun(dataset: LoadedDataset, { profile, seed }: { profile: string; seed: number }): void {
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new RangeError(`seed must be a whole number from 0 to 2^53 - 1, but got ${seed}.`);
  }
  const { name, source } = dataset;
  const date = new Date().toISOString();
  const record: RunRecord = { dataset: name, source, profile, seed, date, ...describeProvenance() };
  const sentence = describeDataset(dataset);
  display({ data: { [RUN_TYPE]: record, 'text/markdown': sentence, 'text/plain': sentence } });
}
