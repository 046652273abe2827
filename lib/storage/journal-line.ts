import { crc32 } from 'node:zlib';
import { decodeNumbers, encodeNumbers } from './json-numbers';

/** No event is nearly as long; it is the memory that a line may take. */
export const MAX_LINE_BYTES = 2 ** 24;

/** The checksum covers the line's number and text, and the checksum of the line before. */
export function seal(number: number, event: unknown, previous: number): { line: string; checksum: number } {
  const json = JSON.stringify(event, encodeNumbers);
  if (json === undefined) throw new TypeError(`An event must be a JSON value, but got ${typeof event}.`);
  const bytes = Buffer.byteLength(json) + 32;
  if (bytes > MAX_LINE_BYTES) {
    throw new RangeError(`An event must take at most ${MAX_LINE_BYTES} bytes, but takes ${bytes}.`);
  }
  const checksum = crc32(`${number} ${json}`, previous);
  return { line: `${checksum.toString(16).padStart(8, '0')} ${number} ${json}\n`, checksum };
}

/** A line taken apart, not yet believed. */
export function parseLine(bytes: Buffer) {
  if (bytes.length > MAX_LINE_BYTES) return undefined;
  const match = /^([0-9a-f]{8}) ([1-9]\d{0,14}) (.+)$/s.exec(bytes.toString('utf8'));
  if (match === null) return undefined;
  const [, checksum, number, json] = match;
  return { checksum: Number.parseInt(checksum, 16), number: Number(number), json, sealed: bytes.subarray(9) };
}

export type CheckedLine =
  | { readonly event: unknown; readonly checksum: number }
  /** `torn`: a write that was broken off may have left it so. */
  | { readonly problem: string; readonly torn: boolean };

export function checkLine(bytes: Buffer, number: number, previous: number): CheckedLine {
  if (bytes.length > MAX_LINE_BYTES) {
    return { problem: `it has ${bytes.length} bytes, but no event takes more than ${MAX_LINE_BYTES}`, torn: true };
  }
  const line = parseLine(bytes);
  if (line === undefined) {
    return { problem: 'it is not of the form "<checksum> <number> <JSON>"', torn: true };
  }
  if (line.number !== number) {
    const problem = `it has the number ${line.number} where ${number} belongs: lines are missing, repeated or moved`;
    return { problem, torn: false };
  }
  if (line.json.endsWith('\r')) {
    return { problem: 'it ends in CR LF, as after a conversion of line endings', torn: true };
  }
  if (crc32(line.sealed, previous) !== line.checksum) {
    const problem = 'its checksum does not match: bytes in it were changed, or it comes from another journal';
    return { problem, torn: true };
  }
  try {
    return { event: JSON.parse(line.json, decodeNumbers), checksum: line.checksum };
  } catch (error) {
    const reason = (error as Error).message;
    const problem = `its checksum is right but it holds no JSON that can be read (${reason}): another program wrote it`;
    return { problem, torn: false };
  }
}
