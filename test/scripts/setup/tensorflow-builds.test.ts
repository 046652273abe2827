import { describe, expect, it } from 'vitest';
import { checkSystem, compilerArguments, findBuild, requirement } from '../../../scripts/setup/tensorflow-builds.mjs';

const build = (platform: NodeJS.Platform, arch: NodeJS.Architecture) => {
  const found = findBuild(platform, arch);
  if (!found) throw new Error(`no build for ${platform}-${arch}`);
  return found;
};
const paths = { root: '/p', packageFolder: '/p/node_modules/tfjs', folder: '/c', addon: '/c/tfjs_binding.node' };

describe('findBuild', () => {
  it.each([
    ['linux', 'x64', 'tensorflow-cpu', '.so.2'],
    ['linux', 'arm64', 'tensorflow', '.so.2'],
    ['darwin', 'arm64', 'tensorflow', '.2.dylib'],
  ] as const)('has a pinned wheel for %s %s', (platform, arch, name, ending) => {
    const found = build(platform, arch);
    expect(requirement(found)).toMatch(new RegExp(`^${name}==2\\.21\\.0 --hash=sha256:[0-9a-f]{64}$`));
    expect(found.libraries.every((library) => library.endsWith(ending))).toBe(true);
  });

  it('has none for Intel Macs and others', () => {
    expect(findBuild('darwin', 'x64')).toBeUndefined();
    expect(findBuild('linux', 'ia32')).toBeUndefined();
  });
});

describe('compilerArguments', () => {
  it('lets the addon find the libraries beside itself, in the words of each linker', () => {
    expect(compilerArguments(build('linux', 'arm64'), paths).at(-1)).toBe('-Wl,-rpath,$ORIGIN');
    const mac = compilerArguments(build('darwin', 'arm64'), paths);
    expect(mac.slice(-3)).toEqual(['-Wl,-rpath,@loader_path', '-undefined', 'dynamic_lookup']);
    expect(mac).toContain('/c/libtensorflow_cc.2.dylib');
  });
});

describe('checkSystem', () => {
  it.each(['2.27', '2.36', '3.0'])('accepts glibc %s', (glibc) => {
    expect(() => checkSystem(build('linux', 'x64'), { glibc })).not.toThrow();
  });

  it.each(['2.26', undefined])('refuses glibc %s', (glibc) => {
    expect(() => checkSystem(build('linux', 'arm64'), { glibc })).toThrow(
      /glibc 2\.27 or newer; this system has (2\.26|another)/,
    );
  });

  it('accepts macOS 12 and newer, by the version of its kernel', () => {
    expect(() => checkSystem(build('darwin', 'arm64'), { darwin: '21.0.0' })).not.toThrow();
    expect(() => checkSystem(build('darwin', 'arm64'), { darwin: '20.6.0' })).toThrow(/macOS 12 or newer; this is Darwin 20/);
  });
});
