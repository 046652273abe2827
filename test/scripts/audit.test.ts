import { describe, expect, it } from 'vitest';
import { readNpmAudit, readPipAudit } from '../../scripts/audit';

describe('readNpmAudit', () => {
  const vulnerable = (severity: string, ...via: unknown[]) =>
    JSON.stringify({ vulnerabilities: { tar: { name: 'tar', severity, via } } });
  const advisory = { title: 'Path traversal', url: 'https://example.org/1' };

  it('names advisories of high and critical severity, with their address', () => {
    expect(readNpmAudit(vulnerable('high', advisory))).toEqual({
      advisories: ['tar, high: Path traversal (https://example.org/1)'],
    });
    expect(readNpmAudit(vulnerable('moderate', advisory))).toEqual({ advisories: [] });
    // A package that is affected by way of another one: that one is listed itself.
    expect(readNpmAudit(vulnerable('critical', 'minizlib'))).toEqual({ advisories: [] });
    expect(readNpmAudit('{"vulnerabilities":{}}')).toEqual({ advisories: [] });
  });

  it('takes no answer for none', () => {
    expect(readNpmAudit('{"message":"405 Method Not Allowed"}')).toEqual({ silent: '405 Method Not Allowed' });
    expect(readNpmAudit('')).toEqual({ silent: 'it printed nothing' });
  });
});

describe('readPipAudit', () => {
  it('names advisories with the versions that mend them', () => {
    const dependencies = [
      { name: 'urllib3', version: '1.26.0', vulns: [{ id: 'PYSEC-2021-108', fix_versions: ['1.26.5'] }] },
      { name: 'idna', version: '3.20', vulns: [] },
    ];
    expect(readPipAudit(JSON.stringify({ dependencies }))).toEqual({
      advisories: ['urllib3 1.26.0: PYSEC-2021-108, fixed in 1.26.5'],
    });
  });

  it('takes a package that was skipped, and no answer, for none', () => {
    const skip_reason = 'Dependency not found on PyPI and could not be audited: idna (3.20)';
    const dependencies = [
      { name: 'urllib3', version: '2.8.0', vulns: [] },
      { name: 'idna', skip_reason },
    ];
    expect(readPipAudit(JSON.stringify({ dependencies }))).toEqual({ silent: `for 1 of 2 packages: ${skip_reason}` });
    expect(readPipAudit('', 'Traceback\nConnectionError: no route\n')).toEqual({ silent: 'ConnectionError: no route' });
  });
});
