/** `npm run check -- --audit`: which advisories are known today for the packages that are pinned. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIP_AUDIT = 'pip-audit==2.10.1';
/** Python packages of the project and of its bench. */
const REQUIREMENTS = ['requirements.txt', join('bench', 'requirements.txt')];

/** What a service said: advisories, a line each, or why it gave no answer. */
export type Answer = { readonly advisories: readonly string[] } | { readonly silent: string };

/** What `npm audit --json` printed. Advisories below `high` are left out: npm says what they are. */
export function readNpmAudit(printed: string): Answer {
  const report = parse(printed);
  if (report?.vulnerabilities === undefined) return { silent: report?.message ?? firstLine(printed) };
  const found: { name: string; severity: string; via: (string | { title: string; url: string })[] }[] = Object.values(
    report.vulnerabilities,
  );
  return {
    advisories: found
      .filter(({ severity }) => severity === 'high' || severity === 'critical')
      .flatMap(({ name, severity, via }) =>
        via.flatMap((cause) => (typeof cause === 'string' ? [] : [`${name}, ${severity}: ${cause.title} (${cause.url})`])),
      ),
  };
}

/** What `pip-audit --format json` printed; it knows no severities. A package that it skipped is one of which nobody knows. */
export function readPipAudit(printed: string, errors = ''): Answer {
  const found:
    | { name: string; version: string; vulns?: { id: string; fix_versions: string[] }[]; skip_reason?: string }[]
    | undefined = parse(printed)?.dependencies;
  if (found === undefined) return { silent: errors.trim().split('\n').at(-1) || firstLine(printed) };
  const skipped = found.filter(({ skip_reason }) => skip_reason !== undefined);
  if (skipped.length > 0) return { silent: `for ${skipped.length} of ${found.length} packages: ${skipped[0].skip_reason}` };
  return {
    advisories: found.flatMap(({ name, version, vulns = [] }) =>
      vulns.map(({ id, fix_versions }) => `${name} ${version}: ${id}, fixed in ${fix_versions.join(', ') || 'no version yet'}`),
    ),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: what another program printed
function parse(json: string): any {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const firstLine = (text: string) => text.trim().split('\n')[0] || 'it printed nothing';

function auditPython(root: string): [string, Answer][] {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-audit-'));
  try {
    const python = join(folder, 'bin', 'python');
    const made = spawnSync(join(root, '.venv/bin/python'), ['-m', 'venv', folder], { encoding: 'utf8' });
    const got = spawnSync(python, ['-m', 'pip', 'install', '--quiet', PIP_AUDIT], { encoding: 'utf8' });
    if (made.status !== 0 || got.status !== 0) {
      return [['Python packages', { silent: `${PIP_AUDIT} cannot be installed: ${firstLine(got.stderr || made.stderr)}` }]];
    }
    return REQUIREMENTS.map((file) => {
      const args = ['-m', 'pip_audit', '--format', 'json', '--disable-pip', '--require-hashes', '--requirement', file];
      const { stdout, stderr } = spawnSync(python, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
      return [file, readPipAudit(stdout, stderr)];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Says what the services answer. False for advisories, and where one does not answer: then nobody knows. */
export function audit(root: string): boolean {
  const npm = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
  const answers: [string, Answer][] = [['package-lock.json', readNpmAudit(npm.stdout)], ...auditPython(root)];
  for (const [what, answer] of answers) {
    if ('silent' in answer) console.error(`${what}: not known, for the audit service did not answer (${answer.silent}).`);
    else if (answer.advisories.length === 0) console.log(`${what}: no advisory is known.`);
    else for (const advisory of answer.advisories) console.error(`${what}: ${advisory}`);
  }
  return answers.every(([, answer]) => 'advisories' in answer && answer.advisories.length === 0);
}
