import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stripLibrary, tensorflow } from '../../../scripts/setup/tensorflow.mjs';
import { findBuild } from '../../../scripts/setup/tensorflow-builds.mjs';

/** What set-up does on a Mac, with a wheel of a few bytes, and a pip and a compiler that write down how they were called. */
describe('the TensorFlow step on macOS', () => {
  const mac = findBuild('darwin', 'arm64');
  if (!mac) throw new Error('no build for macOS');
  let folder: string;
  let root: string;
  let wheel: string;
  const before = { ...process.env };

  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  };
  const calls = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  const cached = () => readdirSync(join(folder, 'cache/inkwell')).sort();
  const steps = () => {
    const sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex');
    return tensorflow(root, [], [], { ...mac, sha256 });
  };
  const step = () => steps()[1];

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'inkwell-mac ä-')));
    root = join(folder, 'project');
    wheel = join(folder, 'wheel.whl');
    process.env.XDG_CACHE_HOME = join(folder, 'cache');
    delete process.env.CXX;
    process.env.PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
    process.env.FOLDER = folder;
    const python = join(root, '.venv/bin/python');
    write(
      python,
      `#!/bin/sh
case "$*" in
  *"pip"*) echo "$@" >> "$FOLDER/pip.log"
    while [ "$1" != --dest ]; do shift; done
    cp "$FOLDER/wheel.whl" "$2/tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl" ;;
  *) exec python3 "$@" ;;
esac
`,
      0o755,
    );
    write(
      join(folder, 'bin/c++'),
      `#!/bin/sh
echo "$@" >> "$FOLDER/c++.log"
while [ "$1" != -o ]; do shift; done
echo "$FOLDER/verdict" > "$2"
`,
      0o755,
    );
    // The addon is a text that names a file, which says what TensorFlow computes.
    const tfjs = join(root, 'node_modules/@tensorflow/tfjs-node');
    write(join(tfjs, 'node_modules/@mapbox/node-pre-gyp/lib/pre-binding.js'), 'exports.find = () => "its own";');
    write(
      join(tfjs, 'index.js'),
      `const { readFileSync } = require('node:fs');
const addon = require('@mapbox/node-pre-gyp/lib/pre-binding').find();
const product = Number(readFileSync(readFileSync(addon, 'utf8').trim(), 'utf8'));
exports.matMul = () => ({ dataSync: () => [product] });
exports.backend = () => ({ binding: { TF_Version: '2.21.0' } });
`,
    );
    write(join(folder, 'verdict'), '11');
    const files = [...mac.libraries, 'include/tensorflow/c/c_api.h', 'include/other.h'].map((name) => `tensorflow/${name}`);
    const zip = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    for name in sys.argv[2:]: archive.writestr(name, name)`;
    write(join(folder, 'zip.py'), zip);
    const { status } = spawnSync('python3', [join(folder, 'zip.py'), wheel, ...files]);
    expect(status).toBe(0);
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  it('takes the dylibs and headers out of the wheel for Apple silicon and compiles the addon beside them', async () => {
    expect(await step().run()).toMatch(/^2\.21\.0, libraries in .*-darwin-arm64$/);
    expect(calls('pip.log')).toMatch(/--require-hashes --python-version 3\.11 --platform macosx_12_0_arm64 --dest/);
    expect(calls('c++.log')).toMatch(/libtensorflow_cc\.2\.dylib .*-rpath,@loader_path -undefined dynamic_lookup$/m);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64']);
    const link = join(root, 'node_modules/@tensorflow/tfjs-node/lib/napi-v8');
    expect(readdirSync(link).sort()).toEqual([...mac.libraries, 'tfjs_binding.node'].sort());
    expect(await step().isReady()).toBe(true);
  });

  it('keeps the download of a set-up that fails in its last check', async () => {
    write(join(folder, 'verdict'), '12');
    await expect(step().run()).rejects.toThrow(/TensorFlow says that 1\*3 \+ 2\*4 is 12/);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64.whl']);
    expect(await step().isReady()).toBe(false);

    write(join(folder, 'verdict'), '11');
    await step().run();
    expect(calls('pip.log').trim().split('\n')).toHaveLength(1);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64']);
  });

  it('downloads while others install, and no more afterwards', async () => {
    const [download] = steps();
    expect(await download.isReady()).toBe(false);
    expect(await download.run()).toMatch(/^0\.2 GB, kept/);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64.whl']);
    expect(await download.isReady()).toBe(true);
    await step().run();
    expect(calls('pip.log').trim().split('\n')).toHaveLength(1);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64']);
    expect(await download.isReady()).toBe(true);
  });

  it('downloads again what is damaged', async () => {
    write(join(folder, 'cache/inkwell/tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64.whl'), 'half');
    await step().run();
    expect(calls('pip.log').trim().split('\n')).toHaveLength(1);
    expect(cached()).toEqual(['tensorflow-2.21.0-tfjs-node-4.22.0-darwin-arm64']);
  });
});

describe('stripLibrary', () => {
  it('ends an ELF library with the last byte that is loaded, and leaves others as they are', () => {
    const folder = mkdtempSync(join(tmpdir(), 'inkwell-strip-'));
    const library = join(folder, 'library.so');
    // A header, two segments of which the second ends at byte 200, and 56 bytes of names and sections.
    const elf = Buffer.alloc(256, 7);
    elf.write('\x7fELF\x02\x01', 'latin1');
    elf.writeBigUInt64LE(64n, 32);
    elf.writeBigUInt64LE(232n, 40);
    elf.writeUInt16LE(56, 54);
    elf.writeUInt16LE(2, 56);
    for (const [i, [offset, size]] of [
      [0, 176],
      [176, 24],
    ].entries()) {
      elf.writeBigUInt64LE(BigInt(offset), 64 + 56 * i + 8);
      elf.writeBigUInt64LE(BigInt(size), 64 + 56 * i + 32);
    }
    writeFileSync(library, elf);
    stripLibrary(library);
    const expected = elf.subarray(0, 200);
    expected.fill(0, 40, 48);
    expected.fill(0, 60, 64);
    expect(readFileSync(library)).toEqual(expected);
    writeFileSync(library, 'a dylib');
    stripLibrary(library);
    expect(readFileSync(library, 'utf8')).toBe('a dylib');
    rmSync(folder, { recursive: true });
  });
});
