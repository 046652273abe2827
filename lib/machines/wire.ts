import { decodeNumbers, encodeNumbers } from '../storage/json-numbers';
import {
  anyNumber,
  describeFault,
  either,
  exactly,
  finite,
  type Infer,
  kinds,
  listOf,
  mapOf,
  matching,
  oneOf,
  type Schema,
  textUpTo,
  trueOrFalse,
  whole,
} from '../storage/schema';

// What machines tell each other, and no more: each side checks what arrives before it believes any of it. Names, numbers and
// checksums alone; nothing here is a path, a key or code.

/** Most epochs that one training can have had before it moves to another machine. */
const MOST_RECORDS = 10_000;
const MOST_SUBSETS = 10;

const count = whole(0);
const fromOne = whole(1);
const seed = whole(Number.MIN_SAFE_INTEGER);
const name = textUpTo(200);
/** Characters of a reason that is sent. */
export const MOST_REASON = 5000;
const reason = textUpTo(MOST_REASON);
const checksum = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');
const uuid = matching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID');

/** A function by its name and the SHA-256 of the file that exports it. */
const exported = exactly({ name, module: checksum });
export type ExportedFunction = Infer<typeof exported>;

/** What all jobs of a search have in common; announced to the machines, and part of each job. */
export const searchSetup = exactly(
  {
    /** Of the search's folder: the same for each of its runs. */
    search: checksum,
    /** Of the source files and the packages. */
    code: checksum,
    data: exactly({
      name,
      part: oneOf('train', 'test'),
      subsets: listOf(exactly({ size: fromOne, seed }), MOST_SUBSETS),
      /** Of images, labels and class names. */
      checksum,
    }),
    builder: exported,
    threads: whole(1, 1024),
    timeoutMs: fromOne,
    /** A machine that shows no sign of life for so long has lost its jobs. */
    lostAfterMs: whole(100),
  },
  { callbacks: exported },
);
export type SearchSetup = Infer<typeof searchSetup>;

/** One training of one trial, up to `until`; what it has behind it comes with the answer to `begin`. */
export const remoteJob = exactly(
  {
    setup: searchSetup,
    trial: count,
    training: count,
    hyperparameters: mapOf(either('a finite number, a short text, true or false', finite(), textUpTo(1000), trueOrFalse), name),
    seed,
    part: kinds({
      holdOut: exactly({ kind: oneOf('holdOut'), share: between0And1(), seed }),
      fold: exactly({ kind: oneOf('fold'), fold: count, folds: whole(2), seed }),
    }),
    epochs: fromOne,
    until: fromOne,
  },
  { batchSize: fromOne, augmentation: mapOf(finite(), name) },
);
export type RemoteJob = Infer<typeof remoteJob>;

const epochRecord = exactly(
  { epoch: fromOne, loss: anyNumber, accuracy: anyNumber, learningRate: anyNumber, seconds: anyNumber },
  { valLoss: anyNumber, valAccuracy: anyNumber, metrics: mapOf(anyNumber, name) },
);

/** Whose turn at a job this is: a job that was delivered again has had earlier ones. */
const attempt = fromOne;
/** Who waits for an answer, and to which of its questions. */
const asks = { machine: uuid, question: count };

/** What a machine reports of a job. */
export const machineReport = kinds({
  /** It has taken the job, and asks what is done of it. */
  begin: exactly({ kind: oneOf('begin'), attempt, ...asks }),
  step: exactly({
    kind: oneOf('step'),
    attempt,
    epoch: fromOne,
    step: count,
    steps: count,
    loss: anyNumber,
    imagesPerSecond: anyNumber,
  }),
  warning: exactly({ kind: oneOf('warning'), attempt, message: reason }),
  /** An epoch is finished, its checkpoint is in Redis, and it asks whether to go on. */
  epoch: exactly({ kind: oneOf('epoch'), attempt, ...asks, record: epochRecord, batchSize: fromOne }),
});
export type MachineReport = Infer<typeof machineReport>;

/** What the search answers, into an inbox; to `begin` the finished epochs, too, of which Redis has the last checkpoint. */
export const searchAnswer = exactly(
  { question: count, answer: oneOf('go', 'stop') },
  { records: listOf(epochRecord, MOST_RECORDS) },
);
export type SearchAnswer = Infer<typeof searchAnswer>;

/** What a finished job returns. */
export const jobResult = exactly({
  attempt,
  outcome: kinds({
    reached: exactly({ kind: oneOf('reached') }, { bestEpoch: count }),
    stopped: exactly({ kind: oneOf('stopped'), reason }, { bestEpoch: count }),
    cancelled: exactly({ kind: oneOf('cancelled') }),
    diverged: exactly({ kind: oneOf('diverged'), reason }),
    failed: exactly({ kind: oneOf('failed'), reason, fatal: trueOrFalse }),
  }),
});
export type JobResult = Infer<typeof jobResult>;

/** What a job fails with that its machine refuses or cannot do; a job that BullMQ itself gave up has no such words. */
export const jobFailure = exactly({ reason });

/** A machine as it presents itself to a search: how many trainings it runs at a time, and why it does not take part. */
export const machineCard = exactly({ name, concurrency: whole(1, 1024) }, { refusal: reason });
export type MachineCard = Infer<typeof machineCard>;

/** A message as JSON can carry it. Its type is that of what `readWire` makes of it again. */
export function toWire<Message extends object>(message: Message): Message {
  return JSON.parse(JSON.stringify(message, encodeNumbers));
}

/** What is wrong with what `toWire` made, or its JSON, in words; undefined where it is a message as `schema` says. */
export function findWireFault(schema: Schema, value: unknown): string | undefined {
  try {
    return describeFault(decode(value), schema);
  } catch {
    return 'it must be JSON';
  }
}

/** The message that `toWire` made, from that or from its JSON; undefined for anything else. */
export function readWire<Message>(schema: Schema<Message>, value: unknown): Message | undefined {
  return findWireFault(schema, value) === undefined ? (decode(value) as Message) : undefined;
}

function decode(value: unknown): unknown {
  return JSON.parse(typeof value === 'string' ? value : JSON.stringify(value), decodeNumbers);
}

/** A number above 0 and below 1. */
function between0And1(): Schema<number> {
  return finite(Number.MIN_VALUE, 1 - Number.EPSILON / 2);
}
