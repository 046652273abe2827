import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInstalledBrowser } from '../../../lib/notebook/browser';
import { processesWith } from '../../processes';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'inkwell-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function makeProgram(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
}

describe('findInstalledBrowser', () => {
  it('takes CHROME_PATH first', () => {
    const chosen = makeProgram('mine');
    makeProgram('google-chrome');
    expect(findInstalledBrowser({ CHROME_PATH: chosen, PATH: folder })).toBe(chosen);
  });

  it('refuses a CHROME_PATH that cannot be run', () => {
    expect(() => findInstalledBrowser({ CHROME_PATH: join(folder, 'none') })).toThrow(/CHROME_PATH.*none.*unset/);
  });

  it('finds one on the PATH, Chrome before Chromium, and no file that cannot be run', () => {
    writeFileSync(join(folder, 'google-chrome'), 'no program');
    const chromium = makeProgram('chromium');
    expect(findInstalledBrowser({ PATH: `/nowhere:${folder}` })).toBe(chromium);
    chmodSync(join(folder, 'google-chrome'), 0o755);
    expect(findInstalledBrowser({ PATH: `/nowhere:${folder}` })).toBe(join(folder, 'google-chrome'));
  });
});

describe('renderPng', () => {
  /** Renders in a process of its own, whose end is part of what is tested. */
  function render(script: string, env: NodeJS.ProcessEnv = {}) {
    mkdirSync(join(folder, 'tmp'));
    const file = join(folder, 'render.ts');
    const module = resolve(__dirname, '../../../lib/notebook/render-png');
    writeFileSync(file, `import { renderPng } from ${JSON.stringify(module)};\n${script}`);
    return spawnSync(process.execPath, [require.resolve('tsx/cli'), file], {
      cwd: resolve(__dirname, '../../..'),
      env: { ...process.env, ...env, TMPDIR: join(folder, 'tmp') },
      encoding: 'utf8',
      timeout: 60_000,
    });
  }
  const listLeftovers = () => readdirSync(join(folder, 'tmp')).filter((name) => /^(inkwell|playwright)/.test(name));
  const figure = `{ data: [{ y: [1, 2] }], layout: {} }, { width: 300, height: 200, scale: 2 }`;

  it('gives a PNG of the size asked for, several at a time, and leaves nothing running or lying about', () => {
    const { stdout, stderr, status } = render(`
      Promise.all([renderPng(${figure}), renderPng(${figure})]).then(([first, second]) => {
        const bytes = Buffer.from(first as string, 'base64');
        console.log(bytes.toString('latin1', 1, 4), bytes.readUInt32BE(16), bytes.readUInt32BE(20), first === second);
      });`);
    expect(stderr).toBe('');
    expect(stdout).toBe('PNG 600 400 true\n');
    expect(status).toBe(0);
    expect(listLeftovers()).toEqual([]);
  });

  it('leaves nothing when its process is killed', async () => {
    const { stdout, status } = render(
      `renderPng(${figure}).then((png) => {\n  console.log(typeof png);\n  process.kill(process.pid, 'SIGKILL');\n});`,
    );
    expect(stdout).toBe('string\n');
    expect(status).not.toBe(0);
    await expect.poll(listLeftovers, { timeout: 10_000 }).toEqual([]);
  });

  it('leaves nothing when its process is a kernel that ends, which ends its child processes', async () => {
    const lifetime = resolve(__dirname, '../../../scripts/kernel/lifetime.cjs');
    const { stdout, status } = render(
      `require(${JSON.stringify(lifetime)}).endWithParent('connection.json');\n` +
        `renderPng(${figure}).then((png) => {\n  console.log(typeof png);\n  process.exit(0);\n});`,
    );
    expect(stdout).toBe('string\n');
    expect(status).toBe(0);
    // The browser may write until it is gone.
    await expect.poll(() => processesWith(folder), { timeout: 10_000 }).toEqual([]);
    expect(listLeftovers()).toEqual([]);
  });

  it('starts another browser after one has died', () => {
    const { stdout, status } = render(`
      import { subscribe } from 'node:diagnostics_channel';
      const browsers: { pid: number }[] = [];
      subscribe('child_process', (message) => browsers.push((message as { process: { pid: number } }).process));
      renderPng(${figure}).then(async (first) => {
        process.kill(-browsers[0]!.pid, 'SIGKILL');
        let next: string | undefined;
        while (next === undefined) next = await renderPng(${figure});
        console.log(first === next, browsers.length);
      });`);
    expect(stdout).toBe('true 2\n');
    expect(status).toBe(0);
    expect(listLeftovers()).toEqual([]);
  });

  it('says why a figure has no picture, and draws the next one', () => {
    const { stdout, stderr } = render(
      `renderPng(${figure.replace('300', '-1')}).then(async (png) => console.log(png, typeof (await renderPng(${figure}))));`,
    );
    expect(stdout).toBe('undefined string\n');
    expect(stderr).toMatch(/^This figure has no still picture: Height and width should be pixel values\.\n$/);
  });

  it('says once that there is no browser', () => {
    const { stdout, stderr } = render(
      `renderPng(${figure}).then(async (first) => console.log(first, await renderPng(${figure})));`,
      { CHROME_PATH: join(folder, 'none') },
    );
    expect(stdout).toBe('undefined undefined\n');
    expect(stderr.match(/no still picture/g)).toHaveLength(1);
  });

  it('says that a browser does not start', () => {
    const { stdout, stderr, status } = render(`renderPng(${figure}).then(console.log);`, { CHROME_PATH: makeProgram('broken') });
    expect(stdout).toBe('undefined\n');
    expect(stderr).toMatch(/the browser .*broken did not start/);
    expect(status).toBe(0);
  });
});
