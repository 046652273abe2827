import { release } from 'node:os';
import { join } from 'node:path';
import { SetupError } from './setup-error.mjs';

export const TENSORFLOW = '2.21.0';
// The newest Node-API that tfjs-node 4.22 knows; every supported Node has it, so one addon serves them all.
export const NODE_API = 8;
/** What of a wheel's C headers tfjs-node's addon includes. */
export const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'];

/**
 * A Python package that has TensorFlow's C library for one kind of machine, and how an addon is linked against it.
 * @typedef {object} Build
 * @property {string} name as folders of the cache are called: `linux-x64`
 * @property {string} package
 * @property {string} sha256 of its wheel for Python 3.11; which Python it is for does not matter to the C library
 * @property {number} wheelBytes
 * @property {string[]} platforms those of the wheel, as pip names them
 * @property {string[]} libraries in its folder `tensorflow`
 * @property {string[]} linking arguments of the compiler that let the addon find the libraries beside itself
 * @property {string[]} zigTarget arguments of zig alone
 */

const LINUX = {
  libraries: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'],
  linking: ['-Wl,-rpath,$ORIGIN'],
  zigTarget: [],
};

/** @type {Readonly<Record<string, Build>>} */
const BUILDS = {
  'linux-x64': {
    ...LINUX,
    name: 'linux-x64',
    package: 'tensorflow-cpu',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    wheelBytes: 275e6,
    platforms: ['manylinux_2_27_x86_64'],
  },
  'linux-arm64': {
    ...LINUX,
    name: 'linux-arm64',
    package: 'tensorflow',
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    wheelBytes: 282e6,
    platforms: ['manylinux_2_27_aarch64'],
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    package: 'tensorflow',
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    wheelBytes: 224e6,
    platforms: ['macosx_12_0_arm64'],
    libraries: ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib'],
    // Node's own functions are found in the program that loads the addon. Both linkers, Apple's and zig's, sign what they make.
    linking: ['-Wl,-rpath,@loader_path', '-undefined', 'dynamic_lookup'],
    zigTarget: ['-target', 'aarch64-macos.12.0'],
  },
};

/**
 * The TensorFlow for a kind of machine; `undefined` if the publisher of its Python packages has none (Intel Macs).
 * @param {string} [platform] as Node names it
 * @param {string} [arch]
 */
export const findBuild = (platform = process.platform, arch = process.arch) =>
  /** @type {Build | undefined} */ (BUILDS[`${platform}-${arch}`]);

/** What pip needs to know of a wheel. @param {Build} build */
export const requirement = (build) => `${build.package}==${TENSORFLOW} --hash=sha256:${build.sha256}`;

/** The system's C library, as Node's report has it: the version of glibc; absent with another one. */
function glibcVersion() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime;
}

/**
 * Throws a `SetupError` if the system is too old for a build.
 * @param {Build} build
 * @param {{ glibc?: string, darwin?: string }} [system] for tests
 */
export function checkSystem(build, system = build.name.startsWith('linux') ? { glibc: glibcVersion() } : { darwin: release() }) {
  if (build.name.startsWith('linux')) {
    const [major, minor] = (system.glibc ?? '0.0').split('.').map(Number);
    if (major > 2 || (major === 2 && minor >= 27)) return;
    throw new SetupError(
      `TensorFlow needs glibc 2.27 or newer; this system has ${system.glibc ?? 'another C library (musl)'}.`,
      'Use Debian 10, Ubuntu 18.04 or anything newer, for instance in a container (node:24-bookworm).',
    );
  }
  // Darwin 21 is macOS 12.
  if (Number.parseInt(system.darwin ?? '0', 10) >= 21) return;
  throw new SetupError(`TensorFlow needs macOS 12 or newer; this is Darwin ${system.darwin}.`, 'Update macOS.');
}

/**
 * The arguments of a C++ compiler that make tfjs-node's addon.
 * @param {Build} build
 * @param {{ root: string, packageFolder: string, folder: string, addon: string }} paths the project; tfjs-node; where libraries
 * and headers are; the file to make
 */
export function compilerArguments(build, { root, packageFolder, folder, addon }) {
  const binding = join(packageFolder, 'binding');
  return [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', `-DNAPI_VERSION=${NODE_API}`],
    ...['-I', join(root, 'node_modules/node-api-headers/include')],
    ...['-I', join(folder, 'tensorflow/include')],
    ...['-o', addon, join(binding, 'tfjs_backend.cc'), join(binding, 'tfjs_binding.cc')],
    ...build.libraries.map((library) => join(folder, library)),
    ...build.linking,
  ];
}
