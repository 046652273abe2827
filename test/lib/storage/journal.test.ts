import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Random, random } from '../../../lib/base/random';
import { Journal, JournalError } from '../../../lib/storage/journal';

const ROOT = resolve(__dirname, '../../..');
const HEADER = '9b00d35d 1 {"format":"inkwell journal","version":1}\n';
let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-journal-'));
  path = join(folder, 'journal');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Bytes of a new journal of these events. */
function writeJournal(events: readonly unknown[]): Buffer {
  rmSync(path, { force: true });
  Journal.open(path).journal.append(...events);
  return readFileSync(path);
}

function open(bytes: Buffer | string) {
  writeFileSync(path, bytes);
  return Journal.open(path);
}

/** The message with which the bytes are refused; the file must stay as it is. */
function refusal(bytes: Buffer | string): string {
  try {
    open(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
    return (error as JournalError).message;
  }
  throw new Error('It was not refused.');
}

const splitLines = (bytes: Buffer) => bytes.toString('utf8').split(/(?<=\n)/);

describe('a whole journal', () => {
  it('is lines of checksum, number and JSON, begun by the format and its version', () => {
    // The two checksums were computed with Python's zlib.crc32.
    expect(writeJournal([{ kind: 'epoch', trial: 1, valLoss: Number.NaN }]).toString()).toBe(
      `${HEADER}a5605347 2 {"kind":"epoch","trial":1,"valLoss":"#NaN"}\n`,
    );
  });

  it('gives back every JSON value, and the numbers that JSON has not', () => {
    const events = [
      { loss: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1e-320, 0.1 + 0.2] },
      { texts: ['#NaN', '##NaN', '#', '', 'NaN', 'line\nfeed', 'é € 𝄞 \u2028 \ud800 \u0000'], '#key': 1, __proto: 2 },
      'NaN',
      Number.NaN,
      null,
      true,
      [[], {}],
    ];
    writeJournal(events);
    const opened = Journal.open(path);
    expect(opened.events).toEqual(events);
    expect(opened).not.toHaveProperty('warning');
  });

  it('is the same whether events are appended together, one by one or after opening it again', () => {
    const events = [1, 'two', { three: 3 }, [4]];
    const bytes = writeJournal(events);
    rmSync(path);
    const { journal } = Journal.open(path);
    for (const event of events) journal.append(event);
    expect(readFileSync(path)).toEqual(bytes);
    rmSync(path);
    for (const event of events) {
      const { journal } = Journal.open(path);
      journal.append();
      journal.append(event);
    }
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('is made by the first event, not by opening it', () => {
    rmSync(path, { force: true });
    const { events, journal } = Journal.open(path);
    expect(events).toEqual([]);
    expect(() => readFileSync(path)).toThrow(/ENOENT/);
    journal.append(1);
    expect(Journal.open(path).events).toEqual([1]);
  });
});

describe('append', () => {
  it('refuses what is no JSON value, and writes nothing then', () => {
    const bytes = writeJournal([1]);
    const { journal } = Journal.open(path);
    expect(() => journal.append(2, undefined)).toThrow('must be a JSON value, but got undefined');
    expect(() => journal.append(3n)).toThrow(TypeError);
    expect(readFileSync(path)).toEqual(bytes);
    journal.append(2);
    expect(Journal.open(path).events).toEqual([1, 2]);
  });

  it('refuses to write where another program wrote, cut the file or deleted it', () => {
    writeJournal([1]);
    const [mine, other] = [Journal.open(path).journal, Journal.open(path).journal];
    other.append('other');
    expect(() => mine.append('mine')).toThrow(/changed by another program.*Nothing was written.*Cure/s);
    expect(Journal.open(path).events).toEqual([1, 'other']);
    truncateSync(path, 60);
    expect(() => other.append('more')).toThrow(JournalError);
    rmSync(path);
    expect(() => other.append('more')).toThrow(/it is gone/);
  });

  it('refuses a new journal where another program has begun one meanwhile', () => {
    rmSync(path, { force: true });
    const [mine, other] = [Journal.open(path).journal, Journal.open(path).journal];
    other.append('other');
    expect(() => mine.append('mine')).toThrow(JournalError);
    expect(Journal.open(path).events).toEqual(['other']);
  });
});

describe('a broken end', () => {
  const events = [{ count: 1 }, { text: 'é€𝄞', loss: Number.NaN }];

  it('is dropped wherever the last line is cut, and a new line never joins it', () => {
    const bytes = writeJournal(events);
    const start = writeJournal(events.slice(0, 1)).length;
    for (let length = start + 1; length < bytes.length; length++) {
      for (const zeros of [0, 5]) {
        const broken = Buffer.concat([bytes.subarray(0, length), Buffer.alloc(zeros)]);
        const opened = open(broken);
        expect(opened.events).toEqual(events.slice(0, 1));
        expect(opened.warning).toContain(
          `the last line, 3, was not written to its end or is damaged: it has no line feed at its end. ` +
            `Its ${length - start + zeros} bytes are dropped; the events before it (1) are whole.`,
        );
        expect(readFileSync(path)).toEqual(broken);
        opened.journal.append(events[1]);
        expect(readFileSync(path)).toEqual(bytes);
      }
    }
  });

  it('of zeros is dropped', () => {
    const bytes = writeJournal(events);
    const opened = open(Buffer.concat([bytes, Buffer.alloc(4096)]));
    expect(opened.events).toEqual(events);
    expect(opened.warning).toContain('4096 bytes are dropped; the events before it (2)');
    opened.journal.append('next');
    expect(Journal.open(path).events).toEqual([...events, 'next']);
  });

  it('with damaged bytes is dropped, line feed or not', () => {
    const bytes = writeJournal(events);
    const start = writeJournal(events.slice(0, 1)).length;
    bytes.fill(0, start + 20, start + 25);
    const opened = open(bytes);
    expect(opened.events).toEqual(events.slice(0, 1));
    expect(opened.warning).toContain('its checksum does not match');
    opened.journal.append('next');
    expect(Journal.open(path)).toMatchObject({ events: [events[0], 'next'] });
    expect(Journal.open(path).warning).toBeUndefined();
  });

  it('of the first line makes a new journal', () => {
    for (let length = 0; length < HEADER.length; length++) {
      const opened = open(Buffer.concat([Buffer.from(HEADER.slice(0, length)), Buffer.alloc(length % 3)]));
      expect(opened.events).toEqual([]);
      expect(opened.warning === undefined).toBe(length === 0);
      opened.journal.append(1);
      expect(readFileSync(path, 'utf8').startsWith(`${HEADER}`)).toBe(true);
      expect(Journal.open(path).events).toEqual([1]);
    }
  });
});

describe('a journal damaged inside is refused', () => {
  const events = [1, 2, 3, 4, 5, 6].map((count) => ({ count }));
  const damage = (change: (lines: string[]) => string[]) => refusal(change(splitLines(writeJournal(events))).join(''));

  it('with line, what is wrong, what is lost and the cure', () => {
    const message = damage((lines) => lines.with(3, lines[3].replace('"count"', '"coult"')));
    expect(message).toBe(
      `${path}, line 4: its checksum does not match: bytes in it were changed, or it comes from another journal. ` +
        'Events before it: 2. Lost are this line and, because events build on those before them, the lines after it: 3, ' +
        'of which 3 are intact. Cure: restore the file from a copy, or go on without them: ' +
        `head -n 3 '${path}' > '${path}.kept' && mv '${path}.kept' '${path}'`,
    );
  });

  it('and its cure works', async () => {
    const message = damage((lines) => lines.with(3, 'garbage\n'));
    const cure = spawn('sh', ['-c', message.slice(message.indexOf('head -n'))]);
    expect(await once(cure, 'exit')).toEqual([0, null]);
    expect(Journal.open(path)).toMatchObject({ events: events.slice(0, 2) });
  });

  it('where lines are repeated, swapped or missing, the last ones included', () => {
    expect(damage((lines) => lines.toSpliced(3, 0, lines[3]))).toContain('line 5: it has the number 4 where 5 belongs');
    expect(damage((lines) => [...lines, lines[6]])).toContain('line 8: it has the number 7 where 8 belongs');
    expect(damage((lines) => [...lines.slice(0, 5), lines[6], lines[5]])).toContain(
      'line 6: it has the number 7 where 6 belongs',
    );
    expect(damage((lines) => lines.toSpliced(2, 1))).toContain('line 3: it has the number 4 where 3 belongs');
    expect(damage((lines) => lines.toSpliced(5, 1))).toContain('line 6: it has the number 7 where 6 belongs');
  });

  it('where lines of another journal follow, though their numbers fit', () => {
    const other = splitLines(writeJournal([0, 2, 3, 4, 5, 6].map((count) => ({ count }))));
    expect(damage((lines) => [...lines.slice(0, 3), ...other.slice(3)])).toContain('line 4: its checksum does not');
  });

  it('where line endings were converted, with the command that turns them back', async () => {
    const message = damage((lines) => lines.map((line) => line.replace('\n', '\r\n')));
    expect(message).toContain('line 1: it ends in CR LF');
    const cure = spawn('sh', ['-c', message.slice(message.indexOf('sed'))]);
    await once(cure, 'exit');
    expect(Journal.open(path).events).toEqual(events);
  });

  it('where the first line is damaged', () => {
    expect(damage((lines) => lines.with(0, lines[0].replace('ink', 'oak')))).toContain(
      'Either the file is none, or its first line is damaged (6 of the 6 lines after it are intact)',
    );
  });
});

describe('a file that is no journal', () => {
  it('is refused', () => {
    for (const content of ['hello', 'hello\n', '{"trials":[]}', '\n', '9b00d35e', `x${HEADER}`, '\0\0x']) {
      expect(refusal(content)).toContain('line 1: it is not the first line of a journal');
    }
  });

  it('or one of another version is refused', () => {
    // The checksum was computed with Python's zlib.crc32.
    expect(refusal('b02d809e 1 {"format":"inkwell journal","version":2}\n{}\n')).toContain(
      'is a journal of version 2, but this program reads version 1',
    );
  });
});

/** What a damage does to lines (each with its line feed) or bytes, and what may become of the file. */
const DAMAGES: Readonly<
  Record<string, { damage(bytes: Buffer, draw: Random): Buffer; readonly refused: 'always' | 'never' | 'may be' }>
> = {
  cut: { damage: (bytes, draw) => bytes.subarray(0, draw.integer(bytes.length)), refused: 'never' },
  'cut and zeros': {
    damage: (bytes, draw) => Buffer.concat([bytes.subarray(0, draw.integer(bytes.length)), Buffer.alloc(1 + draw.integer(5000))]),
    refused: 'never',
  },
  'flipped bits': {
    damage(bytes, draw) {
      for (let i = 0; i <= draw.integer(4); i++) bytes[draw.integer(bytes.length)] ^= 1 + draw.integer(255);
      return bytes;
    },
    refused: 'may be',
  },
  'overwritten stretch': {
    damage(bytes, draw) {
      const start = draw.integer(bytes.length - 1);
      return bytes.fill(draw.integer(256), start, Math.min(bytes.length, start + 1 + draw.integer(200)));
    },
    refused: 'may be',
  },
  duplicated: {
    damage(bytes, draw) {
      const lines = splitLines(bytes);
      const line = lines[draw.integer(lines.length)];
      return Buffer.from(lines.toSpliced(draw.integer(lines.length + 1), 0, line).join(''));
    },
    refused: 'always',
  },
  swapped: {
    damage(bytes, draw) {
      const lines = splitLines(bytes);
      const i = draw.integer(lines.length);
      const j = (i + 1 + draw.integer(lines.length - 1)) % lines.length;
      [lines[i], lines[j]] = [lines[j], lines[i]];
      return Buffer.from(lines.join(''));
    },
    refused: 'always',
  },
  deleted: {
    damage(bytes, draw) {
      const lines = splitLines(bytes);
      return Buffer.from(lines.toSpliced(draw.integer(lines.length - 1), 1).join(''));
    },
    refused: 'always',
  },
  'garbage inside': {
    damage(bytes, draw) {
      const garbage = Uint8Array.from({ length: 1 + draw.integer(100) }, () => draw.integer(256));
      const at = draw.integer(bytes.length);
      return Buffer.concat([bytes.subarray(0, at), garbage, bytes.subarray(at)]);
    },
    refused: 'may be',
  },
  'garbage at the end': {
    damage(bytes, draw) {
      const garbage = Uint8Array.from({ length: 1 + draw.integer(100) }, () => draw.integer(256));
      return Buffer.concat([bytes, garbage]);
    },
    refused: 'may be',
  },
  'CR LF': { damage: (bytes) => Buffer.from(bytes.toString('utf8').replaceAll('\n', '\r\n')), refused: 'always' },
};

describe('500 damaged journals', () => {
  it.each(Object.keys(DAMAGES))('50 with %s are each read as the events before it, or refused', (kind) => {
    let [read, refused] = [0, 0];
    for (let i = 0; i < 50; i++) {
      const draw = random(0, 'damaged journal', kind, i);
      const events = Array.from({ length: 2 + draw.integer(12) }, (_, count) => ({
        count,
        loss: draw.integer(3) === 0 ? Number.NaN : draw.next(),
        text: '#é€𝄞\n'.repeat(draw.integer(30)),
      }));
      const whole = writeJournal(events);
      const bytes = DAMAGES[kind].damage(Buffer.from(whole), draw);
      let opened: ReturnType<typeof open>;
      try {
        opened = open(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(JournalError);
        expect((error as Error).message).toMatch(/line \d+: .+ Cure: /s);
        expect(readFileSync(path)).toEqual(bytes);
        refused++;
        continue;
      }
      read++;
      expect(opened.events).toEqual(events.slice(0, opened.events.length));
      // Without a word only what cannot be told from a whole journal: bytes that end where a line did.
      const silent = bytes.length === 0 || (whole.subarray(0, bytes.length).equals(bytes) && bytes.at(-1) === 0x0a);
      expect(opened.warning === undefined).toBe(silent);
      opened.journal.append('next');
      expect(Journal.open(path)).toEqual({ events: [...opened.events, 'next'], journal: expect.any(Journal) });
    }
    if (DAMAGES[kind].refused === 'always') expect(read).toBe(0);
    if (DAMAGES[kind].refused === 'never') expect(refused).toBe(0);
    if (DAMAGES[kind].refused === 'may be') expect(Math.min(read, refused)).toBeGreaterThan(0);
  });
});

describe('a process killed while it appends', () => {
  it('has left every event it reported, ten times on the same journal', async () => {
    rmSync(path, { force: true });
    for (let kill = 0; kill < 10; kill++) {
      const before = Journal.open(path).events.length;
      const writer = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'journal-writer.ts'), path], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const wanted = before + 1 + random(0, 'kill', kill).integer(300);
      let reported = '';
      writer.stdout.setEncoding('utf8').on('data', (text: string) => {
        reported += text;
        if (Number(reported.split('\n').at(-2)) >= wanted) writer.kill('SIGKILL');
      });
      expect(await once(writer, 'close')).toEqual([null, 'SIGKILL']);
      const last = Number(reported.split('\n').at(-2));
      const { events } = Journal.open<{ count: number; text: string }>(path);
      expect(last).toBeGreaterThanOrEqual(wanted);
      expect(events.length).toBeGreaterThan(last);
      expect(events.length).toBeLessThanOrEqual(last + 2);
      expect(events.map(({ count }) => count)).toEqual(events.map((_, index) => index));
      expect(events.every(({ count, text }) => text.length === (count * 37) % 3000)).toBe(true);
    }
  });
});

it('a full disk costs no line', async () => {
  // `ulimit -f` makes a write end in its middle, as a full disk does, and the next one fail.
  rmSync(path, { force: true });
  const script = `
    const { Journal } = require('./lib/storage/journal.ts');
    process.on('SIGXFSZ', () => {});
    const { journal } = Journal.open(process.argv[1]);
    let count = 0;
    try { for (;;) { journal.append('x'.repeat(100)); count++; } } catch (error) { console.log(error.code); }
    try { journal.append('y'.repeat(100)); } catch (error) { console.log(error.code); }
    console.log(count);
  `;
  const child = spawn('bash', ['-c', `ulimit -f 2; exec "$0" --import tsx -e "$1" "$2"`, process.execPath, script, path], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  expect(await once(child, 'close')).toEqual([0, null]);
  const [first, second, count] = output.trim().split('\n');
  expect([first, second]).toEqual(['EFBIG', 'EFBIG']);
  const { events, journal, warning } = Journal.open(path);
  expect(warning).toBeUndefined();
  expect(events).toEqual(Array(Number(count)).fill('x'.repeat(100)));
  journal.append('z'.repeat(100));
  expect(Journal.open(path).events.at(-1)).toBe('z'.repeat(100));
});
