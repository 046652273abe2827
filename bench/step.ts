import { type Bench, type Candidate, timeRounds, writeImages } from './bench';
import { describeModel, MODELS, type ModelName, type Recipe } from './recipes';
import { type Result, summarizeRuns } from './results';

/** Images of a round; every batch size divides them. */
const IMAGES: Readonly<Record<ModelName, number>> = {
  mlp: 12_800,
  cnn: 2560,
  seedMlp: 12_800,
  seedCnn: 2560,
  defaultMlp: 12_800,
  defaultCnn: 5120,
};

/** A training step of each model with batches of 32, 128 and 512, `quick` with 128 alone. */
export async function benchStep(bench: Bench): Promise<Result[]> {
  const rounds = bench.quick ? 5 : 7;
  const files = writeImages(bench, 'step', bench.train);
  const results: Result[] = [];
  for (const model of Object.keys(MODELS) as ModelName[]) {
    const images = Math.min(IMAGES[model], Math.floor(files.size / 512) * 512);
    const recipe = describeModel(MODELS[model](files));
    /** The way of each system that was the fastest with the first batch size; it is taken for the others. */
    const fastest = new Map<string, string | null>();
    for (const batch of bench.quick ? [128] : [128, 32, 512]) {
      bench.say(`step: ${model}, batches of ${batch}, ${rounds} rounds of ${images} images`);
      const common = { files, batch, images };
      const candidate = (program: string, task: object, detail: string | null = null): Candidate => ({
        program,
        task: { ...common, ...task },
        detail,
      });
      const ways = {
        inkwell: [candidate('inkwell-step.ts', { model })],
        'tfjs-node': [candidate('tfjs-node-step.ts', { recipe })],
        // XLA takes long and has not been the faster way for TensorFlow yet, so a quick run leaves it out.
        keras: (bench.quick ? [false] : [false, true]).map((jitCompile) =>
          candidate(
            'keras_step.py',
            { recipe, backend: 'tensorflow', jitCompile },
            `jit_compile=${jitCompile ? 'True' : 'False'}`,
          ),
        ),
        'keras-jax': [candidate('keras_step.py', { recipe, backend: 'jax', jitCompile: true })],
        jax: [candidate('jax_step.py', { recipe })],
        pytorch: pytorchWays(recipe).map(({ fused, compile }) =>
          candidate('pytorch_step.py', { recipe, fused, compile }, describePytorch(fused, compile)),
        ),
      };
      const systems = Object.fromEntries(
        Object.entries(ways).map(([system, candidates]) => [
          system,
          candidates.filter(({ detail }) => !fastest.has(system) || fastest.get(system) === detail),
        ]),
      ) as typeof ways;
      const timed = await timeRounds(bench, systems, rounds);
      for (const [system, { detail, seconds }] of Object.entries(timed)) {
        fastest.set(system, detail);
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

/** PyTorch's ways of a step: op by op or compiled, and with Adam in one call where it is Adam. */
function pytorchWays({ compile: { optimizer } }: Recipe): { fused: boolean; compile: boolean }[] {
  const fusions = optimizer.kind === 'adam' || optimizer.kind === 'adamw' ? [false, true] : [false];
  return fusions.flatMap((fused) => [false, true].map((compile) => ({ fused, compile })));
}

function describePytorch(fused: boolean, compile: boolean): string {
  return `${compile ? 'torch.compile' : 'no compiler'}${fused ? ', fused Adam' : ''}`;
}
