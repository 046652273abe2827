import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { MB } from './disk-space.mjs';
import { runPip, venvPython } from './pip.mjs';
import { isRunning } from './project-lock.mjs';
import { mustRun, runCommand, shorten } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const TENSORFLOW = '2.21.0';
// Which Python the wheel is for does not matter: only its C library is used.
const WHEEL = {
  requirement: `tensorflow-cpu==${TENSORFLOW} --hash=sha256:2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c`,
  platforms: ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
};
// A C++ compiler as a Python wheel, for machines without one.
const ZIG = 'ziglang==0.17.1 --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];
// The newest Node-API that tfjs-node 4.22 knows; every supported Node has it, so one addon serves them all.
const NODE_API = 8;

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
 * The folder for what several copies of the project share: `inkwell` in `XDG_CACHE_HOME`, by default `~/.cache`.
 * @param {NodeJS.ProcessEnv} [env]
 */
export const cacheFolder = (env = process.env) =>
  join(env.XDG_CACHE_HOME ? resolve(env.XDG_CACHE_HOME) : join(homedir(), '.cache'), 'inkwell');

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
    `Remove ${cacheFolder()} and node_modules, then run the command again.`,
  );
}

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
 * Builds tfjs-node's addon beside the libraries in `folder` and returns the compiler's name: one of the system, else
 * one that comes as a Python wheel.
 * @param {string} root the project's folder
 * @param {string} packageFolder tfjs-node's
 * @param {string} folder where the libraries and headers are
 * @param {string} addon the file to make
 */
