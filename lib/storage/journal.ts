import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { checkLine, parseLine, seal } from './journal-line';
import { explainWriteError } from './write-error';

const FORMAT = 'inkwell journal';
const VERSION = 1;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** 2 GiB: Node reads so many bytes at once. */
const MAX_BYTES = 2 ** 31 - 1;
const HEADER = seal(1, { format: FORMAT, version: VERSION }, 0);

/** A journal that cannot be read or written on. The message says where, why, what is lost, and the cure. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

/** What `Journal.open` found. */
export interface OpenedJournal<Event> {
  /** All events appended so far, in order. */
  readonly events: Event[];
  readonly journal: Journal<Event>;
  /** What was wrong with the file's end, and what was dropped therefore. */
  readonly warning?: string;
}

/** How many lines from the given one on bear the checksum that follows from the line before them. */
function countIntact(lines: readonly Buffer[], from: number): number {
  let count = 0;
  for (let i = from; i < lines.length; i++) {
    const before = parseLine(lines[i - 1]);
    const line = parseLine(lines[i]);
    if (before && line && crc32(line.sealed, before.checksum) === line.checksum) count++;
  }
  return count;
}

function refuse(path: string, lines: readonly Buffer[], index: number, problem: string): never {
  const lost =
    `Events before it: ${Math.max(0, index - 1)}. Lost are this line and, because events build on those before them, ` +
    `the lines after it: ${lines.length - index - 1}, of which ${countIntact(lines, index + 1)} are intact`;
  const cure =
    lines[index].at(-1) === CARRIAGE_RETURN
      ? `turn the line endings back: sed -i 's/\\r$//' '${path}'`
      : 'restore the file from a copy, or go on without them: ' +
        `head -n ${index} '${path}' > '${path}.kept' && mv '${path}.kept' '${path}'`;
  throw new JournalError(`${path}, line ${index + 1}: ${problem}. ${lost}. Cure: ${cure}`);
}

function checkHeader(path: string, lines: readonly Buffer[]): void {
  const first = lines[0] ?? Buffer.alloc(0);
  const checked = checkLine(first, 1, 0);
  const header = 'event' in checked ? (checked.event as { format?: unknown; version?: unknown } | null) : null;
  if (header?.format === FORMAT) {
    if (header.version === VERSION) return;
    throw new JournalError(
      `${path} is a journal of version ${header.version}, but this program reads version ${VERSION}. ` +
        'Cure: open it with the version of the program that wrote it.',
    );
  }
  if (first.equals(Buffer.from(HEADER.line.replace('\n', '\r'))) && 'problem' in checked) {
    refuse(path, lines, 0, checked.problem);
  }
  throw new JournalError(
    `${path}, line 1: it is not the first line of a journal, ${HEADER.line.trimEnd()}. Either the file is none, or its ` +
      `first line is damaged (${countIntact(lines, 1)} of the ${Math.max(0, lines.length - 1)} lines after it are ` +
      'intact). It is left as it is. Cure: restore it from a copy, or move it aside to begin anew.',
  );
}

/** Lines without their line feeds, and the bytes behind the last line feed. */
function splitLines(bytes: Buffer): { lines: Buffer[]; rest: Buffer } {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return { lines, rest: bytes.subarray(start) };
}

/** What is wrong with an event, in words: `trial must be ...`; undefined where nothing is. Called with each event in order. */
type FindFault = (event: unknown) => string | undefined;

/** Where a journal's last good line ends, and what the next line needs to know. */
interface Position {
  /** Bytes up to the end of the last good line. */
  readonly length: number;
  readonly lines: number;
  /** That of the last good line. */
  readonly checksum: number;
}

const START: Position = { length: 0, lines: 0, checksum: 0 };

function readBytes(path: string): Buffer {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return Buffer.alloc(0);
  // To open a pipe waits for its writer without end.
  if (!found.isFile()) {
    throw new JournalError(`${path} must be a file, but is something else. Cure: move it aside to begin anew.`);
  }
  if (found.size > MAX_BYTES) {
    throw new JournalError(
      `${path} must have at most ${MAX_BYTES} bytes, but has ${found.size}: it cannot be read. Cure: move it aside to ` +
        'begin anew.',
    );
  }
  return readFileSync(path);
}

function readJournal(
  path: string,
  bytes: Buffer,
  findFault: FindFault,
): { events: unknown[]; position: Position; warning?: string } {
  // After a power cut a file system may show zeros where data was to be written.
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  const written = bytes.subarray(0, end);

  const header = Buffer.from(HEADER.line);
  if (written.length < header.length && header.subarray(0, written.length).equals(written)) {
    const warning = bytes.length > 0 ? `${path}: its first line was not written to the end; it held no event.` : undefined;
    return { events: [], position: START, warning };
  }

  const { lines, rest } = splitLines(written);
  checkHeader(path, lines);
  const events: unknown[] = [];
  let position: Position = { length: header.length, lines: 1, checksum: HEADER.checksum };
  let problem = rest.length > 0 || end < bytes.length ? 'it has no line feed at its end' : undefined;
  for (const line of lines.slice(1)) {
    const checked = checkLine(line, position.lines + 1, position.checksum);
    if ('problem' in checked) {
      const last = position.lines === lines.length - 1 && rest.length === 0;
      if (!last || !checked.torn) {
        refuse(path, lines, position.lines, checked.problem);
      }
      problem = checked.problem;
      break;
    }
    const fault = findFault(checked.event);
    if (fault !== undefined) refuse(path, lines, position.lines, `its checksum is right, but ${fault}`);
    events.push(checked.event);
    const length = position.length + line.length + 1;
    position = { length, lines: position.lines + 1, checksum: checked.checksum };
  }
  if (problem === undefined) return { events, position };
  const warning =
    `${path}: the last line, ${position.lines + 1}, was not written to its end or is damaged: ${problem}. Its ` +
    `${bytes.length - position.length} bytes are dropped; the events before it (${events.length}) are whole.`;
  return { events, position, warning };
}

