import type { AccuracyResult } from './accuracy-results';
import type { Result } from './results';

const MODEL_NAMES = {
  mlp: 'MLP',
  cnn: 'CNN',
  seedMlp: 'reference MLP',
  seedCnn: 'reference CNN',
  defaultMlp: 'default MLP',
  defaultCnn: 'default CNN',
};
type ModelName = keyof typeof MODEL_NAMES;
/** Those whose steps are timed, with their names in the table. */
const STEP_SYSTEMS = {
  inkwell: 'Inkwell',
  'tfjs-node': 'tfjs-node',
  keras: 'Keras (TensorFlow)',
  'keras-jax': 'Keras (JAX)',
  jax: 'JAX',
  pytorch: 'PyTorch',
} as const;

/** The results as Markdown: a table for each kind of work that was measured. */
export function writeReport(results: readonly Result[]): string {
  const sections = [
    stepSection(results.filter(({ what }) => what === 'step')),
    searchSection(results.filter(({ what }) => what === 'search')),
    dataSection(results.filter(({ what }) => what === 'data')),
    cellSection(results.filter(({ what }) => what === 'cell')),
    memorySection(results.filter(({ what }) => what === 'memory')),
  ].filter((section) => section !== undefined);
  return sections.join('\n\n');
}

function stepSection(results: readonly Result[]): string | undefined {
  if (results.length === 0) return undefined;
  const order = Object.keys(MODEL_NAMES) as ModelName[];
  const batches = [...new Set(results.map(({ batch }) => batch as number))].sort((a, b) => a - b);
  const cases = order
    .filter((model) => results.some((result) => result.model === model))
    .flatMap((model) => batches.map((batch) => ({ model, batch })));
  const rows = cases.map(({ model, batch }) => {
    const of = (system: string) =>
      results.find((result) => result.model === model && result.batch === batch && result.system === system) as Result;
    const [own, ...rivals] = Object.keys(STEP_SYSTEMS).map(of);
    const fastest = rivals.reduce((best, rival) => (rival.seconds < best.seconds ? rival : best));
    return [
      MODEL_NAMES[model],
      `${batch}`,
      ...[own, ...rivals].map((result) => `${milliseconds(result)} ± ${percent(result.spread)}`),
      STEP_SYSTEMS[fastest.system as keyof typeof STEP_SYSTEMS],
      ratio(fastest, own),
    ];
  });
  return [
    '**A training step**, milliseconds: median and spread (interquartile range over median); then the fastest of the others, and',
    'how many times as fast Inkwell is. Gathering the batch and reading the loss count, warming up and compiling do not.',
    '',
    table(['model', 'batch', ...Object.values(STEP_SYSTEMS), 'fastest of the others', 'it / Inkwell'], rows),
    ...waysOf(results),
  ].join('\n');
}

/** Which way of a system was the fastest, where it had several. */
function waysOf(results: readonly Result[]): string[] {
  const ways = results
    .filter(({ detail }) => detail !== null)
    .map(({ model, system, detail }) => `${system} with ${detail} for the ${MODEL_NAMES[model as ModelName]}`);
  return ways.length > 0 ? ['', `Of several ways the fastest was taken: ${[...new Set(ways)].join(', ')}.`] : [];
}

function searchSection(results: readonly Result[]): string | undefined {
  if (results.length === 0) return undefined;
  const rows = results.map((result) => {
    const other = results.find(({ system, model }) => system === 'keras-tuner' && model === result.model) as Result;
    return [
      MODEL_NAMES[result.model as ModelName],
      result.system === 'inkwell' ? `Inkwell, ${result.detail}` : 'KerasTuner',
      `${result.seconds.toFixed(1)} s`,
      percent(result.spread),
      `${result.runs}`,
      result === other ? '' : ratio(other, result),
    ];
  });
  return [
    '**A search**, ten configurations of four epochs, the same in both:',
    '',
    table(['space', 'system', 'median', 'spread', 'runs', 'to KerasTuner'], rows),
  ].join('\n');
}

