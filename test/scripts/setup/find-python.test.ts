import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPython } from '../../../scripts/setup/find-python.mjs';

type Python = NonNullable<Awaited<ReturnType<typeof findPython>>>;

/** Commands that answer like the Pythons given; all others answer like a command that is not there. */
const fakeProbe = (pythons: Record<string, Python>) => async (command: string) => pythons[command];

const python = (minor: number, hasVenv = true): Python => ({
  executable: `/usr/bin/python3.${minor}`,
  version: [3, minor, 2],
  hasVenv,
});

describe('findPython', () => {
  it('takes python3 when it is recent enough', async () => {
    const found = await findPython(undefined, fakeProbe({ python3: python(11), 'python3.12': python(12) }));
    expect(found.executable).toBe('/usr/bin/python3.11');
  });

  it('looks further when python3 is too old, too new or cannot make environments', async () => {
    const others = { 'python3.12': python(12) };
    expect((await findPython(undefined, fakeProbe({ python3: python(9), ...others }))).version[1]).toBe(12);
    expect((await findPython(undefined, fakeProbe({ python3: python(16), ...others }))).version[1]).toBe(12);
    expect((await findPython(undefined, fakeProbe({ python3: python(11, false), ...others }))).version[1]).toBe(12);
  });

  it('takes the one that PYTHON names, and no other', async () => {
    const pythons = { python3: python(11), '/opt/py/bin/python': python(13), old: python(9) };
    expect((await findPython('/opt/py/bin/python', fakeProbe(pythons))).version[1]).toBe(13);
    await expect(findPython('old', fakeProbe(pythons))).rejects.toThrow(/PYTHON is old.*old is 3\.9\.2/);
  });

  it('says which Pythons it found instead', async () => {
    await expect(findPython(undefined, fakeProbe({ python3: python(9) }))).rejects.toMatchObject({
      message: expect.stringContaining('python3 is 3.9.2 (/usr/bin/python3.9), too old'),
      cure: expect.stringContaining('PYTHON='),
    });
    await expect(findPython(undefined, fakeProbe({ python3: python(16) }))).rejects.toThrow(
      /needs Python 3\.11 to 3\.15 .*too new/,
    );
    await expect(findPython(undefined, fakeProbe({}))).rejects.toThrow(/No Python answers to python3/);
  });

  it('names Debian’s package when only the venv module is missing', async () => {
    await expect(findPython(undefined, fakeProbe({ python3: python(11, false) }))).rejects.toMatchObject({
      message: expect.stringContaining('without the modules venv and ensurepip'),
      cure: expect.stringContaining('apt install python3-venv'),
    });
  });

  describe('with commands of this machine', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'inkwell-python-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('refuses a command that prints something else than a Python', async () => {
      const command = join(folder, 'python3');
      writeFileSync(command, '#!/bin/sh\necho hello\n');
      chmodSync(command, 0o755);
      await expect(findPython(command)).rejects.toThrow(/No Python answers to .*python3/);
    });

    it('reads the answer of a Python among other lines', async () => {
      const command = join(folder, 'python3');
      const answer = JSON.stringify({ executable: '/x/python', version: [3, 12, 1], hasVenv: true });
      writeFileSync(command, `#!/bin/sh\necho 'a warning'\necho '${answer}'\n`);
      chmodSync(command, 0o755);
      expect(await findPython(command)).toEqual(JSON.parse(answer));
    });
  });
});
