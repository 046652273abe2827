import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { renderPng } from '../lib/notebook/render-png';
import { benchAnytime } from './anytime';
import { anytimeFigure } from './anytime-figure';
import { type AnytimeRow, anytimeCurves, mergeAnytime, writeAnytime } from './anytime-results';
import { type AnytimeSystem, TUNERS } from './anytime-searches';
import { loadImages } from './images';
import { parseList, parseSeeds, parseWhole, saveLines, writeLines } from './options';
import { setUpPython } from './python';
import { benchRace, GOALS } from './race';
import { mergeRaces, type RaceRow, writeRace } from './race-results';
import { benchRank } from './rank-correlation';
import { mergeRanks, type RankBudget, type RankResult, writeRanks } from './rank-results';

const ROOT = join(__dirname, '..');
const FIGURE_SIZE = { width: 1200, height: 480, scale: 2 };

/** What `parseArgs` gives of the options that these parts know. */
export interface LongValues {
  readonly models?: string;
  readonly systems?: string;
  readonly seeds?: string;
  readonly seconds?: string;
  readonly images?: string;
  readonly epochs?: string;
  readonly 'train-images'?: string;
  readonly 'train-epochs'?: string;
  readonly dataset?: readonly string[];
  readonly configurations?: string;
  readonly budget?: readonly string[];
  readonly goals?: string;
  readonly out?: string;
}

/** `--only anytime`. */
export async function reportAnytime(values: LongValues, say: (line: string) => void): Promise<void> {
  refuse(values, 'anytime', ['configurations', 'budget', 'goals']);
  const file = values.out ?? join(__dirname, 'anytime.json');
  const earlier = readResults<AnytimeRow>(file);
  const versions = new Set<string>();
  const python = await setUpPython();
  const common = await parseCommon(values);
  const known = Object.keys(TUNERS) as AnytimeSystem[];
  const rows = await benchAnytime({
    ...common,
    python,
    versions,
    say,
    systems: parseList('--systems', values.systems ?? known.join(','), known),
    seeds: parseSeeds(values.seeds ?? '0,1,2'),
    seconds: parseWhole('--seconds', values.seconds ?? '300', 1),
    folder: join(ROOT, 'runs', 'bench-anytime'),
    onRows: (rows) => saveLines(file, mergeAnytime(earlier, rows)),
  });
  const all = mergeAnytime(earlier, rows);
  writeLines(file, all);
  const curves = anytimeCurves(all);
  const figure = values.out === undefined ? join(ROOT, 'docs', 'anytime') : values.out.replace(/(\.json)?$/, '-figure');
  saveLines(`${figure}.json`, curves);
  const png = await renderPng(anytimeFigure(curves), FIGURE_SIZE);
  if (png) {
    writeFileSync(`${figure}.png`, Buffer.from(png, 'base64'));
    console.log(`The figure is in ${relative(process.cwd(), `${figure}.png`)}.`);
  }
  console.log(`\n${writeAnytime(all)}\nVersions: ${[...versions].join('; ')}; Node ${process.versions.node}.`);
  // The browser that drew the figure would hold the process.
  process.exit(0);
}

/** `--only race`. */
export async function reportRace(values: LongValues, say: (line: string) => void): Promise<void> {
  refuse(values, 'race', ['systems', 'seconds', 'configurations', 'budget', 'models', 'images', 'epochs', 'dataset']);
  refuse(values, 'race', ['train-images', 'train-epochs']);
  const file = values.out ?? join(__dirname, 'race.json');
  const earlier = readResults<RaceRow>(file);
  const known = GOALS.map(({ name }) => name);
  const wanted = parseList('--goals', values.goals ?? known.join(','), known);
  const versions = new Set<string>();
  const rows = await benchRace({
    goals: GOALS.filter(({ name }) => wanted.includes(name)),
    seeds: parseSeeds(values.seeds ?? '0,1,2'),
    python: await setUpPython(),
    versions,
    say,
  });
  const all = mergeRaces(earlier, rows, known);
  writeLines(file, all);
  console.log(`\n${writeRace(all)}\n\nVersions: ${[...versions].join('; ')}; Node ${process.versions.node}.`);
}

/** `--only rank`. */
export async function reportRank(values: LongValues, say: (line: string) => void): Promise<void> {
  refuse(values, 'rank', ['systems', 'seconds', 'goals']);
  const file = values.out ?? join(__dirname, 'rank.json');
  const earlier = readResults<RankResult>(file);
  const seeds = parseSeeds(values.seeds ?? '0');
  if (seeds.length !== 1) throw new Error(`--seeds must have one seed with --only rank, but got ${values.seeds}.`);
  const results = await benchRank({
    ...(await parseCommon(values)),
    say,
    seed: seeds[0],
    folder: join(ROOT, 'runs', 'bench-rank'),
    configurations: parseWhole('--configurations', values.configurations ?? '24', 3),
    ...(values.budget && { budgets: values.budget.map(parseBudget) }),
    onResults: (results) => saveLines(file, mergeRanks(earlier, results)),
  });
  console.log(`\n${writeRanks(mergeRanks(earlier, results))}`);
}

async function parseCommon(values: LongValues) {
  if (values.dataset && values.dataset.length > 1) {
    throw new Error(`--dataset must be one data set here, but got ${values.dataset.join(', ')}.`);
  }
  const [dataset] = values.dataset ?? [];
  const whole = (option: keyof LongValues & string, name: string) =>
    values[option] === undefined ? {} : { [name]: parseWhole(`--${option}`, values[option] as string, 1) };
  return {
    models: parseList('--models', values.models ?? 'mlp,cnn', ['mlp', 'cnn'] as const),
    ...(dataset !== undefined && { dataset }),
    data: await loadImages(dataset),
    ...whole('images', 'images'),
    ...whole('epochs', 'epochs'),
    ...whole('train-images', 'trainImages'),
    ...whole('train-epochs', 'trainEpochs'),
  };
}

/** `NAME:IMAGES:FOLDS:EPOCHS`. */
function parseBudget(text: string): RankBudget {
  const [name, ...numbers] = text.split(':');
  if (name === '' || numbers.length !== 3) {
    throw new Error(`--budget must be NAME:IMAGES:FOLDS:EPOCHS, for instance quick:3000:2:4, but got "${text}".`);
  }
  const [images, folds, epochs] = numbers.map((number) => parseWhole('--budget', number, 1));
  return { name, images, folds, epochs };
}

function refuse(values: LongValues, part: string, options: readonly (keyof LongValues)[]): void {
  const stray = options.find((option) => values[option] !== undefined);
  if (stray) throw new Error(`--${stray} does not go with --only ${part}.`);
}

function readResults<Result>(file: string): Result[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}