function dataSection(results: readonly Result[]): string | undefined {
  if (results.length === 0) return undefined;
  const pandas = results.find(({ system }) => system === 'pandas') as Result;
  const rows = results.map((result) => [
    `${result.system === 'pandas' ? 'Python' : 'Inkwell'}, ${result.detail}`,
    `${result.seconds.toFixed(2)} s`,
    `${Math.round(result.samplesPerSecond as number)}`,
    percent(result.spread),
    `${result.runs}`,
    result === pandas ? '' : ratio(pandas, result),
  ]);
  return [
    '**Reading and preparing** images, to where training can begin:',
    '',
    table(['system', 'median', 'images/s', 'spread', 'runs', 'to pandas'], rows),
  ].join('\n');
}

function cellSection(results: readonly Result[]): string | undefined {
  if (results.length === 0) return undefined;
  const rows = results.map(({ detail, seconds, spread, runs }) => [
    `${detail}`,
    `${seconds.toFixed(3)} s`,
    percent(spread),
    `${runs}`,
  ]);
  return ['**Cells** of a notebook:', '', table(['cell', 'median', 'spread', 'runs'], rows)].join('\n');
}

function memorySection(results: readonly Result[]): string | undefined {
  if (results.length === 0) return undefined;
  const rows = results.map(({ detail, seconds, samplesPerSecond, megabytes, runs }) => [
    `${detail}`,
    `${seconds.toFixed(3)} s`,
    `${Math.round(samplesPerSecond as number)}`,
    megabytes === null ? '' : `${Math.round(megabytes)} MB`,
    `${runs}`,
  ]);
  return [
    '**Many trials and many images**: the median time of a trial and of an epoch, and the resident memory at the end:',
    '',
    table(['work', 'median', 'images/s', 'memory', 'runs'], rows),
  ].join('\n');
}

/** What presets come to as a Markdown table, and below it on what and how it was measured. */
export function writeAccuracy(results: readonly AccuracyResult[]): string {
  const rows = results.map((result) => [
    result.dataset,
    describeModels(result),
    `${plusMinus(100 * result.accuracy, scale(result.accuracyDeviation), 2)} %`,
    plusMinus(result.loss, result.lossDeviation, 4),
    `${result.epochs}`,
    `${(result.trainingSeconds / 60).toFixed(1)} min`,
    `${result.evaluationSeconds.toFixed(1)} s`,
    result.peakMegabytes === null ? '' : `${Math.round(result.peakMegabytes)} MB`,
    Math.round(result.weights).toLocaleString('en'),
    result.seeds.join(', '),
  ]);
  return [
    '**What the presets reach** on the test images, trained on all training images: means and standard deviations over the ' +
      'seeds.',
    'An ensemble has a model of each seed, and the time of all their trainings.',
    '',
    table(
      ['data set', 'preset', 'accuracy', 'loss', 'epochs', 'training', 'evaluation', 'peak memory', 'weights', 'seeds'],
      rows,
    ),
    '',
    `Measured on ${[...new Set(results.map(({ machine }) => machine))].join('; ')}.`,
  ].join('\n');
}

function describeModels({ preset, models, seeds, testTimeAugmentation }: AccuracyResult): string {
  const ensemble = models === 'ensemble' ? `, ensemble of ${seeds.length}` : '';
  return `${preset}${ensemble}${testTimeAugmentation ? ', test-time augmentation' : ''}`;
}

const scale = (share: number | null) => (share === null ? null : 100 * share);
const plusMinus = (mean: number, deviation: number | null, digits: number) =>
  `${mean.toFixed(digits)}${deviation === null ? '' : ` ± ${deviation.toFixed(digits)}`}`;

/** A Markdown table; every row has as many cells as the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const milliseconds = ({ seconds }: Result) => (1000 * seconds).toPrecision(3);
const percent = (share: number | null) => (share === null ? '' : `${Math.round(100 * share)} %`);
/** How many times as fast the second is. */
const ratio = (slower: Result, faster: Result) => (slower.seconds / faster.seconds).toFixed(2);
