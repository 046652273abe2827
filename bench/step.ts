import { type Bench, type Candidate, timeRounds, writeImages } from './bench';
import { describeModel, MODELS, type ModelName } from './recipes';
import { type Result, summarizeRuns } from './results';

/** Images of a round; every batch size divides them. */
const IMAGES: Readonly<Record<ModelName, number>> = { mlp: 12_800, cnn: 2560, seedMlp: 12_800, seedCnn: 2560 };

/** A training step of each model with batches of 32, 128 and 512, `quick` with 128 alone. */
export async function benchStep(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 5 : 7;
  const files = writeImages(bench, 'step', bench.train);
  const results: Result[] = [];
  for (const model of Object.keys(MODELS) as ModelName[]) {
    const images = Math.min(IMAGES[model], Math.floor(files.size / 512) * 512);
    const recipe = describeModel(MODELS[model](files));
    // The way that is fastest for one batch size is taken for the others.
    const ways: { keras: Candidate[]; pytorch: Candidate[] } = { keras: [], pytorch: [] };
    for (const batch of bench.quick ? [128] : [128, 32, 512]) {
      bench.say(`step: ${model}, batches of ${batch}, ${rounds} rounds of ${images} images`);
      const common = { files, batch, images };
      const candidate = (program: string, task: object, detail: string | null = null) => ({
        program,
        task: { ...common, ...task },
        detail,
      });
      const isAdam = recipe.compile.optimizer.kind === 'adam';
      const systems = {
        inkwell: [candidate('inkwell-step.ts', { model })],
        'tfjs-node': [candidate('tfjs-node-step.ts', { recipe })],
        // Compiling takes long and has not been the faster way yet, so a quick run leaves it out.
        keras: (bench.quick ? [false] : [false, true]).map((jitCompile) =>
          candidate('keras_step.py', { recipe, jitCompile }, `jit_compile=${jitCompile ? 'True' : 'False'}`),
        ),
        pytorch: (isAdam ? [false, true] : [false]).map((fused) =>
          candidate('pytorch_step.py', { recipe, fused }, isAdam ? `fused=${fused ? 'True' : 'False'}` : null),
        ),
      };
      for (const system of ['keras', 'pytorch'] as const) {
        const known = ways[system].map(({ detail }) => detail);
        if (known.length > 0) systems[system] = systems[system].filter(({ detail }) => known.includes(detail));
      }
      const timed = await timeRounds(bench, systems, rounds);
      for (const system of ['keras', 'pytorch'] as const) {
        ways[system] = systems[system].filter(({ detail }) => detail === timed[system].detail);
      }
      for (const [system, { detail, seconds }] of Object.entries(timed)) {
        const summary = summarizeRuns(seconds, images / batch);
        results.push({
          what: 'step',
          model,
          batch,
          system: system as Result['system'],
          detail,
          samplesPerSecond: batch / summary.seconds,
          megabytes: null,
          ...summary,
        });
      }
    }
  }
  return results;
}