/**
 * A file of events that only grows: what `append` has returned from is on the disk, whatever happens to the
 * process or to the machine.
 *
 * The file is text, one line an event: a checksum of 8 hexadecimal digits, the line's number in the file, and
 * the event as JSON. Line 1 names the format and its version:
 *
 *     9b00d35d 1 {"format":"inkwell journal","version":1}
 *     a5605347 2 {"kind":"epoch","trial":1,"valLoss":"#NaN"}
 *
 * The checksum is the CRC-32 of the line from its number on, begun with the checksum of the line before (0 in
 * line 1), so a line fits behind one other line alone. NaN, Infinity, -Infinity and -0 are written `"#NaN"`,
 * `"#Infinity"`, `"#-Infinity"` and `"#-0"`, and a string that begins with `#` has one more `#` in front.
 *
 * It does not know what the events mean, and does not keep two processes from writing: hold the folder's lock
 * for that. That lines are missing at the end cannot be seen from the file.
 */
export class Journal<Event = unknown> {
  readonly #path: string;
  #position: Position;
  /** Bytes of the file as this journal left it. */
  #size: number;

  private constructor(path: string, position: Position, size: number) {
    this.#path = path;
    this.#position = position;
    this.#size = size;
  }

  /**
   * The events of the journal at `path`, and the journal to append to. It changes nothing on the disk: the file is made, or freed
   * of a broken last line, when the first event is appended. A missing or empty file is a new journal.
   *
   * A last line that was cut off, or whose bytes are damaged, is dropped, and `warning` says so: a write that the machine broke
   * off may look like either. (Bytes of the last line that went bad later look the same and cost its event.) Everything else that
   * is wrong throws `JournalError`: a damaged line with others behind it, lines out of order, repeated or missing, CR LF, a file
   * that is no journal or one of another version, and an event with which `findFault` finds a fault.
   */
  static open<Event = unknown>(path: string, findFault: FindFault = () => undefined): OpenedJournal<Event> {
    const bytes = readBytes(path);
    const { events, position, warning } = readJournal(path, bytes, findFault);
    const journal = new Journal<Event>(path, position, bytes.length);
    return { events: events as Event[], journal, ...(warning === undefined ? {} : { warning }) };
  }

  /**
   * Writes events, each a JSON value, and returns when they are on the disk: one write and one flush for all of them, so that
   * many cost little more than one (0.2 ms on the virtual disk where it was measured). Of several events a power cut may keep the
   * first few. If it throws, for instance because the disk is full, none of them is in the journal and it may be tried again.
   *
   * Throws `WriteError` where there is no room or right to, `JournalError` where the file is no longer as this journal
   * left it: then another process writes to it.
   */
  append(...events: Event[]): void {
    if (events.length === 0) return;
    let { lines, checksum } = this.#position;
    let text = '';
    if (lines === 0) {
      text = HEADER.line;
      lines = 1;
      checksum = HEADER.checksum;
    }
    for (const event of events) {
      const sealed = seal(++lines, event, checksum);
      text += sealed.line;
      checksum = sealed.checksum;
    }
    const bytes = Buffer.from(text);
    try {
      this.#write(bytes);
    } catch (error) {
      throw explainWriteError(error, this.#path);
    }
    const length = this.#position.length + bytes.length;
    this.#position = { length, lines, checksum };
    this.#size = length;
  }

  /** Puts bytes behind the last good line, or leaves the file without them. */
  #write(bytes: Buffer): void {
    const { length } = this.#position;
    const file = this.#open();
    try {
      const { size } = fstatSync(file);
      if (size !== this.#size) this.#refuseForeign(`it has ${size} bytes, but had ${this.#size}`);
      ftruncateSync(file, length);
      this.#size = length;
      if (length === 0) this.#flushFolder();
      try {
        let written = 0;
        while (written < bytes.length) {
          written += writeSync(file, bytes, written, bytes.length - written, length + written);
        }
        fdatasyncSync(file);
      } catch (error) {
        ftruncateSync(file, length);
        throw error;
      }
    } finally {
      closeSync(file);
    }
  }

  #open(): number {
    try {
      return openSync(this.#path, constants.O_RDWR | (this.#size === 0 ? constants.O_CREAT : 0), 0o666);
    } catch (error) {
      if (this.#size > 0 && (error as NodeJS.ErrnoException).code === 'ENOENT') this.#refuseForeign('it is gone');
      throw error;
    }
  }

  #refuseForeign(found: string): never {
    throw new JournalError(
      `${this.#path} was changed by another program since this one last read or wrote it: ${found}. ` +
        'Nothing was written. Cure: let one program at a time write here, then open the journal again.',
    );
  }

  /** A new file's name is kept in its folder, which is flushed apart from it. */
  #flushFolder(): void {
    const folder = openSync(dirname(this.#path), constants.O_RDONLY);
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}
