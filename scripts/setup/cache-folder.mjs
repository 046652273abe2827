import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SetupError } from './setup-error.mjs';

const CURE =
  'Name another folder, which is yours: XDG_CACHE_HOME=/path/to/folder npm start. Keep it set from then on (export XDG_CACHE_HOME=...).';

/** The user's home folder; where `HOME` is empty or relative, the one of the user's account. */
function homeFolder() {
  try {
    return [homedir(), userInfo().homedir].find(isAbsolute) ?? '';
  } catch {
    return '';
  }
}

/**
 * The folder for what several copies of the project share: `inkwell` in `XDG_CACHE_HOME`, by default `~/.cache`. Throws a
 * `SetupError` if the user has no home. lib/storage/cache-folder.ts finds the same one.
 * @param {NodeJS.ProcessEnv} [env]
 * @param {() => string} [home] for tests
 */
export function cacheFolder(env = process.env, home = homeFolder) {
  if (env.XDG_CACHE_HOME) return join(resolve(env.XDG_CACHE_HOME), 'inkwell');
  const folder = home();
  if (!folder) throw new SetupError('Inkwell keeps TensorFlow in your home folder, but HOME names none.', CURE);
  return join(folder, '.cache', 'inkwell');
}

/**
 * Makes the cache folder. Throws a `SetupError` if it cannot be written.
 * @param {string} cache
 */
export function openCacheFolder(cache) {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (error) {
    throw new SetupError(`The cache folder cannot be written: ${/** @type {Error} */ (error).message}.`, CURE);
  }
}
