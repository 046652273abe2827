import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SearchConfig, SearchEvent } from '../../../../lib/search/journal/search-event';
import { SearchFolder } from '../../../../lib/search/journal/search-folder';
import { JournalError } from '../../../../lib/storage/journal';
import { damagedData, fuzz, scratchFolder } from '../../../fuzz';
import { journalBytes, journalOfTexts } from '../../storage/journal-bytes';

const root = scratchFolder();
const folder = join(root, 'search');
const journal = join(folder, 'journal.jsonl');
/** What a checkpoint's path could lead to, out of the folder of checkpoints. */
const bystanders = [join(root, 'x'), join(folder, 'mine')];

const config: SearchConfig = {
  objective: { name: 'valLoss', direction: 'min' },
  oracle: { name: 'random' },
  pruners: [],
  racing: false,
  ...{
    folds: 2,
    executionsPerTrial: 1,
    validationSplit: 0.2,
    seed: 0,
    startWithDefault: true,
    given: { dropout: { kind: 'fixed' } },
  },
};

/** All that follows from the journal, with the folder taken, swept and given back; or the refusal's message. */
function read(bytes: Buffer) {
  const swept = join(folder, 'checkpoints', 'trial-1');
  mkdirSync(swept, { recursive: true });
  for (const file of [...bystanders, join(swept, 'old')]) writeFileSync(file, '');
  writeFileSync(journal, bytes);
  let search: SearchFolder | undefined;
  try {
    search = new SearchFolder(folder, config, { overwrite: false, keepModels: 1 });
    const { state } = search;
    search.open();
    search.sweep();
    for (const file of bystanders) expect(existsSync(file)).toBe(true);
    return { trials: state.results(), activity: state.activity, timeline: state.timeline };
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('holds a search with other settings')) return message;
    expect(error).toBeInstanceOf(JournalError);
    expect(message).toMatch(/^.*journal\.jsonl, line \d+: .* must .*\. Events before it: \d+\. .*Cure: /s);
    return message;
  } finally {
    search?.close();
  }
}

const loss = fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constant(Number.NaN));
const seconds = fc.double({ min: 0, max: 1000, noNaN: true });
const trial = fc.record({
  losses: fc.array(fc.array(loss, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 2 }),
  seconds,
  units: fc.integer({ min: 1, max: 64 }),
  activation: fc.constantFrom('relu', 'tanh'),
  status: fc.constantFrom('paused' as const, 'completed' as const, 'pruned' as const),
  fails: fc.boolean(),
});
type TrialCase = typeof trial extends fc.Arbitrary<infer Case> ? Case : never;

/** The events of a search that trained these. */
function tell(trials: readonly TrialCase[]): SearchEvent[] {
  const events: SearchEvent[] = [
    { kind: 'search', config },
    { kind: 'run', config: { epochs: 3, dataset: { name: 'mnist', size: 60, classNames: ['0', '1'], checksum: 'ab' } } },
    { kind: 'session', pid: 7, at: '2026-01-01T00:00:00.000Z', versions: { node: '20' } },
    { kind: 'enqueued', hyperparameters: { units: 3 } },
    { kind: 'dequeued', reason: 'no activation' },
  ];
  let elapsedMs = 0;
  for (const [i, { losses, units, activation, status, fails, ...rest }] of trials.entries()) {
    const id = i + 1;
    events.push({
      kind: 'begun',
      trial: id,
      hyperparameters: { units, activation },
      origin: 'oracle',
      epochs: 3,
      space: {
        units: { kind: 'int', min: 1, max: 64, sampling: 'log' },
        activation: { kind: 'choice', values: ['relu', 'tanh'] },
      },
      trainings: 2,
      parameters: 9,
      seed: id,
    });
    for (const [training, list] of losses.entries()) {
      if (fails && training === 1) {
        const work = { worker: 1, elapsedMs, seconds: 0 };
        events.push({ kind: 'attempt', trial: id, training, reason: 'no memory', final: false, work });
      }
      for (const [j, valLoss] of list.entries()) {
        elapsedMs += 1000 * rest.seconds;
        const numbers = { loss: 1, accuracy: 0.5, valLoss, valAccuracy: 0.5, learningRate: 0.1 };
        events.push({
          kind: 'epoch',
          trial: id,
          training,
          trainSize: 30,
          validationSize: 30,
          elapsedMs,
          worker: 1,
          record: { epoch: j + 1, ...numbers, seconds: rest.seconds, metrics: { f1: 0.5 } },
          checkpoint: `trial-${id}/training-${training}-epoch-${j + 1}.checkpoint`,
        });
      }
      events.push({ kind: 'trained', trial: id, training, end: { kind: 'stopped', reason: 'enough', bestEpoch: 1 } });
    }
    events.push({ kind: 'settled', trial: id, status, kept: losses.map(({ length }) => length), cut: 0 });
  }
  events.push({ kind: 'continued', trial: 1, epochs: 4 }, { kind: 'told', trial: 1, score: 0.5 });
  events.push({ kind: 'ended', elapsedMs });
  return events;
}

const trials = fc.array(trial, { minLength: 1, maxLength: 3 });

