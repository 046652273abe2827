import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npmCommand, removeSourceMaps } from '../../../scripts/setup/npm-packages.mjs';

const answer = (version: string) => async () => `${version}\n`;
const cli = '/usr/share/nodejs/npm/bin/npm-cli.js';

describe('npmCommand', () => {
  it.each(['10.9.2', '11.21.2', '12.0.0'])('takes npm %s as it is', async (version) => {
    expect(await npmCommand(answer(version), {})).toEqual(['npm']);
    expect(await npmCommand(answer(version), { npm_execpath: cli })).toEqual([process.execPath, cli]);
  });

  it.each(['6.14.18', '9.2.0'])('has npm %s, which cannot read aliases in overrides, fetch a newer one', async (version) => {
    const words = await npmCommand(answer(version), { npm_execpath: cli });
    expect(words.slice(0, 3)).toEqual([process.execPath, cli, 'exec']);
    expect(words.join(' ')).toMatch(/--yes .*--package=npm@11\.\d+\.\d+ -- npm$/);
  });

  it('is not misled by another package manager', async () => {
    expect(await npmCommand(answer('11.0.0'), { npm_execpath: '/opt/pnpm/bin/pnpm.cjs' })).toEqual(['npm']);
  });
});

it('removes source maps, and nothing else that is called so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-maps-'));
  mkdirSync(join(folder, '@scope/package'), { recursive: true });
  for (const name of ['a.js', 'a.js.map', 'b.mjs.map', 'c.d.ts.map', 'd.css.map', 'land.map', 'map.js']) {
    writeFileSync(join(folder, '@scope/package', name), '');
  }
  removeSourceMaps(folder);
  expect(readdirSync(join(folder, '@scope/package')).sort()).toEqual(['a.js', 'land.map', 'map.js']);
  rmSync(folder, { recursive: true });
});
