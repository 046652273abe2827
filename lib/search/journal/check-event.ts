import {
  anyNumber,
  anything,
  describeFault,
  either,
  fields,
  finite,
  kinds,
  listOf,
  mapOf,
  matching,
  oneOf,
  text,
  trueOrFalse,
  whole,
} from '../../storage/schema';
import { epochRecordSchema } from '../../training/history';
import { objectiveSchema } from '../objective';
import { checkDomain } from '../space/check-domain';
import { valueSchema, valuesSchema } from '../space/domain';
import type { SearchEvent } from './search-event';
import type { SearchState } from './search-state';

const range = fields({ min: finite(), max: finite(), sampling: oneOf('linear', 'log') }, { step: finite(), default: finite() });
const domain = kinds({
  int: range,
  float: range,
  choice: fields({ values: listOf(valueSchema) }, { ordered: trueOrFalse, default: valueSchema }),
  boolean: fields({}, { default: trueOrFalse }),
  fixed: fields({ value: valueSchema }),
});

/** So many trainings of a trial, and no more, are made room for before there is anything of them in the journal. */
const MAX_TRAININGS = 10_000;
const trial = whole(1);
const training = whole(0);
const elapsedMs = finite(0);
// Settings that are only compared with those of the search that reads them may be anything.
const eventSchema = kinds({
  search: fields({
    config: fields(
      {
        objective: objectiveSchema,
        folds: whole(1),
        executionsPerTrial: whole(1),
        given: anything,
        oracle: anything,
        pruners: anything,
      },
      { startWithDefault: trueOrFalse },
    ),
  }),
  run: fields({
    config: fields(
      { epochs: whole(1), dataset: fields({ classNames: listOf(text) }) },
      { batchSize: whole(1), augmentation: anything },
    ),
  }),
  session: fields({ pid: whole(0), at: text, versions: mapOf(text) }),
  ended: fields({ elapsedMs }),
  // Whether the builder can take them is judged when their turn comes.
  enqueued: fields({ hyperparameters: mapOf(anything) }),
  dequeued: fields({ reason: text }),
  begun: fields({
    trial,
    hyperparameters: valuesSchema,
    space: mapOf(domain),
    origin: oneOf('oracle', 'user', 'default'),
    epochs: whole(0),
    trainings: whole(1, MAX_TRAININGS),
    parameters: whole(0),
    seed: whole(0),
  }),
  continued: fields({ trial, epochs: whole(1) }),
  epoch: fields(
    {
      trial,
      training,
      record: epochRecordSchema,
      trainSize: whole(0),
      validationSize: whole(0),
      elapsedMs,
      // It is read, and deleted when it is no longer needed.
      checkpoint: matching(/^trial-\d+\/(?!\.+$)[\w.-]+$/, "a file's path in the trial's folder"),
    },
    { batchSize: whole(1), worker: whole(1) },
  ),
  trained: fields({
    trial,
    training,
    end: fields({ kind: oneOf('reached', 'stopped', 'diverged', 'failed') }, { reason: text, bestEpoch: whole(1) }),
  }),
  told: fields({ trial, score: anyNumber }),
  attempt: fields(
    { trial, training, reason: text, final: trueOrFalse },
    { work: fields({ worker: whole(1), elapsedMs, seconds: finite(0) }) },
  ),
  settled: fields(
    {
      trial,
      status: oneOf('paused', 'completed', 'pruned', 'failed'),
      kept: listOf(either('a whole number from 0, or null', whole(0), oneOf(null))),
    },
    { cut: training, reason: text },
  ),
});

/**
 * What is wrong with an event of a journal, in words; undefined where it can be applied to `state`, which follows from the
 * events before it.
 */
export function findEventFault(found: unknown, state: SearchState): string | undefined {
  const fault = describeFault(found, eventSchema);
  if (fault) return fault;
  const event = found as SearchEvent;
  const { config, trials } = state;
  if ((config === undefined) !== (event.kind === 'search')) {
    return `kind must be "search" in the first event, and there alone, but is "${event.kind}"`;
  }
  if (event.kind === 'begun') return findTrialFault(event, state);
  if (!('trial' in event)) return undefined;
  if (event.trial > trials.length) {
    return `trial must be one of the ${trials.length} that were begun, but is ${event.trial}`;
  }
  const { trainings } = state.trial(event.trial);
  if (event.kind === 'settled') {
    const place = event.kept.findIndex((epochs, i) => (epochs ?? 0) > (trainings[i]?.records.length ?? 0));
    return place < 0 ? undefined : `kept[${place}] must be at most the training's epochs, but is ${event.kept[place]}`;
  }
  if (!('training' in event)) return undefined;
  if (event.training >= trainings.length) {
    return `training must be below ${trainings.length}, the trial's trainings, but is ${event.training}`;
  }
  if (event.kind !== 'epoch') return undefined;
  const next = trainings[event.training].records.length + 1;
  const { epoch } = event.record;
  if (epoch !== next) return `record.epoch must be ${next}, the training's next one, but is ${epoch}`;
  if (!event.checkpoint.startsWith(`trial-${event.trial}/`)) {
    return `checkpoint must be in the trial's folder, trial-${event.trial}/, but is ${event.checkpoint}`;
  }
  return undefined;
}

function findTrialFault(event: Extract<SearchEvent, { kind: 'begun' }>, { config, trials }: SearchState): string | undefined {
  const next = trials.length + 1;
  if (event.trial !== next) return `trial must be ${next}, the next one, but is ${event.trial}`;
  if (event.origin === 'default' && next > 1) {
    return `origin must be "oracle" or "user" after the first trial, but is "default" in trial ${next}`;
  }
  const { folds = 1, executionsPerTrial = 1 } = config ?? {};
  if (event.trainings > folds * executionsPerTrial) {
    return `trainings must be at most ${folds * executionsPerTrial}, folds times executions, but is ${event.trainings}`;
  }
  try {
    for (const [name, one] of Object.entries(event.space)) checkDomain(name, one);
  } catch (error) {
    return `space must be one that a search may have, but: ${(error as Error).message.replace(/\.$/, '')}`;
  }
  return undefined;
}
