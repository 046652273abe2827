import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, openCacheFolder } from './cache-folder.mjs';
import { formatGigabytes, MB } from './disk-space.mjs';
import { runPip, venvPython } from './pip.mjs';
import { isRunning } from './project-lock.mjs';
import { mustRun, runCommand, shorten } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { buildAddon } from './tensorflow-addon.mjs';
import { checkSystem, findBuild, HEADERS, NODE_API, requirement, TENSORFLOW } from './tensorflow-builds.mjs';

/** @typedef {import('./tensorflow-builds.mjs').Build} Build */

const UNPACK = `
import shutil, sys, zipfile
wheel, folder, libraries, headers = sys.argv[1], sys.argv[2], sys.argv[3].split(), sys.argv[4].split()
with zipfile.ZipFile(wheel) as archive:
    for library in libraries:
        with archive.open("tensorflow/" + library) as source, open(folder + "/" + library, "wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    wanted = tuple("tensorflow/include/" + header for header in headers)
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(wanted)])
`;

// Loads tfjs-node with the addon at the path given, wherever its own is, and multiplies two matrices.
const VERIFY = `
// As lib/tensorflow/environment.ts does.
Object.assign(require('node:util'), { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
const [, package_, addon] = process.argv;
const finder = require.resolve('@mapbox/node-pre-gyp/lib/pre-binding', { paths: [package_] });
if (addon) require(finder).find = () => addon;
const tf = require(package_);
const product = tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0];
if (product !== 11) throw new Error('TensorFlow says that 1*3 + 2*4 is ' + product + '.');
console.log('TensorFlow ' + tf.backend().binding.TF_Version);
`;

/**
 * The version that TensorFlow reports after one operation through tfjs-node. Throws a `SetupError` if it cannot load.
 * @param {string} packageFolder tfjs-node's
 * @param {string} [addon] file to load instead of the package's own
 */
async function verify(packageFolder, addon) {
  const args = ['-e', VERIFY, packageFolder, ...(addon ? [addon] : [])];
  const env = { TF_CPP_MIN_LOG_LEVEL: '3' };
  const { succeeded, signal, output } = await runCommand(process.execPath, args, { env });
  const version = output.match(/^TensorFlow (\S+)$/m)?.[1];
  if (succeeded && version) return version;
  if (signal === 'SIGILL') {
    throw new SetupError(
      'TensorFlow needs a processor with AVX; this one has none.',
      'Use another computer: TensorFlow publishes no build without AVX.',
    );
  }
  throw new SetupError(
    `TensorFlow does not load${signal ? ` (${signal})` : ''}:\n${shorten(output)}`,
    `Remove node_modules and, in ${cacheFolder()}, the folder tensorflow-..., then run the command again.`,
  );
}

/** Where this process makes what is not whole yet. @param {string} cache */
const asideOf = (cache) => join(cache, `unfinished-${hostname()}-${process.pid}`);

/**
 * Removes what killed set-ups left in the cache. Folders of other machines that share it are left alone.
 * @param {string} cache
 */
function removeLeftovers(cache) {
  for (const name of readdirSync(cache)) {
    const [, host, pid] = name.match(/^unfinished-(.*)-(\d+)$/) ?? [];
    if (host === hostname() && !isRunning(Number(pid))) {
      rmSync(join(cache, name), { recursive: true, force: true });
    }
  }
}

/**
 * Cuts off what comes after all that is loaded of an ELF library, the names of its functions for debuggers and the table of
 * sections: a quarter of TensorFlow's. Others stay as they are.
 * @param {string} library
 */
