/**
 * A round is a search by one of Inkwell's own, with hold-out validation, until its time is up; what each trial came to, and when.
 */
import { buildCnn, buildMlp, type Search } from '../../src';
import type { SearchEvent } from '../anytime-results';
import { findSearch } from '../anytime-searches';
import { comparableSpace } from '../search-space';
import { answerRounds, type ImageFiles, readImages, readTask, sayProgress } from './rounds';

export interface InkwellAnytimeTask {
  readonly files: ImageFiles;
  readonly model: 'mlp' | 'cnn';
  readonly tuner: string;
  readonly seed: number;
  readonly epochs: number;
  readonly seconds: number;
  readonly workers: number;
}

const task = readTask<InkwellAnytimeTask>();

/** Often enough for times to a tenth of a second; trials that are paused call nobody. */
const POLL_MS = 50;

async function main(): Promise<void> {
  const train = readImages(task.files);
  const create = findSearch(task.tuner);
  if (create === undefined) throw new Error(`There is no ${task.tuner} in lib/search/searches.ts yet.`);
  await answerRounds({ versions: 'Inkwell' }, async () => {
    const events: SearchEvent[] = [];
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    const search = create(task.model === 'mlp' ? buildMlp : buildCnn, {
      hyperparameters: comparableSpace(),
      maxTimeMs: 1000 * task.seconds,
      seed: task.seed,
    });
    const note = () => {
      const news = readNews(search, events.length, seconds());
      events.push(...news);
      if (news.length > 0) sayProgress(`${events.length} trials`);
    };
    const timer = setInterval(note, POLL_MS);
    try {
      await search.run(train, { epochs: task.epochs, workers: task.workers, title: null });
    } finally {
      clearInterval(timer);
    }
    note();
    return { seconds: seconds(), events };
  });
}

/** What the search noted beyond its first `known` moments. */
function readNews(search: Search, known: number, seconds: number): SearchEvent[] {
  return search.timeline
    .slice(known)
    .map(({ trial, status, score }) => ({
      seconds,
      trial,
      status,
      score: Number.isNaN(score) ? null : score,
      hyperparameters: search.trials[trial - 1].hyperparameters,
    }));
}

void main();
