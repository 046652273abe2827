import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explainWriteError } from '../storage/write-error';
import { DataError } from './data-error';

/** A file to download, and how to know that it is the right one. */
export interface Archive {
  readonly url: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly md5: string;
}

/** All of EMNIST's splits as gzipped IDX files, in NIST's zip file. */
export const EMNIST_ARCHIVE: Archive = {
  url: 'https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip',
  bytes: 561_753_746,
  md5: '58c8d27c78d21e728a6bc7b3cc06412e',
};

export interface DownloadOptions {
  /** Called for each piece with the bytes that are there, those of an earlier run among them. */
  onProgress?(bytes: number): void;
  /** Called before each new attempt, with the reason. */
  onRetry?(reason: string): void;
  /** Wait before the second attempt; doubles with each. Default 1000. */
  retryMs?: number;
  /** Without a byte for so long, the connection counts as lost. Default 30,000. */
  stallMs?: number;
}

/** Attempts in a row that bring nothing new. */
const MAX_ATTEMPTS = 5;

/**
 * Downloads the archive to `file`, checked. What comes is kept in `<file>.part` until it is whole: a lost connection
 * is taken up where it broke off, within the call and by the next one.
 *
 * @throws DataError when the server refuses, stays silent, or sends something else; WriteError where there is no room or
 *   right to keep it.
 */
export async function download(archive: Archive, file: string, options: DownloadOptions = {}): Promise<void> {
  const { onRetry, retryMs = 1000 } = options;
  const part = `${file}.part`;
  const folder = dirname(file);
  await mkdir(folder, { recursive: true }).catch((error) => {
    throw explainWriteError(error, folder);
  });
  let barren = 0;
  while (sizeOf(part) !== archive.bytes) {
    const before = sizeOf(part);
    try {
      await fetchRest(archive, part, options);
    } catch (error) {
      if (!(error instanceof LostConnection)) throw explainWriteError(error, part);
      barren = sizeOf(part) > before ? 1 : barren + 1;
      if (barren >= MAX_ATTEMPTS) {
        const there = Math.floor((100 * sizeOf(part)) / archive.bytes);
        throw new DataError({
          file: archive.url,
          expected: 'a download',
          came: error.message,
          cure:
            `Run the command again when the network is back (it goes on at ${there} %); or download the file with a ` +
            `browser, for instance where a proxy is needed, and save it as ${file}.`,
        });
      }
      onRetry?.(error.message);
      await sleep(retryMs * 2 ** (barren - 1));
    }
  }
  try {
    await checkArchive(archive, part);
  } catch (error) {
    rmSync(part);
    throw error;
  }
  await rename(part, file);
}

/** @throws DataError where the file is not the archive. */
export async function checkArchive(archive: Archive, file: string): Promise<void> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  const md5 = hash.digest('hex');
  if (md5 === archive.md5) return;
  throw new DataError({
    file,
    expected: `the md5 sum ${archive.md5} of ${basename(archive.url)}`,
    came: md5,
    cure: 'The file is damaged or another one: delete it if it is still there, and download it again.',
  });
}

/** The connection failed in a way that a new attempt may cure. */
class LostConnection extends Error {}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

/** Appends to `part` what it lacks, as far as the connection holds. */
async function fetchRest(archive: Archive, part: string, options: DownloadOptions): Promise<void> {
  const { onProgress, stallMs = 30_000 } = options;
  if (sizeOf(part) > archive.bytes) rmSync(part);
  const start = sizeOf(part);
  const stall = new AbortController();
  const timer = setTimeout(() => stall.abort(), stallMs);
  let output: FileHandle | undefined;
  try {
    const response = await overNetwork(
      fetch(archive.url, {
        headers: { 'accept-encoding': 'identity', ...(start > 0 && { range: `bytes=${start}-` }) },
        signal: stall.signal,
      }),
    );
    let received = checkResponse(archive, response, start);
    output = await open(part, received > 0 ? 'a' : 'w');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    while (true) {
      const { done, value } = await overNetwork(reader.read());
      if (done) break;
      timer.refresh();
      await output.writeFile(value);
      received += value.length;
      onProgress?.(received);
    }
    if (received < archive.bytes) throw new LostConnection('the server ended the connection early');
  } finally {
    clearTimeout(timer);
    stall.abort();
    await output?.close();
  }
}

/** Tells errors of the network, which a new attempt may cure, from those of the disk. */
async function overNetwork<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    const { name, message, cause } = error as Error;
    if (name === 'AbortError') throw new LostConnection('silence on the connection');
    throw new LostConnection(cause instanceof Error ? cause.message || `${(cause as { code?: string }).code}` : message);
  }
}

/** Where the response's bytes belong: at `start`, or at 0 from a server that always sends the whole. */
function checkResponse(archive: Archive, response: Response, start: number): number {
  const { status, headers } = response;
  if (status >= 500 || status === 429 || status === 408) throw new LostConnection(`HTTP status ${status}`);
  const fail = (came: string) =>
    new DataError({
      file: archive.url,
      expected: `a file of ${archive.bytes} bytes`,
      came,
      cure: 'The file may have moved: data/README.md says how to put data into the folder by hand.',
    });
  if (status !== 200 && status !== 206) throw fail(`HTTP status ${status}`);
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  const total = status === 206 ? range?.[2] : headers.get('content-length');
  if (total && Number(total) !== archive.bytes) throw fail(`one of ${total} bytes`);
  if (status === 200) return 0;
  if (Number(range?.[1]) !== start) throw fail(`bytes from ${range?.[1]} on, where ${start} was asked for`);
  return start;
}
