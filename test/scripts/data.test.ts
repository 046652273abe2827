import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Archive, download } from '../../lib/data/download';
import { loadDataset } from '../../lib/data/load-dataset';
import { getSplit } from '../../scripts/data';
import { emptyFolder, folderOf, idxSet } from '../lib/data/samples';

const PYTHON = join('.venv', 'bin', 'python');
const SPLIT_FILES = [
  'emnist-letters-mapping.txt',
  'emnist-letters-test-images-idx3-ubyte.gz',
  'emnist-letters-test-labels-idx1-ubyte.gz',
  'emnist-letters-train-images-idx3-ubyte.gz',
  'emnist-letters-train-labels-idx1-ubyte.gz',
];

/** A zip file laid out like NIST's: `gzip/` with all splits' files. */
let zip: Buffer;
beforeAll(() => {
  const files = folderOf({
    ...idxSet('emnist-letters', [1, 2, 3], [2], '.gz'),
    ...idxSet('emnist-digits', [1], [2], '.gz'),
    'emnist-letters-mapping.txt': '1 65 97\n2 66 98\n3 67 99\n',
    'emnist-digits-mapping.txt': '0 48\n',
  });
  const script = `
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED) as archive:
    for name in os.listdir(sys.argv[1]):
        archive.write(os.path.join(sys.argv[1], name), 'gzip/' + name)
    archive.writestr('gzip/padding', os.urandom(300_000))
`;
  const path = join(emptyFolder(), 'gzip.zip');
  execFileSync(PYTHON, ['-c', script, files, path]);
  zip = readFileSync(path);
});

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Serves through `answer` and gives the archive's address, with the ranges that were asked for. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse, call: number) => void) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response, ranges.length);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/gzip.zip`;
  const archive: Archive = { url, bytes: zip.length, md5: createHash('md5').update(zip).digest('hex') };
  return { archive, ranges };
}

/** Sends what was asked for, `limit` bytes of it at most before the connection is cut. */
function sendZip({ headers }: IncomingMessage, response: ServerResponse, limit = Number.POSITIVE_INFINITY) {
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const body = zip.subarray(start);
  response.writeHead(headers.range ? 206 : 200, {
    'content-length': body.length,
    ...(headers.range && { 'content-range': `bytes ${start}-${zip.length - 1}/${zip.length}` }),
  });
  if (body.length <= limit) response.end(body);
  else response.write(body.subarray(0, limit), () => setTimeout(() => response.destroy(), 20));
}

function get(directory: string, archive: Archive, keep = false) {
  const said: string[] = [];
  const say = (line: string) => said.push(line);
  return { said, done: getSplit('letters', { directory, keep, archive, say, retryMs: 1 }) };
}

describe('getSplit', () => {
  it('downloads, unpacks the split alone, and deletes the archive', async () => {
    const { archive } = await serve((request, response) => sendZip(request, response));
    const directory = join(emptyFolder(), 'data');
    const { said, done } = get(directory, archive);
    await done;
    expect(readdirSync(directory).sort()).toEqual(SPLIT_FILES);
    const { train, test } = await loadDataset('emnist-letters', { directory });
    expect([...train.labels, ...test.labels]).toEqual([0, 1, 2, 1]);
    expect(said.join('\n')).toContain('100 %');
    expect(said.at(-1)).toContain('npm start -- --dataset emnist-letters');
  });

  it('keeps the archive if asked to, and uses one that is there', async () => {
    const { archive, ranges } = await serve((request, response) => sendZip(request, response));
    const directory = emptyFolder();
    await get(directory, archive, true).done;
    expect(existsSync(join(directory, 'gzip.zip'))).toBe(true);
    const say = () => {};
    await getSplit('digits', { directory, keep: false, archive, say });
    expect(ranges).toHaveLength(1);
    expect(existsSync(join(directory, 'gzip.zip'))).toBe(true);
    expect(existsSync(join(directory, 'emnist-digits-test-images-idx3-ubyte.gz'))).toBe(true);
  });

  it('refuses an archive of the user that is another file, and leaves it', async () => {
    const { archive } = await serve((request, response) => sendZip(request, response));
    const directory = folderOf({ 'gzip.zip': 'something else' });
    await expect(get(directory, archive).done).rejects.toThrow(/gzip\.zip: expected the md5 sum/);
    expect(readFileSync(join(directory, 'gzip.zip'), 'utf8')).toBe('something else');
  });

  it('says why an archive cannot be unpacked, and keeps it', async () => {
    const { archive } = await serve((request, response) => sendZip(request, response));
    const directory = emptyFolder();
    const say = () => {};
    const run = getSplit('byclass', { directory, keep: false, archive, say });
    await expect(run).rejects.toThrow(
      /gzip\.zip could not be unpacked: expected one file emnist-byclass-mapping\.txt in it, but got none\. The/,
    );
    expect(readdirSync(directory)).toEqual(['gzip.zip']);
  });

  it('leaves files that are there as they are', async () => {
    const { archive, ranges } = await serve((request, response) => sendZip(request, response));
    const directory = folderOf({ 'emnist-letters-mapping.txt': '1 65\n2 66\n3 67\n' });
    const { said, done } = get(directory, archive);
    await done;
    expect(said[0]).toContain('kept as they are: emnist-letters-mapping.txt');
    expect(readFileSync(join(directory, 'emnist-letters-mapping.txt'), 'utf8')).toBe('1 65\n2 66\n3 67\n');
    expect(readdirSync(directory).sort()).toEqual(SPLIT_FILES);
    const again = get(directory, archive);
    await again.done;
    expect(again.said).toHaveLength(1);
    expect(ranges).toHaveLength(1);
  });
});

