import { z } from 'zod';

// What machines tell each other, and no more: each side checks what arrives before it believes any of it. Names, numbers and
// checksums alone; nothing here is a path, a key or code.

/** Most epochs that one training can have had before it moves to another machine. */
const MOST_RECORDS = 10_000;

const count = z.int().min(0);
const text = z.string().max(200);
const reason = z.string().max(5000);
const checksum = z.string().regex(/^[0-9a-f]{64}$/);
/** JSON knows no other numbers. */
const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)]);

/** As JSON can carry it, and as the schemas here read it. */
export function toWire<Message extends object>(message: Message): Message {
  return JSON.parse(
    JSON.stringify(message, (_key, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value)),
  );
}

/** A function by its name and the SHA-256 of the file that exports it. */
const exported = z.strictObject({ name: text, module: checksum });
export type ExportedFunction = z.infer<typeof exported>;

/** What all jobs of a search have in common; announced to the machines, and part of each job. */
export const searchSetup = z.strictObject({
  /** Of the search's folder: the same for each of its runs. */
  search: checksum,
  /** Of the source files and the packages. */
  code: checksum,
  data: z.strictObject({
    name: text,
    part: z.enum(['train', 'test']),
    subsets: z.array(z.strictObject({ size: z.int().min(1), seed: z.int() })).max(10),
    /** Of images, labels and class names. */
    checksum,
  }),
  builder: exported,
  callbacks: exported.optional(),
  threads: z.int().min(1).max(1024),
  timeoutMs: z.int().min(1),
  /** A machine that shows no sign of life for so long has lost its jobs. */
  lostAfterMs: z.int().min(100),
});
export type SearchSetup = z.infer<typeof searchSetup>;

/** One training of one trial, up to `until`; what it has behind it comes with the answer to `begin`. */
export const remoteJob = z.strictObject({
  setup: searchSetup,
  trial: count,
  training: count,
  hyperparameters: z.record(text, z.union([z.number(), z.boolean(), z.string().max(1000)])),
  seed: z.int(),
  part: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('holdOut'), share: z.number().gt(0).lt(1), seed: z.int() }),
    z.strictObject({ kind: z.literal('fold'), fold: count, folds: z.int().min(2), seed: z.int() }),
  ]),
  batchSize: z.int().min(1).optional(),
  epochs: z.int().min(1),
  until: z.int().min(1),
});
export type RemoteJob = z.infer<typeof remoteJob>;

const epochRecord = z.strictObject({
  epoch: z.int().min(1),
  loss: number,
  accuracy: number,
  valLoss: number.optional(),
  valAccuracy: number.optional(),
  learningRate: number,
  seconds: number,
  metrics: z.record(text, number).optional(),
});

/** Whose turn at a job this is: a job that was delivered again has had earlier ones. */
const attempt = z.int().min(1);
/** Who waits for an answer, and to which of its questions. */
const asks = { machine: z.uuid(), question: count };

/** What a machine reports of a job. */
export const machineReport = z.discriminatedUnion('kind', [
  /** It has taken the job, and asks what is done of it. */
  z.strictObject({ kind: z.literal('begin'), attempt, ...asks }),
  z.strictObject({
    kind: z.literal('step'),
    attempt,
    epoch: z.int().min(1),
    step: count,
    steps: count,
    loss: number,
    imagesPerSecond: number,
  }),
  z.strictObject({ kind: z.literal('warning'), attempt, message: reason }),
  /** An epoch is finished, its checkpoint is in Redis, and it asks whether to go on. */
  z.strictObject({ kind: z.literal('epoch'), attempt, ...asks, record: epochRecord, batchSize: z.int().min(1) }),
]);
export type MachineReport = z.infer<typeof machineReport>;

/** What the search answers, into the machine's inbox. */
export const searchAnswer = z.strictObject({
  question: count,
  answer: z.enum(['go', 'stop']),
  /** To `begin`: the finished epochs; the checkpoint of the last is in Redis. */
  records: z.array(epochRecord).max(MOST_RECORDS).optional(),
});
export type SearchAnswer = z.infer<typeof searchAnswer>;

const bestEpoch = count.optional();

/** What a finished job returns. */
export const jobResult = z.strictObject({
  attempt,
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('reached'), bestEpoch }),
    z.strictObject({ kind: z.literal('stopped'), reason, bestEpoch }),
    z.strictObject({ kind: z.literal('cancelled') }),
    z.strictObject({ kind: z.literal('diverged'), reason }),
    z.strictObject({ kind: z.literal('failed'), reason, fatal: z.boolean() }),
  ]),
});
export type JobResult = z.infer<typeof jobResult>;

/** A machine as it presents itself to a search. */
export const machineCard = z.strictObject({
  name: text,
  /** Trainings that it runs at a time. */
  concurrency: z.int().min(1).max(1024),
  /** Why it does not take part. */
  refusal: reason.optional(),
});
export type MachineCard = z.infer<typeof machineCard>;

/** What `schema` makes of JSON; undefined where that is none, or of another shape. */
export function readJson<Schema extends z.ZodType>(schema: Schema, json: string): z.infer<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

/** What is wrong with a message, in one line. */
export function describeWireFault(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; ');
}
