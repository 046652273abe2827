import { type Bench, timeRounds, writeImages } from './bench';
import { median, type Result, summarizeRuns } from './results';
import { SystemProcess } from './system-process';

const TRIALS = 100;
const CHECKPOINTS = [10, 20, 50, 100];
const IMAGES_A_TRIAL = 500;

/** Resident memory and time along 100 trials in one process, and the time of an epoch with one, two and four times the images. */
export async function benchMemory(bench: Bench): Promise<Result[]> {
  const files = writeImages(bench, 'memory', bench.train);
  bench.say(`memory: ${TRIALS} trials of one epoch and ${IMAGES_A_TRIAL} images`);
  const { process } = await SystemProcess.start(
    'inkwell-memory.ts',
    { files, images: IMAGES_A_TRIAL, trials: TRIALS },
    bench.python,
  );
  const answer = await process.run().finally(() => process.end());
  const trials = answer.trials as { seconds: number; megabytes: number }[];
  const results = CHECKPOINTS.map((checkpoint, i): Result => {
    const since = CHECKPOINTS[i - 1] ?? 0;
    const part = trials.slice(since, checkpoint).map(({ seconds }) => seconds);
    return {
      what: 'memory',
      model: 'mlp',
      batch: 128,
      system: 'inkwell',
      detail: `trials ${since + 1} to ${checkpoint}`,
      megabytes: trials[checkpoint - 1].megabytes,
      samplesPerSecond: (0.8 * IMAGES_A_TRIAL) / median(part),
      ...summarizeRuns(part),
    };
  });
  for (const images of bench.quick ? [2560, 5120, 10_240] : [12_800, 25_600, 51_200]) {
    bench.say(`memory: an epoch of ${images} images`);
    const { inkwell } = await timeRounds(
      bench,
      { inkwell: [{ program: 'inkwell-step.ts', task: { files, model: 'mlp', batch: 128, images }, detail: null }] },
      bench.quick ? 3 : 5,
    );
    const summary = summarizeRuns(inkwell.seconds);
    results.push({
      what: 'memory',
      model: 'mlp',
      batch: 128,
      system: 'inkwell',
      detail: `an epoch of ${images} images`,
      samplesPerSecond: images / summary.seconds,
      megabytes: null,
      ...summary,
    });
  }
  return results;
}