export function stripLibrary(library) {
  const file = openSync(library, 'r+');
  try {
    const head = Buffer.alloc(64);
    readSync(file, head, 0, 64, 0);
    // 64 bits, little-endian: as on all machines that TensorFlow's packages are for.
    if (head.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return;
    const [at, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
    const segments = Buffer.alloc(size * count);
    readSync(file, segments, 0, segments.length, at);
    let end = at + segments.length;
    for (let start = 0; start < segments.length; start += size) {
      end = Math.max(end, Number(segments.readBigUInt64LE(start + 8) + segments.readBigUInt64LE(start + 32)));
    }
    // There are no sections any more.
    head.fill(0, 40, 48);
    head.fill(0, 60, 64);
    writeSync(file, head, 0, 64, 0);
    ftruncateSync(file, end);
  } finally {
    closeSync(file);
  }
}

/**
 * The wheel of a build, in `aside`. A copy stays in the cache until the set-up has succeeded, so that one that fails or is
 * killed after the download does not pay for it again.
 * @param {string} root the project's folder
 * @param {Build} build
 * @param {string} kept where that copy is, or will be
 * @param {string} aside
 */
async function fetchWheel(root, build, kept, aside) {
  const wheel = join(aside, 'tensorflow.whl');
  if (existsSync(kept)) {
    // A hard link: another set-up that succeeds meanwhile removes its name alone.
    linkSync(kept, wheel);
    const hash = createHash('sha256');
    await pipeline(createReadStream(wheel), hash);
    if (hash.digest('hex') === build.sha256) return wheel;
    rmSync(wheel);
    rmSync(kept, { force: true });
  }
  writeFileSync(join(aside, 'wheel.txt'), requirement(build));
  const platforms = build.platforms.flatMap((platform) => ['--platform', platform]);
  await runPip(
    root,
    'downloading TensorFlow',
    [
      ...['download', '--quiet', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--require-hashes'],
      ...['--python-version', '3.11', ...platforms, '--dest', aside, '-r', join(aside, 'wheel.txt')],
    ],
    { TMPDIR: aside },
  );
  renameSync(join(aside, readdirSync(aside).find((name) => name.endsWith('.whl')) ?? ''), wheel);
  if (!existsSync(kept)) linkSync(wheel, kept);
  return wheel;
}

/**
 * Fills `target` with the TensorFlow libraries and the addon that fits them. All is made and tried in a folder aside,
 * so that `target` is complete or absent, whenever this is stopped and however many set-ups do it at once.
 * @param {string} root the project's folder
 * @param {string} packageFolder tfjs-node's
 * @param {Build} build
 * @param {string} cache
 * @param {string} target a folder in `cache`
 */
async function fillCache(root, packageFolder, build, cache, target) {
  const aside = asideOf(cache);
  const result = join(aside, 'result');
  const addon = join(aside, 'tfjs_binding.node');
  const kept = `${target}.whl`;
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(result, { recursive: true });
  try {
    const wheel = await fetchWheel(root, build, kept, aside);
    const unpack = ['-I', '-c', UNPACK, wheel, aside, build.libraries.join(' '), HEADERS.join(' ')];
    await mustRun('unpacking TensorFlow', venvPython(root), unpack);
    rmSync(wheel);
    await buildAddon(build, { root, packageFolder, folder: aside, addon });
    for (const name of build.libraries) stripLibrary(join(aside, name));
    const version = await verify(packageFolder, addon);
    for (const name of [...build.libraries, 'tfjs_binding.node']) renameSync(join(aside, name), join(result, name));
    try {
      renameSync(result, target);
    } catch (error) {
      // Another set-up was faster: its result is as good.
      if (!existsSync(target)) throw error;
    }
    rmSync(kept, { force: true });
    return version;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * The steps that give tfjs-node its TensorFlow: the download, where there is one, and the rest. The libraries come from a Python
 * package and the addon is compiled against them, because tfjs-node's own script needs a storage host that many networks close;
 * that script runs only where the publisher of TensorFlow has no such package any more.
 * @param {string} root the project's folder
 * @param {import('./set-up.mjs').Step[]} npm what installs tfjs-node
 * @param {import('./set-up.mjs').Step[]} python what makes `.venv`
 * @param {Build} [build] for tests
 * @returns {import('./set-up.mjs').Step[]}
 */
export function tensorflow(root, npm, python, build = findBuild()) {
  const packageFolder = join(root, 'node_modules/@tensorflow/tfjs-node');
  const link = join(packageFolder, 'lib', `napi-v${NODE_API}`);
  const stamp = join(packageFolder, '.inkwell-verified');
  const cache = cacheFolder();
  const recipe = build && `tensorflow-${TENSORFLOW}-tfjs-node-4.22.0-${build.name}`;
  const target = join(cache, recipe ?? '');
  const wanted = `${recipe ?? 'tfjs-node-4.22.0, its own installer'}\n`;
  const isCached = existsSync(target);
  const isReady = () =>
    existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(join(link, 'tfjs_binding.node'));

  /** @param {Build} from */
  async function download(from) {
    openCacheFolder(cache);
    const aside = asideOf(cache);
    rmSync(aside, { recursive: true, force: true });
    mkdirSync(aside);
    try {
      await fetchWheel(root, from, `${target}.whl`, aside);
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
    return `${formatGigabytes(from.wheelBytes)}, kept until TensorFlow is ready`;
  }

  /** @param {Build} from */
  async function installFromWheel(from) {
    openCacheFolder(cache);
    removeLeftovers(cache);
    let version;
    if (existsSync(target)) {
      // Tried again, because anybody may have changed the cache since.
      version = await verify(packageFolder, join(target, 'tfjs_binding.node')).catch(() => undefined);
      if (!version) rmSync(target, { recursive: true, force: true });
    }
    version ??= await fillCache(root, packageFolder, from, cache, target);
    mkdirSync(join(packageFolder, 'lib'), { recursive: true });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(target, link);
    return `${version}, libraries in ${target}`;
  }

  async function installWithOwnScript() {
    const args = ['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false', '--foreground-scripts'];
    await mustRun("running tfjs-node's own installer", 'npm', args, { cwd: root, timeoutMs: 20 * 60_000 });
    return `${await verify(packageFolder)}, from tfjs-node's own installer: there is no newer TensorFlow for this machine`;
  }

  /** @type {import('./set-up.mjs').Step[]} */
  const downloads = build
    ? [
        {
          name: 'TensorFlow wheel',
          needs: python,
          projectBytes: 0,
          cacheBytes: 0,
          downloadBytes: isCached ? 0 : build.wheelBytes,
          isReady: () => isReady() || existsSync(target) || existsSync(`${target}.whl`),
          run: () => download(build),
        },
      ]
    : [];
  /** @type {import('./set-up.mjs').Step} */
  const installation = {
    name: 'TensorFlow',
    needs: [...npm, ...python, ...downloads],
    projectBytes: build ? 0 : 400 * MB,
    cacheBytes: build && !isCached ? 1450 * MB : 0,
    downloadBytes: 0,
    isReady,
    async check() {
      if (!build) return;
      checkSystem(build);
      openCacheFolder(cache);
    },
    async run() {
      const summary = await (build ? installFromWheel(build) : installWithOwnScript());
      writeFileSync(stamp, wanted);
      return summary;
    },
  };
  return [...downloads, installation];
}
