import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { damaged, fuzz, scratchFolder } from '../fuzz';

const folder = scratchFolder();
const archive = join(folder, 'x.zip');
const target = join(folder, 'data');

// One process for all cases, since Python takes longer to start than to unpack.
let python: ChildProcess;
let answers: Interface;
beforeAll(() => {
  python = spawn(join('.venv', 'bin', 'python'), ['-B', join(__dirname, 'unpack-cases.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  answers = createInterface({ input: python.stdout as NodeJS.ReadableStream });
});
afterAll(async () => {
  python.stdin?.end();
  await once(python, 'exit');
});

const clean = () => {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
};
beforeEach(clean);

/** Unpacks the names into the target folder. Returns the error, null without one. Nothing else may be written anywhere. */
async function unpack(bytes: Uint8Array, names: readonly string[]): Promise<string | null> {
  writeFileSync(archive, bytes);
  python.stdin?.write(`${JSON.stringify([archive, target, names])}\n`);
  const [line] = await once(answers, 'line');
  expect(readdirSync(folder).sort()).toEqual(['data', 'x.zip']);
  for (const name of readdirSync(target)) expect(names).toContain(name);
  return JSON.parse(line);
}

/** A file in an archive; what stands in the archive about it may be made to differ. */
interface Entry {
  readonly name: string;
  readonly content: Buffer;
  readonly stored?: boolean;
  /** Permissions and kind of file, as Unix has them. */
  readonly mode?: number;
  readonly method?: number;
  readonly claimedSize?: number;
  /** Instead of the content's own. */
  readonly packed?: Buffer;
  readonly extra?: Buffer;
  /** Where the directory says that it begins. */
  readonly offset?: number;
}

/** A zip archive as APPNOTE.TXT lays it out: entries, directory, end. */
function encodeZip(entries: readonly Entry[], prefix = Buffer.alloc(0), comment = ''): Buffer {
  const parts = [prefix];
  const directory: Buffer[] = [];
  let at = prefix.length;
  for (const { name, content, stored = false, mode = 0o100644, ...entry } of entries) {
    const packed = entry.packed ?? (stored ? content : deflateRawSync(content));
    const { extra = Buffer.alloc(0), method = stored ? 0 : 8, claimedSize = content.length } = entry;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    [20, 0x800, method, 0, 0x21].forEach((value, i) => {
      common.writeUInt16LE(value, 2 * i);
    });
    [crc32(content), packed.length, claimedSize].forEach((value, i) => {
      common.writeUInt32LE(value, 10 + 4 * i);
    });
    common.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, packed]);
    common.writeUInt16LE(extra.length, 24);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(entry.offset ?? at, 10);
    // Made by version 3.0 on Unix.
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x1e\x03', 'latin1'), common, rest, title, extra]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(at, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, ...directory, end, Buffer.from(comment)]);
}

const WANTED = ['a.gz', 'b.gz', 'c-mapping.txt'];
const content = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const wanted = fc.tuple(
  ...WANTED.map((name) => fc.record({ name: fc.constantFrom(name, `gzip/${name}`), content, stored: fc.boolean() })),
);
const other = fc.record({
  name: fc.constantFrom('gzip/', 'padding', '../../a.gz.part', 'B.GZ', 'C:\\a.gz', '/etc/passwd', 'ä', 'a.gz/x'),
  content,
  stored: fc.boolean(),
});
// Enough of them that no file looks like a bomb.
const padding = { name: 'noise', content: Buffer.alloc(1000, 'x'), stored: true };
const archives = fc
  .tuple(wanted, fc.array(other, { maxLength: 4 }), fc.uint8Array({ maxLength: 20 }), fc.constantFrom('', 'by hand'))
  .map(([files, others, prefix, comment]) => {
    return { files, zip: encodeZip([...others, ...files, padding], Buffer.from(prefix), comment) };
  });

describe('zip archives', () => {
  fuzz('are unpacked rightly: what is wanted, under its own name', archives, async ({ files, zip }) => {
    clean();
    expect(await unpack(zip, WANTED)).toBe(null);
    expect(readdirSync(target)).toEqual(WANTED);
    for (const [i, name] of WANTED.entries()) expect(readFileSync(join(target, name))).toEqual(files[i].content);
  });

  const damagedArchives = archives.chain(({ files, zip }) => damaged(fc.constant(zip)).map((bytes) => ({ files, zip: bytes })));
  fuzz('that are damaged give whole files or none, and a reason', damagedArchives, async ({ files, zip }) => {
    clean();
    const error = await unpack(zip, WANTED);
    if (error === null) expect(readdirSync(target)).toEqual(WANTED);
    else expect(error).toMatch(/^(UnpackError: (expected one file|.+, byte \d+: ).+|[A-Z]\w+: .+)/s);
    for (const name of readdirSync(target)) {
      expect(readFileSync(join(target, name))).toEqual(files[WANTED.indexOf(name)].content);
    }
  });
});

describe('zip archives made to do harm', () => {
  const file = { name: 'a.gz', content: Buffer.from('right'), stored: true };

  it.each(['../../a.gz', '/tmp/a.gz', '..\\a.gz', 'C:\\a.gz', 'gzip/../../../a.gz', 'x/../a.gz'])(
    'with the name %j write a file of that name nowhere',
    async (name) => {
      const error = await unpack(encodeZip([{ ...file, name }, padding]), ['a.gz']);
      // What ends in the wanted name is the wanted file, but its folders count for nothing.
      if (name.includes('\\')) expect(error).toBe('UnpackError: expected one file a.gz in it, but got none');
      else expect(readFileSync(join(target, 'a.gz'), 'utf8')).toBe('right');
    },
  );

  it('with a link in place of a file are refused', async () => {
    const link = { ...file, content: Buffer.from('/etc/passwd'), mode: 0o120777 };
    expect(await unpack(encodeZip([link, padding]), ['a.gz'])).toBe(
      'UnpackError: a.gz, byte 0: expected a file, but got a link or device',
    );
  });

  it('with a name twice are refused', async () => {
    const zip = encodeZip([file, { ...file, name: 'gzip/a.gz', content: Buffer.from('other') }, padding]);
    expect(await unpack(zip, ['a.gz'])).toBe('UnpackError: expected one file a.gz in it, but got 2');
  });

  it('with entries that overlap are refused', async () => {
    const second = { ...file, name: 'b.gz', offset: 0 };
    expect(await unpack(encodeZip([file, second, padding]), ['b.gz'])).toMatch(
      /^UnpackError: b\.gz, byte 0: BadZipFile: (File name in directory|Overlapped)/,
    );
    expect(readdirSync(target)).toEqual([]);
  });

  it('that inflate to 4 GB are refused, or stop at the bytes that they announce', async () => {
    const mebibyte = deflateRawSync(new Uint8Array(2 ** 20), { finishFlush: 3 });
    const packed = Buffer.concat([...new Array(4096).fill(mebibyte), Buffer.from([3, 0])]);
    const bomb = { ...file, stored: false, packed };
    const honest = encodeZip([{ ...bomb, claimedSize: 2 ** 32 - 1 }]);
    expect(await unpack(honest, ['a.gz'])).toBe(
      `UnpackError: a.gz, byte 0: expected at most the ${honest.length} bytes of the archive, but got 4294967295`,
    );
    expect(await unpack(encodeZip([bomb]), ['a.gz'])).toMatch(/byte 0: BadZipFile: Bad CRC-32/);
    expect(readdirSync(target)).toEqual([]);
  });

  it('with the sizes of zip64 are refused where those are absurd', async () => {
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.fill(0x7f, 4);
    const zip = encodeZip([{ ...file, extra, claimedSize: 2 ** 32 - 1 }, padding]);
    expect(await unpack(zip, ['a.gz'])).toMatch(/expected at most the \d+ bytes of the archive, but got 9187201950435737471/);
    const far = encodeZip([{ ...file, extra, offset: 2 ** 32 - 1 }, padding]);
    expect(await unpack(far, ['a.gz'])).toMatch(/^UnpackError: a\.gz, byte 9187201950435737471: /);
    // The locator of a zip64 directory, and the directory's end, which puts 2^63 - 1 entries at the very end of all files.
    const locator = Buffer.concat([Buffer.from('PK\x06\x07'), Buffer.alloc(16)]);
    const end = Buffer.alloc(56, 0x7f);
    end.write('PK\x06\x06');
    const usual = encodeZip([file, padding]);
    const bytes = Buffer.concat([usual.subarray(0, -22), end, locator, usual.subarray(-22)]);
    expect(await unpack(bytes, ['a.gz'])).toMatch(/^\w+: .+/);
    expect(readdirSync(target)).toEqual([]);
  });

  it('compressed in ways that bound no memory are refused', async () => {
    expect(await unpack(encodeZip([{ ...file, method: 14 }, padding]), ['a.gz'])).toBe(
      'UnpackError: a.gz, byte 0: expected method 0 or 8 (stored, deflated), but got 14',
    );
  });
});
