import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
// TensorFlow.js' own library for protocol buffers: it shares no code with the writer.
// @ts-expect-error: it has no types.
import protobuf from 'google-protobuf';

/** Field number -> its name, and how it is encoded; an object is a message, a list of one a repeated field. */
type Schema = Readonly<Record<number, readonly [name: string, type: FieldType]>>;
type FieldType = 'int' | 'double' | 'float' | 'string' | Schema | readonly [Schema];
export type Message = Record<string, unknown>;

const VALUE: Schema = { 2: ['number', 'double'], 3: ['string', 'string'], 4: ['boolean', 'int'] };
const EXPERIMENT: Schema = {
  4: [
    'hparams',
    [
      {
        1: ['name', 'string'],
        4: ['type', 'int'],
        5: ['discrete', { 1: ['values', [VALUE]] }],
        6: ['interval', { 1: ['min', 'double'], 2: ['max', 'double'] }],
        7: ['differs', 'int'],
      },
    ],
  ],
  5: ['metrics', [{ 1: ['name', { 1: ['group', 'string'], 2: ['tag', 'string'] }] }]],
};
const HPARAMS: Schema = {
  1: ['version', 'int'],
  2: ['experiment', EXPERIMENT],
  3: ['sessionStart', { 1: ['hparams', [{ 1: ['key', 'string'], 2: ['value', VALUE] }]] }],
  4: ['sessionEnd', { 1: ['status', 'int'] }],
};
const TENSOR: Schema = { 1: ['dtype', 'int'], 2: ['shape', { 2: ['dims', [{ 1: ['size', 'int'] }]] }] };
const EVENT: Schema = {
  1: ['wallTime', 'double'],
  2: ['step', 'int'],
  3: ['fileVersion', 'string'],
  5: [
    'summary',
    {
      1: [
        'values',
        [
          {
            1: ['tag', 'string'],
            2: ['simpleValue', 'float'],
            8: ['tensor', TENSOR],
            9: ['metadata', { 1: ['pluginData', { 1: ['plugin', 'string'], 2: ['content', HPARAMS] }] }],
          },
        ],
      ],
    },
  ],
  7: ['sessionLog', { 1: ['status', 'int'] }],
};

function decode(bytes: Uint8Array, schema: Schema): Message {
  const reader = new protobuf.BinaryReader(bytes);
  const message: Message = {};
  while (reader.nextField()) {
    const [name, type] = schema[reader.getFieldNumber()] ?? [];
    if (name === undefined || type === undefined) throw new Error(`no field ${reader.getFieldNumber()} here`);
    if (type === 'int') message[name] = reader.readInt64();
    else if (type === 'double') message[name] = reader.readDouble();
    else if (type === 'float') message[name] = reader.readFloat();
    else if (type === 'string') message[name] = reader.readString();
    else if (Array.isArray(type)) {
      message[name] = [...((message[name] as Message[]) ?? []), decode(reader.readBytes(), type[0])];
    } else message[name] = decode(reader.readBytes(), type as Schema);
    // A zero that is written means the same as one that is left out, but in the choices that a Value and a Summary.Value are.
    if (message[name] === 0 && schema !== VALUE && type !== 'float') delete message[name];
  }
  return message;
}

/** CRC-32C bit by bit, masked as in TFRecord files. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ ((crc & 1n) * 0x82f63b78n);
  }
  crc ^= 0xffffffffn;
  return Number((((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn);
}

/** The events of a file; throws where a checksum is wrong or the end is torn. */
export function readEvents(content: Buffer): Message[] {
  const events: Message[] = [];
  for (let at = 0; at < content.length; ) {
    const length = Number(content.readBigUInt64LE(at));
    if (content.readUInt32LE(at + 8) !== maskedCrc(content.subarray(at, at + 8))) throw new Error('length damaged');
    const data = content.subarray(at + 12, at + 12 + length);
    if (content.readUInt32LE(at + 12 + length) !== maskedCrc(data)) throw new Error('data damaged');
    events.push(decode(data, EVENT));
    at += 16 + length;
  }
  return events;
}

/** The event files of a run in TensorBoard's order. */
export function eventFiles(run: string): string[] {
  return readdirSync(run)
    .filter((name) => name.includes('tfevents'))
    .sort()
    .map((name) => join(run, name));
}

/**
 * The curves of a run by tag, as TensorBoard shows them: a second start of a session drops what has its step or a later one
 * (`_CheckForRestartAndMaybePurge` in its plugin_event_accumulator.py).
 */
export function readCurves(run: string): Record<string, [step: number, value: number][]> {
  const curves: Record<string, [number, number][]> = {};
  for (const event of eventFiles(run).flatMap((path) => readEvents(readFileSync(path)))) {
    const {
      step = 0,
      sessionLog,
      summary,
    } = event as {
      step?: number;
      sessionLog?: { status: number };
      summary?: { values: { tag: string; simpleValue?: number }[] };
    };
    if (sessionLog?.status === 1) {
      for (const tag of Object.keys(curves)) curves[tag] = curves[tag].filter(([other]) => other < step);
    }
    for (const { tag, simpleValue } of summary?.values ?? []) {
      if (simpleValue === undefined) continue;
      curves[tag] ??= [];
      curves[tag].push([step, simpleValue]);
    }
  }
  return curves;
}