describe('download', () => {
  const target = () => join(emptyFolder(), 'gzip.zip');
  const quick = { retryMs: 1 };

  it('takes a cut connection up where it broke off', async () => {
    const { archive, ranges } = await serve((request, response, call) =>
      sendZip(request, response, call < 3 ? 100_000 : undefined),
    );
    const file = target();
    const seen: number[] = [];
    await download(archive, file, { ...quick, onProgress: (bytes) => seen.push(bytes) });
    expect(readFileSync(file).equals(zip)).toBe(true);
    expect(ranges).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it('goes on with what an earlier run left', async () => {
    const { archive, ranges } = await serve((request, response) => sendZip(request, response));
    const file = target();
    writeFileSync(`${file}.part`, zip.subarray(0, 1234));
    await download(archive, file, quick);
    expect(ranges).toEqual(['bytes=1234-']);
    expect(readFileSync(file).equals(zip)).toBe(true);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it('starts again with a server that knows no ranges', async () => {
    const { archive } = await serve((_, response) => response.writeHead(200).end(zip));
    const file = target();
    writeFileSync(`${file}.part`, 'stale');
    await download(archive, file, quick);
    expect(readFileSync(file).equals(zip)).toBe(true);
  });

  it('gives up on a silent server after some attempts, and keeps what came', async () => {
    const { archive, ranges } = await serve((_, response, call) => {
      if (call === 1) response.writeHead(200).write(zip.subarray(0, zip.length / 2));
    });
    const file = target();
    const reasons: string[] = [];
    const run = download(archive, file, { ...quick, stallMs: 100, onRetry: (reason) => reasons.push(reason) });
    await expect(run).rejects.toThrow(/silence on the connection\. Run the command again .* goes on at (49|50) %/);
    expect(reasons.length).toBeGreaterThanOrEqual(4);
    expect(ranges.at(-1)).toMatch(/^bytes=\d+-$/);
    expect(readFileSync(`${file}.part`).equals(zip.subarray(0, zip.length / 2))).toBe(true);
  });

  it('gives up without a network, and says why', async () => {
    const { archive } = await serve(() => {});
    for (const cleanup of cleanups.splice(0)) cleanup();
    const run = download(archive, target(), quick);
    await expect(run).rejects.toThrow(/ECONNREFUSED.*goes on at 0 %/);
  });

  it('tries again after an error of the server', async () => {
    const { archive, ranges } = await serve((request, response, call) => {
      if (call < 3) response.writeHead(503).end();
      else sendZip(request, response);
    });
    await download(archive, target(), quick);
    expect(ranges).toHaveLength(3);
  });

  it('refuses a page that is not the file', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end('gone'));
    await expect(download(missing.archive, target(), quick)).rejects.toThrow('but got HTTP status 404');
    expect(missing.ranges).toHaveLength(1);
    const page = await serve((_, response) => response.end('<html>moved</html>'));
    await expect(download(page.archive, target(), quick)).rejects.toThrow('but got one of 18 bytes');
  });

  it('deletes a download with a wrong checksum', async () => {
    const { archive } = await serve((request, response) => sendZip(request, response));
    const file = target();
    const run = download({ ...archive, md5: '0'.repeat(32) }, file, quick);
    await expect(run).rejects.toThrow(/expected the md5 sum 0{32} .* but got [0-9a-f]{32}\./);
    expect(existsSync(file) || existsSync(`${file}.part`)).toBe(false);
  });
});

describe('npm run data', () => {
  const run = (args: string[], directory = emptyFolder()) => {
    const result = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/data.ts', ...args], {
      encoding: 'utf8',
      env: { ...process.env, DATA_DIR: directory },
    });
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  };

  it('explains itself', () => {
    const { status, stdout } = run(['--help']);
    expect(status).toBe(0);
    for (const split of ['balanced', 'byclass', 'bymerge', 'letters', 'digits', 'mnist']) expect(stdout).toContain(split);
  });

  it('refuses what it does not know', () => {
    expect(run(['capitals'])).toMatchObject({ status: 2, stderr: expect.stringContaining("but got 'capitals'") });
    // What every object has is no split: it would be downloaded for nothing.
    expect(run(['constructor'])).toMatchObject({ status: 2, stderr: expect.stringContaining("'constructor'") });
    expect(run(['letters', 'digits']).stderr).toContain('One split at a time');
    expect(run(['--sloppy'])).toMatchObject({ status: 2, stderr: expect.stringContaining("'--sloppy'") });
  });

  it('has nothing to do where the split is there', () => {
    const directory = folderOf(Object.fromEntries(SPLIT_FILES.map((file) => [file, 'x'])));
    expect(run(['letters'], directory)).toMatchObject({ status: 0, stdout: expect.stringContaining('already in') });
  });
});