describe('a search folder', () => {
  fuzz('gives back what its journal tells', trials, (list) => {
    const found = read(journalBytes(tell(list)));
    if (typeof found === 'string') throw new Error(found);
    expect(found.trials.slice(1).map(({ status }) => status)).toEqual(list.slice(1).map(({ status }) => status));
    for (const [i, { losses, units, activation, fails }] of list.entries()) {
      const { histories, hyperparameters, attempts, trainings } = found.trials[i];
      expect(histories.map(({ epochs }) => epochs.map(({ valLoss }) => valLoss))).toEqual(losses);
      expect({ hyperparameters, trainings }).toEqual({ hyperparameters: { units, activation }, trainings: 2 });
      if (i > 0) expect(attempts).toBe(fails ? 1 : 0);
    }
  });

  fuzz('reads, or refuses, what another program wrote into its journal', damagedData(trials.map(tell)), (events) => {
    read(journalBytes(events as unknown[]));
  });

  const record = { epoch: 1, loss: 1, accuracy: 1, learningRate: 1, seconds: 1 };
  const [search, run, session, , , begun, epoch] = tell([
    { losses: [[1], [1]], seconds: 1, units: 1, activation: 'relu', status: 'completed', fails: false },
  ]) as [SearchEvent, SearchEvent, SearchEvent, SearchEvent, SearchEvent, SearchEvent, SearchEvent];
  it.each([
    ['nothing', [null], 'it must be an object, but is null'],
    ['an unknown event', [search, { kind: '__proto__' }], 'kind must be one of "search", "run", '],
    ['no settings', [run], 'kind must be "search" in the first event, and there alone, but is "run"'],
    ['settings twice', [search, search], 'kind must be "search" in the first event, and there alone'],
    ['a trial that was not begun', [search, { kind: 'told', trial: 1, score: 0 }], 'trial must be one of the 0'],
    ['a trial too many', [search, { ...begun, trial: 2 }], 'trial must be 1, the next one, but is 2'],
    ['a negative trial', [search, { ...begun, trial: -1 }], 'trial must be a whole number from 1, but is -1'],
    [
      'a billion trainings',
      [
        { ...search, config: { ...config, folds: 1e9 } },
        { ...begun, trainings: 1e9 },
      ],
      'trainings must be a whole number from 1 to 10000, but is 1000000000',
    ],
    ['other trainings', [search, { ...begun, trainings: 3 }], 'trainings must be at most 2, folds times executions'],
    [
      'a hyperparameter that is no number',
      [search, { ...begun, hyperparameters: { units: Number.NaN } }],
      'hyperparameters.units must be a finite number, a text, true or false, but is NaN',
    ],
    [
      'a space without values',
      [search, { ...begun, space: { units: { kind: 'choice', values: [] } } }],
      '"units" needs at least one value to choose from',
    ],
    [
      'an endless range',
      [search, { ...begun, space: { units: { kind: 'int', min: 0, max: Number.POSITIVE_INFINITY, sampling: 'log' } } }],
      'space.units.max must be a finite number, but is Infinity',
    ],
    ['an epoch again', [search, begun, epoch, epoch], 'record.epoch must be 2, the training’s next one, but is 1'],
    [
      'a billion epochs kept',
      [search, begun, { kind: 'settled', trial: 1, status: 'pruned', kept: [1e9, null], cut: 0 }],
      'kept[0] must be at most the training’s epochs, but is 1000000000',
    ],
    ['a training too many', [search, begun, { ...epoch, training: 2 }], 'training must be below 2'],
    [
      'negative seconds',
      [search, begun, { ...epoch, record: { ...record, seconds: -1 } }],
      'record.seconds must be a finite number from 0, but is -1',
    ],
    [
      'an endless time',
      [search, begun, { ...epoch, elapsedMs: Number.POSITIVE_INFINITY }],
      'elapsedMs must be a finite number from 0, but is Infinity',
    ],
    [
      'a text for a loss',
      [search, begun, { ...epoch, record: { ...record, loss: '0.1' } }],
      'record.loss must be a number, but is "0.1"',
    ],
    ...['trial-1/../../../x', '/etc/passwd', 'trial-1\\x', 'trial-1/..', 'trial-1/a/b', '.'].map(
      (checkpoint): [string, unknown[], string] => [
        `a checkpoint ${checkpoint}`,
        [search, begun, { ...epoch, checkpoint }],
        "checkpoint must be a file's path in the trial's folder, but is ",
      ],
    ),
    [
      'the checkpoint of another trial',
      [search, begun, { ...epoch, checkpoint: 'trial-2/x' }],
      "checkpoint must be in the trial's folder, trial-1/, but is trial-2/x",
    ],
    ['no process', [search, { ...session, pid: -1 }], 'pid must be a whole number from 0, but is -1'],
  ] as [string, unknown[], string][])('refuses a journal with %s', (_, events, fault) => {
    const message = read(journalBytes(events));
    expect(message).toContain(`${journal}, line ${events.length + 1}: its checksum is right, but `);
    expect(message).toContain(fault.replace('’', "'"));
  });

  it.each([
    ['settings nested without end', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`, 'nested at most 100 deep'],
    ['__proto__ in the settings', '{"__proto__":{"polluted":1}}', 'an object with no value named __proto__'],
  ])('refuses a journal with %s', (_, given, rule) => {
    const text = JSON.stringify(search).replace(/"given":\{.*\}\}\}/, `"given":${given}}}`);
    expect(read(journalOfTexts([text]))).toContain(` must be ${rule}`);
    expect(read(journalOfTexts([text.replace('"given"', '"oracle"')]))).toContain(' must be ');
    expect({}).not.toHaveProperty('polluted');
  });
});
