import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../storage/cache-folder';

/** A browser to start: its program, its own arguments, and what it needs in its environment. */
export interface BrowserProgram {
  readonly path: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Older ones are of unpackings that were killed. */
const UNFINISHED_MS = 3_600_000;
/** Fonts of the package, for systems that have no fontconfig; its own file names folders that anybody may write. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="relative">fonts-cache</cachedir></fontconfig>
`;

/**
 * The Chromium of the npm package `@sparticuz/chromium`, for Linux on x64, unpacked into the cache folder at its first
 * use (0.2 GB).
 *
 * @throws Error where the package is not installed, where the cache cannot be written, and where the unpacked folder is another
 * user's or others may write to it.
 */
export async function openPackedBrowser(): Promise<BrowserProgram> {
  const { default: chromium } = await import('@sparticuz/chromium').catch(() => {
    throw new Error('no Chrome, Chromium or Edge was found, nor the npm package @sparticuz/chromium');
  });
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../node_modules/@sparticuz/chromium/package.json'), 'utf8'));
  const folder = join(cacheFolder(), `chromium-${version}`);
  if (!existsSync(folder)) await unpack(folder);
  checkOwner(folder);
  const path = join(folder, 'chromium');
  return { path, args: chromium.args, env: environmentOf(path, folder) };
}

/** Makes the folder whole or not at all, closed to other users, however many processes do it at once. */
async function unpack(folder: string): Promise<void> {
  const cache = cacheFolder();
  let aside: string;
  try {
    mkdirSync(cache, { recursive: true });
    removeUnfinished(cache);
    aside = mkdtempSync(join(cache, '.chromium-'));
  } catch (error) {
    throw new Error(`the browser cannot be unpacked (${(error as Error).message}): set XDG_CACHE_HOME to a folder of yours`);
  }
  try {
    const script = "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())";
    // The package unpacks into the folder for temporary files, and its system libraries only on one cloud's machines.
    const env = { ...process.env, TMPDIR: aside, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x', NODE_OPTIONS: '' };
    await promisify(execFile)(process.execPath, ['-e', script], { cwd: __dirname, env });
    writeFileSync(join(aside, 'fonts.conf'), FONTS);
    renameSync(aside, folder);
  } catch (error) {
    // Another process was faster: its result is as good.
    if (!existsSync(folder)) throw new Error(`the browser cannot be unpacked into ${cache}: ${(error as Error).message}`);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

function removeUnfinished(cache: string): void {
  for (const name of readdirSync(cache).filter((each) => each.startsWith('.chromium-'))) {
    const path = join(cache, name);
    if (Date.now() - lstatSync(path).mtimeMs > UNFINISHED_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Nobody else may have put a program there. */
function checkOwner(folder: string): void {
  const found = lstatSync(folder);
  const isOurs = found.uid === process.getuid?.();
  if (found.isDirectory() && isOurs && (found.mode & 0o022) === 0) return;
  const fault = !found.isDirectory() ? 'is no folder' : isOurs ? 'may be written by others' : `is of user ${found.uid}`;
  throw new Error(`${folder} must be a folder of yours that nobody else may write to, but it ${fault}: remove it`);
}

/** With the libraries of the package where the system lacks some, its fonts where the system has none. */
function environmentOf(path: string, folder: string): NodeJS.ProcessEnv {
  const env = { ...process.env };
  if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = join(folder, 'fonts.conf');
  if (spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0) return env;
  const libraries = join(folder, 'al2023', 'lib');
  return { ...env, LD_LIBRARY_PATH: [libraries, env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
}
