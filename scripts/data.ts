/** `npm run data [split]`: puts a split of EMNIST into the data folder. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type Archive, checkArchive, download, EMNIST_ARCHIVE } from '../lib/data/download';
import { explainWriteError } from '../lib/storage/write-error';

const SPLITS: Record<string, string> = {
  balanced: '131,600 characters in 47 classes of equal size (the default)',
  byclass: '814,255 characters in 62 classes: digits, capitals, small letters',
  bymerge: '814,255 characters in 47 classes: small letters that look like their capitals merged',
  letters: '145,600 letters in 26 classes, capitals and small ones together',
  digits: '280,000 digits in 10 classes',
  mnist: "70,000 digits in 10 classes, in MNIST's sizes",
};

const HELP = `npm run data [split] [-- --keep]

Downloads EMNIST from NIST (${(EMNIST_ARCHIVE.bytes / 1e6).toFixed(0)} MB) and unpacks one split into the data folder, \
data/ or the one that
the environment variable DATA_DIR names. A download that was stopped goes on where it was.

Splits:
${Object.entries(SPLITS)
  .map(([split, words]) => `  ${split.padEnd(10)}${words}`)
  .join('\n')}

Options:
  --keep     keeps the archive (gzip.zip, in the data folder) for further splits; else it is deleted
  --help     shows this
A gzip.zip that is already in the folder is used, and kept.
`;

/** Where `getSplit` works and how it tells what it does. */
interface GetSplitOptions {
  readonly directory: string;
  readonly keep: boolean;
  readonly archive: Archive;
  /** Called with a line to show; one with a percentage may be overwritten by the next. */
  say(line: string, percent?: number): void;
  readonly retryMs?: number;
}

/** Puts a split's five files into the directory; files that are already there stay as they are. */
export async function getSplit(split: string, options: GetSplitOptions): Promise<void> {
  const { directory, keep, archive, say, retryMs } = options;
  const name = `emnist-${split}`;
  const wanted = [
    `${name}-mapping.txt`,
    ...['train', 'test'].flatMap((part) => ['labels-idx1', 'images-idx3'].map((kind) => `${name}-${part}-${kind}-ubyte.gz`)),
  ];
  const missing = wanted.filter((file) => !existsSync(join(directory, file)));
  const use = `Use it with: npm start -- --dataset ${name}`;
  const there = relative(process.cwd(), directory) || '.';
  if (missing.length === 0) {
    say(`${name} is already in ${there}; nothing to do. ${use}`);
    return;
  }
  if (missing.length < wanted.length) {
    const kept = wanted.filter((file) => !missing.includes(file));
    say(`Already in ${there}, and kept as they are: ${kept.join(', ')}.`);
  }
  await mkdir(directory, { recursive: true });
  const zip = join(directory, 'gzip.zip');
  const isOurs = !existsSync(zip);
  if (isOurs) {
    say(`Downloading ${archive.url} to ${there}. It may be stopped: the next run goes on where it was.`);
    await download(archive, zip, {
      retryMs,
      onProgress: meter(archive, say),
      onRetry: (reason) => say(`Trying again: ${reason}.`),
    });
  } else {
    say(`Using ${relative(process.cwd(), zip)}, which is already there.`);
    await checkArchive(archive, zip);
  }
  say(`Unpacking ${name}.`);
  try {
    // With Python's standard library, which set-up has provided.
    const unpack = [join(__dirname, 'unpack.py'), zip, directory, ...missing];
    await promisify(execFile)(join('.venv', 'bin', 'python'), unpack);
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    // Python's own error stands in the last line, below its traceback.
    const reason = stderr?.trim().split('\n').at(-1) ?? message;
    throw new Error(`${zip} could not be unpacked: ${reason}. The archive stays there for another try.`);
  }
  if (isOurs && !keep) rmSync(zip);
  say(`${name} is in ${there}. ${use}`);
}

/** A progress listener that says percent, speed and time left, at most four times a second. */
function meter({ bytes: total }: Archive, say: GetSplitOptions['say']) {
  let start: { bytes: number; time: number } | undefined;
  let saidAt = Number.NEGATIVE_INFINITY;
  return (bytes: number) => {
    const time = performance.now();
    start ??= { bytes, time };
    if (time - saidAt < 250 && bytes < total) return;
    saidAt = time;
    const speed = (bytes - start.bytes) / (time - start.time || 1);
    const left = speed > 0 ? `, ${Math.ceil((total - bytes) / speed / 1000)} s left` : '';
    const percent = Math.floor((100 * bytes) / total);
    const [done, all] = [bytes, total].map((count) => (count / 1e6).toFixed(0));
    say(`${percent} %, ${done} of ${all} MB, ${(speed / 1000).toFixed(1)} MB/s${left}`, percent);
  };
}

/** Lines with a percentage overwrite each other on a terminal; elsewhere one stands for each tenth of the way. */
function createSay(): GetSplitOptions['say'] {
  const { stdout } = process;
  let lastPercent: number | undefined;
  return (line, percent) => {
    if (stdout.isTTY) {
      const overwrite = lastPercent === undefined ? '' : '\r\x1b[K';
      stdout.write(`${overwrite}${line}${percent === undefined ? '\n' : ''}`);
    } else if (percent === undefined || Math.floor(percent / 10) !== Math.floor((lastPercent ?? -1) / 10)) {
      stdout.write(`${line}\n`);
    }
    lastPercent = percent;
  };
}

async function main(): Promise<void> {
  let split: string;
  let keep: boolean;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(HELP);
      return;
    }
    keep = values.keep ?? false;
    split = (positionals[0] ?? 'balanced').replace(/^emnist-/, '');
    if (positionals.length > 1) throw new Error(`One split at a time, but got ${positionals.join(', ')}.`);
    if (!Object.hasOwn(SPLITS, split)) {
      throw new Error(`split must be one of ${Object.keys(SPLITS).join(', ')}, but got '${positionals[0]}'.`);
    }
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nnpm run data -- --help shows what there is.\n`);
    process.exitCode = 2;
    return;
  }
  const directory = process.env.DATA_DIR || 'data';
  try {
    await getSplit(split, { directory, keep, archive: EMNIST_ARCHIVE, say: createSay() });
  } catch (error) {
    const { message } = explainWriteError(error, directory) as Error;
    const needs = message.includes('disk is full') ? ' The archive takes 562 MB, the split comes on top.' : '';
    process.stderr.write(`\n${message}${needs}\n`);
    process.exitCode = 1;
  }
}

if (require.main === module) void main();
