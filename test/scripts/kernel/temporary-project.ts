import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../../..');
/** The kernel, and what it needs of `lib`. */
const PARTS = ['scripts/kernel', 'lib/tensorflow/environment.ts', 'lib/training/interrupt.ts', 'lib/tables/libraries.ts'];

/** A project of its own with the kernel's launcher, so that a test can edit source files. */
export class TemporaryProject {
  readonly root = mkdtempSync(join(tmpdir(), 'project-'));

  /** @param files text by path */
  constructor(files: Readonly<Record<string, string>>) {
    // A copy, since the launcher finds the project by its own place.
    for (const part of PARTS) {
      cpSync(join(PROJECT, part), join(this.root, part), { recursive: true });
    }
    // Each package, so that the project has a cache of its own.
    mkdirSync(join(this.root, 'node_modules'));
    for (const name of readdirSync(join(PROJECT, 'node_modules')).filter((name) => name !== '.cache')) {
      symlinkSync(join(PROJECT, 'node_modules', name), join(this.root, 'node_modules', name));
    }
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    const file = join(this.root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