async function buildAddon(root, packageFolder, folder, addon) {
  const binding = join(packageFolder, 'binding');
  const args = [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', `-DNAPI_VERSION=${NODE_API}`],
    ...['-I', join(root, 'node_modules/node-api-headers/include')],
    ...['-I', join(folder, 'tensorflow/include')],
    ...['-o', addon, join(binding, 'tfjs_backend.cc'), join(binding, 'tfjs_binding.cc')],
    ...LIBRARIES.map((library) => join(folder, library)),
    '-Wl,-rpath,$ORIGIN',
  ];
  for (const compiler of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    const [command, ...flags] = compiler?.split(' ') ?? [];
    if (!command) continue;
    const { succeeded } = await runCommand(command, [...flags, ...args], { cwd: folder });
    if (succeeded) return command;
  }
  const zig = join(folder, 'zig');
  writeFileSync(join(folder, 'zig.txt'), ZIG);
  const install = ['install', '--quiet', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--require-hashes'];
  const cure = 'Install a C++ compiler (sudo apt install g++), then run the command again.';
  try {
    await runPip(root, 'fetching a C++ compiler', [...install, '--target', zig, '-r', join(folder, 'zig.txt')], {
      TMPDIR: folder,
    });
    await mustRun('building the TensorFlow addon', join(zig, 'ziglang', 'zig'), ['c++', ...args], {
      cwd: folder,
      env: { ZIG_GLOBAL_CACHE_DIR: join(zig, 'cache'), ZIG_LOCAL_CACHE_DIR: join(zig, 'cache') },
    });
  } catch (error) {
    if (error instanceof SetupError) error.cure = `${error.cure} Or: ${cure}`;
    throw error;
  }
  return 'zig c++';
}

/**
 * Fills `target` with the TensorFlow libraries and the addon that fits them. All is made and tried in a folder aside,
 * so that `target` is complete or absent, whenever this is stopped and however many set-ups do it at once.
 * @param {string} root the project's folder
 * @param {string} packageFolder tfjs-node's
 * @param {string} cache
 * @param {string} target a folder in `cache`
 */
async function fillCache(root, packageFolder, cache, target) {
  const aside = join(cache, `unfinished-${hostname()}-${process.pid}`);
  const result = join(aside, 'result');
  const addon = join(aside, 'tfjs_binding.node');
  rmSync(aside, { recursive: true, force: true });
  mkdirSync(result, { recursive: true });
  try {
    writeFileSync(join(aside, 'wheel.txt'), WHEEL.requirement);
    const platforms = WHEEL.platforms.flatMap((platform) => ['--platform', platform]);
    await runPip(
      root,
      'downloading TensorFlow',
      [
        ...['download', '--quiet', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--require-hashes'],
        ...['--python-version', '3.11', ...platforms, '--dest', aside, '-r', join(aside, 'wheel.txt')],
      ],
      { TMPDIR: aside },
    );
    const wheel = join(aside, readdirSync(aside).find((name) => name.endsWith('.whl')) ?? '');
    const unpack = ['-I', '-c', UNPACK, wheel, aside, LIBRARIES.join(' '), HEADERS.join(' ')];
    await mustRun('unpacking TensorFlow', venvPython(root), unpack);
    rmSync(wheel);
    await buildAddon(root, packageFolder, aside, addon);
    const version = await verify(packageFolder, addon);
    for (const name of [...LIBRARIES, 'tfjs_binding.node']) renameSync(join(aside, name), join(result, name));
    try {
      renameSync(result, target);
    } catch (error) {
      // Another set-up was faster: its result is as good.
      if (!existsSync(target)) throw error;
    }
    return version;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/**
 * The step that gives tfjs-node its TensorFlow. On Linux x64 the libraries come from the Python package tensorflow-cpu
 * and the addon is compiled against them, because the package's own script needs a storage host that many networks
 * close; elsewhere that script runs.
 * @param {string} root the project's folder
 * @returns {import('./set-up.mjs').Step}
 */
export function tensorflow(root) {
  const packageFolder = join(root, 'node_modules/@tensorflow/tfjs-node');
  const link = join(packageFolder, 'lib', `napi-v${NODE_API}`);
  const stamp = join(packageFolder, '.inkwell-verified');
  const cache = cacheFolder();
  const usesWheel = process.platform === 'linux' && process.arch === 'x64';
  const recipe = `tensorflow-${TENSORFLOW}-tfjs-node-4.22.0-linux-x64`;
  const target = join(cache, recipe);
  const wanted = usesWheel ? `${recipe}\n` : 'tfjs-node-4.22.0, its own installer\n';

  async function installFromWheel() {
    const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
    const glibc = report.header.glibcVersionRuntime;
    const [major, minor] = (glibc ?? '0.0').split('.').map(Number);
    if (major < 2 || (major === 2 && minor < 27)) {
      throw new SetupError(
        `TensorFlow needs glibc 2.27 or newer; this system has ${glibc ?? 'another C library (musl)'}.`,
        'Use Debian 10, Ubuntu 18.04 or anything newer, for instance in a container (node:22-bookworm).',
      );
    }
    mkdirSync(cache, { recursive: true });
    removeLeftovers(cache);
    let version;
    if (existsSync(target)) {
      // Tried again, because anybody may have changed the cache since.
      version = await verify(packageFolder, join(target, 'tfjs_binding.node')).catch(() => undefined);
      if (!version) rmSync(target, { recursive: true, force: true });
    }
    version ??= await fillCache(root, packageFolder, cache, target);
    mkdirSync(join(packageFolder, 'lib'), { recursive: true });
    rmSync(link, { recursive: true, force: true });
    symlinkSync(target, link);
    return `${version}, libraries in ${target}`;
  }

  async function installWithOwnScript() {
    const args = ['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false', '--foreground-scripts'];
    await mustRun("running tfjs-node's own installer", 'npm', args, { cwd: root, timeoutMs: 20 * 60_000 });
    return `${await verify(packageFolder)}, from tfjs-node's own installer`;
  }

  return {
    name: 'TensorFlow',
    projectBytes: usesWheel ? 0 : 400 * MB,
    cacheBytes: existsSync(target) ? 0 : 1450 * MB,
    downloadBytes: existsSync(target) ? 0 : 275 * MB,
    isReady: () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(join(link, 'tfjs_binding.node')),
    async run() {
      const summary = await (usesWheel ? installFromWheel() : installWithOwnScript());
      writeFileSync(stamp, wanted);
      return summary;
    },
  };
}
