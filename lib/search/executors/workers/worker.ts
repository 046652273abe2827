// The process of one worker; `worker-pool` starts it. First of all, so that it never outlives its parent.
import './end-with-parent';
import { readSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { Dataset } from '../../../data/dataset';
import { describeError } from '../../describe-error';
import type { ModelBuilder } from '../../model-builder';
import type { EventAnswer, TrainingEvent, TrainingOutcome } from '../executor';
import { type CallbackFactory, JobTrainer } from '../training-job';
import { DATA_DESCRIPTOR, type Order, type Report, type WorkerSetup } from './messages';
import { loadReference } from './module-reference';

let trainer: JobTrainer | undefined;
/** What each job gets as its outcome where there is no trainer. */
let failure: TrainingOutcome = { kind: 'failed', reason: '', fatal: true };
let takeAnswer: (answer: EventAnswer) => void = () => {};

try {
  const setup = JSON.parse(process.argv[3]) as WorkerSetup;
  trainer = new JobTrainer({
    builder: loadReference(setup.builder) as ModelBuilder,
    callbacks: setup.callbacks && (loadReference(setup.callbacks) as CallbackFactory),
    data: deserialize(readData(setup.dataBytes)) as Dataset,
  });
} catch (error) {
  failure = { ...failure, reason: `A worker could not start. ${describeError(error)}` };
}

process.on('message', async (order: Order) => {
  if (order.kind === 'answer') takeAnswer(order.answer);
  else send({ kind: 'outcome', outcome: (await trainer?.run(order.job, report)) ?? failure });
});
send({ kind: 'ready' });

function send(report: Report): void {
  process.send?.(report);
}

function report(event: TrainingEvent): EventAnswer {
  send({ kind: 'event', event });
  if (event.kind === 'step') return;
  return new Promise((resolve) => {
    takeAnswer = resolve;
  });
}

/** All workers share one file and its position, so each reads from places of its own. */
function readData(size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    const count = readSync(DATA_DESCRIPTOR, bytes, done, size - done, done);
    if (count === 0) throw new Error(`The images handed over must have ${size} bytes, but end after ${done}.`);
    done += count;
  }
  return bytes;
}
