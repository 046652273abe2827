import { homedir, userInfo } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * The folder for what several copies of the project share: `inkwell` in `XDG_CACHE_HOME`, by default `~/.cache`; the same as
 * that of set-up (`scripts/setup/cache-folder.mjs`), which can import no TypeScript.
 *
 * @throws Error if the user has no home.
 */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env;
  if (XDG_CACHE_HOME) return join(resolve(XDG_CACHE_HOME), 'inkwell');
  const home = [homedir(), userInfo().homedir].find(isAbsolute);
  if (home === undefined)
    throw new Error('HOME must name your home folder, but names none: set XDG_CACHE_HOME to a folder of yours');
  return join(home, '.cache', 'inkwell');
}
