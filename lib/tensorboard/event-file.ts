import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * TensorBoard's event files: what this room needs of the TFRecord framing (tensorflow/core/lib/io/record_writer.cc) and of
 * the protocol buffers event.proto, summary.proto and tensor.proto (tensorflow/core). Numbers of fields are theirs.
 */

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  // 0x82f63b78 is Castagnoli's polynomial, bits reversed.
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** The CRC-32C of `bytes` (RFC 3720, appendix B.4), 0 to 2^32 - 1; node:zlib has CRC-32 with another polynomial alone. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** TFRecord's checksum, four bytes: masked, because the CRC of bytes that hold their own CRC is weak. */
function checksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

/** A record: length (8 bytes, little-endian), its checksum, the data, its checksum. */
function frame(data: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeUInt32LE(data.length);
  return Buffer.concat([length, checksum(length), data, checksum(data)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** A field of a protocol buffer that holds a whole number from 0 to 2^53 - 1, an enum or a bool. */
export function intField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A field of type double. */
export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(field * 8 + 1), bytes]);
}

/** A field that holds a string, or a message: its fields. */
export function field(field: number, ...content: readonly (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(content.map((part) => Buffer.from(part as string)));
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
}

/** A `Summary.Value` that holds a number, rounded to float32. */
export function scalarValue(tag: string, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return field(1, field(1, tag), varint(2 * 8 + 5), bytes);
}

/** A `Summary.Value` that holds nothing but a plugin's data about its tag, and the empty float tensor that stands for it. */
export function pluginValue(tag: string, plugin: string, data: Buffer): Buffer {
  const metadata = field(1, field(1, plugin), field(2, data));
  const emptyTensor = Buffer.concat([intField(1, 1), field(2, field(2))]);
  return field(1, field(1, tag), field(8, emptyTensor), field(9, metadata));
}

function event(step: number, ...content: readonly Buffer[]): Buffer {
  return frame(Buffer.concat([doubleField(1, Date.now() / 1000), intField(2, step), ...content]));
}

/** An event: values of one step, as `scalarValue` and `pluginValue` give them. */
function summary(step: number, values: readonly Buffer[]): Buffer {
  return event(step, field(5, ...values));
}

/** The events that every file begins with: the format's version, and that a session starts at `firstStep`. */
function header(firstStep: number): Buffer {
  return Buffer.concat([event(0, field(3, 'brain.Event:2')), event(firstStep, field(7, intField(1, 1)))]);
}

/** A whole event file with values that belong to no step. */
export function encodeEventFile(values: readonly Buffer[]): Buffer {
  return Buffer.concat([header(0), summary(0, values)]);
}

const PREFIX = 'events.out.tfevents.';

/** A new event file of a run. It is opened for each write, so a killed process loses nothing that was appended. */
export class EventFile {
  readonly #path: string;

  /**
   * Creates the file in the folder `run`, beside those of earlier sessions.
   *
   * @param firstStep The first step that will be appended: TensorBoard drops what earlier files of the run hold from it on,
   *   so a curve that is taken up again has each step once.
   * @throws Error where `run` is a file, or no folder can be created there.
   */
  constructor(run: string, firstStep: number) {
    createLogDir(run);
    this.#path = writeBehind(run, header(firstStep));
  }

  /** Appends values of one step, as `scalarValue` and `pluginValue` give them. */
  append(step: number, values: readonly Buffer[]): void {
    appendFileSync(this.#path, summary(step, values));
  }
}

/** Writes a file which sorts behind those in the folder, since TensorBoard reads them in that order; returns its path. */
function writeBehind(run: string, content: Buffer): string {
  const times = readdirSync(run).map((name) =>
    name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) || 0 : 0,
  );
  for (let time = Math.max(Date.now(), ...times.map((other) => other + 1)); ; time++) {
    const path = join(run, `${PREFIX}${time}.inkwell`);
    try {
      writeFileSync(path, content, { flag: 'wx' });
      return path;
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Creates the folder where it is missing; throws an error with a cure where that cannot be. */
export function createLogDir(logDir: string): void {
  try {
    mkdirSync(logDir, { recursive: true });
  } catch (error) {
    throw new Error(
      `logDir must be a folder, or the path of one to create, but ${logDir} cannot be one ` +
        `(${(error as Error).message}); choose another path.`,
      { cause: error },
    );
  }
}
