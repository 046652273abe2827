import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pythonPackages } from '../../../scripts/setup/python-packages.mjs';
import { describeEnvironment, environmentStamp } from '../../../scripts/setup/virtual-environment.mjs';

it('has .venv made anew after an installation that came to no end, or for other requirements', async () => {
  const root = mkdtempSync(join(tmpdir(), 'inkwell-python-'));
  const requirements = join(root, 'requirements.txt');
  const python = join(root, '.venv/bin/python');
  writeFileSync(requirements, 'jupyterlab==4.6.4\n');
  mkdirSync(join(root, '.venv/bin'), { recursive: true });
  // A pip that fails while there is a file of this name.
  writeFileSync(python, `#!/bin/sh\ncase "$*" in *pip*) test ! -e "${root}/broken" ;; *) echo 3.13.1 ;; esac\n`);
  chmodSync(python, 0o755);
  writeFileSync(environmentStamp(root), await describeEnvironment(root, [requirements]));
  const [environment, packages] = pythonPackages(root);
  expect([await environment.isReady(), await packages.isReady()]).toEqual([true, false]);

  writeFileSync(join(root, 'broken'), '');
  await expect(packages.run()).rejects.toThrow(/installing Python packages failed/);
  expect([await environment.isReady(), await packages.isReady()]).toEqual([false, false]);

  rmSync(join(root, 'broken'));
  expect(await packages.run()).toBe('from requirements.txt');
  expect([await environment.isReady(), await packages.isReady()]).toEqual([true, true]);

  writeFileSync(requirements, 'jupyterlab==4.6.5\n');
  const [other] = pythonPackages(root);
  expect(await other.isReady()).toBe(false);
  rmSync(root, { recursive: true });
});
