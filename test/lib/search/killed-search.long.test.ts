import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../../../lib/base/random';
import type { SearchEvent } from '../../../lib/search/journal/search-event';
import type { Trial } from '../../../lib/search/trial';
import { Journal } from '../../../lib/storage/journal';
import { isLong } from '../../long';
import { loadSearchProcess } from './searching/run-search-process';
import type { SearchPlan } from './searching/search-process';

/**
 * How many times a search is killed, over all plans; `KILLS=200 npx vitest run --project long killed-search` for more.
 */
const KILLS = Number(process.env.KILLS ?? (isLong ? 48 : 8));

const folder = mkdtempSync(join(tmpdir(), 'inkwell-killed-'));
/** The process for the next search loads while the present one runs. */
let spare = loadSearchProcess();
afterAll(() => {
  spare.child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const plans: Record<string, SearchPlan> = {
  'random search with cross-validation and racing': {
    method: 'random',
    options: { maxTrials: 7, folds: 3, racing: true, seed: 3 },
    run: { epochs: 3, batchSize: 16 },
    images: 600,
  },
  'random search with executions, pruning and early stopping': {
    method: 'random',
    options: { maxTrials: 6, executionsPerTrial: 2, prune: true, seed: 4, objective: 'valLoss' },
    run: { epochs: 5, batchSize: 8, earlyStopping: true },
    images: 240,
  },
  'Hyperband with two workers': {
    method: 'hyperband',
    options: { factor: 2, seed: 5 } as SearchPlan['options'],
    run: { epochs: 4, batchSize: 8, workers: 2 },
    images: 240,
  },
  TPE: {
    method: 'tpe',
    options: { maxTrials: 9, startupTrials: 4, seed: 6 } as SearchPlan['options'],
    run: { epochs: 3, batchSize: 8 },
    images: 240,
  },
};

/** What does not depend on the clock. */
function essence(trials: readonly Trial[]): unknown {
  return JSON.parse(JSON.stringify(trials, (key, value) => (key === 'seconds' || key === 'versions' ? undefined : value)));
}

/** Lines of the journal that tell of one and the same epoch, beyond the first. */
function epochsTrainedTwice(directory: string): string[] {
  const { events } = Journal.open<SearchEvent>(join(directory, 'journal.jsonl'));
  const epochs = events.flatMap((event) =>
    event.kind === 'epoch' ? [`trial ${event.trial} training ${event.training} epoch ${event.record.epoch}`] : [],
  );
  return epochs.filter((epoch, i) => epochs.indexOf(epoch) !== i);
}

describe('a search that is killed and run again', () => {
  const draw = random(Number(process.env.KILL_SEED ?? 0), 'kills');
  const share = Math.ceil(KILLS / Object.keys(plans).length);
  it.each(Object.entries(plans))(
    `${share} times: %s`,
    async (name, plan) => {
      const start = (directory: string) => {
        const search = spare.begin({ ...plan, options: { ...plan.options, directory } });
        spare = loadSearchProcess();
        return search;
      };
      const base = join(folder, name.replaceAll(' ', '-'));
      const whole = start(`${base}-whole`);
      await whole.running;
      const began = performance.now();
      const unbroken = (await whole.ended).found as NonNullable<Awaited<typeof whole.ended>['found']>;
      const duration = performance.now() - began;
      const reasons = unbroken.trials.map(({ reason }) => reason ?? '').join();
      if (plan.options.racing) expect(reasons).toContain('cannot win any more');
      if (plan.options.prune) expect(reasons).toContain('the median of');

      let kills = 0;
      for (let round = 0; kills < share; round++) {
        const directory = `${base}-${round}`;
        let found: typeof unbroken | undefined;
        while (found === undefined) {
          const run = start(directory);
          await run.running;
          if (kills < share) {
            // Most of the searches need several kills, some end before the first.
            await sleep(draw.next() * 0.4 * duration);
            kills += run.child.kill('SIGKILL') ? 1 : 0;
          }
          found = (await run.ended).found;
        }
        expect(essence(found.trials)).toEqual(essence(unbroken.trials));
        expect(found.best).toBe(unbroken.best);
        expect(epochsTrainedTwice(directory)).toEqual([]);
        // The weights of the best trial, and nothing else.
        const kept = readdirSync(join(directory, 'checkpoints'), { recursive: true });
        expect(kept).toHaveLength(2);
      }
    },
    1_800_000,
  );
});
