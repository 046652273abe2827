import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPip } from './pip.mjs';
import { mustRun, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';
import { compilerArguments } from './tensorflow-builds.mjs';

// A C++ compiler as a Python package, for machines without one: the wheels for Linux x64, Linux ARM64 and macOS ARM64.
const ZIG = [
  'ziglang==0.17.1',
  'sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
  'sha256:b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e',
  'sha256:09953b6af7f64168b915180a42774f520f92d86ef6331b28e33915c7e1f0bb23',
].join(' --hash=');

/**
 * Builds tfjs-node's addon beside the libraries in `folder` and returns the compiler's name: one of the system, else
 * one that comes as a Python package.
 * @param {import('./tensorflow-builds.mjs').Build} build
 * @param {{ root: string, packageFolder: string, folder: string, addon: string }} paths as `compilerArguments` takes them
 */
export async function buildAddon(build, paths) {
  const { root, folder } = paths;
  const args = compilerArguments(build, paths);
  for (const compiler of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    const [command, ...flags] = compiler?.split(' ') ?? [];
    if (!command) continue;
    const { succeeded } = await runCommand(command, [...flags, ...args], { cwd: folder });
    if (succeeded) return command;
  }
  const zig = join(folder, 'zig');
  writeFileSync(join(folder, 'zig.txt'), ZIG);
  const install = ['install', '--quiet', '--no-deps', '--no-cache-dir', '--only-binary=:all:', '--require-hashes'];
  const isMac = build.name.startsWith('darwin');
  const cure = `Install a C++ compiler (${isMac ? 'xcode-select --install' : 'sudo apt install g++'}), then run the command again.`;
  try {
    await runPip(root, 'fetching a C++ compiler', [...install, '--target', zig, '-r', join(folder, 'zig.txt')], {
      TMPDIR: folder,
    });
    await mustRun('building the TensorFlow addon', join(zig, 'ziglang', 'zig'), ['c++', ...build.zigTarget, ...args], {
      cwd: folder,
      env: { ZIG_GLOBAL_CACHE_DIR: join(zig, 'cache'), ZIG_LOCAL_CACHE_DIR: join(zig, 'cache') },
    });
  } catch (error) {
    if (error instanceof SetupError) error.cure = `${error.cure} Or: ${cure}`;
    throw error;
  }
  return 'zig c++';
}
