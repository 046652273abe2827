import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

/** Moves entries of a folder to the first of `<folder>.1`, `.2`, ... that does not exist, and returns that. */
export function moveAside(folder: string, names: readonly string[]): string {
  let number = 1;
  while (existsSync(`${folder}.${number}`)) number++;
  const aside = `${folder}.${number}`;
  mkdirSync(aside);
  for (const name of names) {
    if (existsSync(join(folder, name))) renameSync(join(folder, name), join(aside, name));
  }
  return aside;
}
