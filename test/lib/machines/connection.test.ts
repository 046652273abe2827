import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openServer, parseRedisUrl } from '../../../lib/machines/connection';
import { makeCertificate } from './certificate';
import { Machine } from './machines';
import { freePort, hasServer, TestServer } from './server';

const PASSWORD = 'p@ss/w:rd';
const IN_URL = encodeURIComponent(PASSWORD);

describe("a server's address", () => {
  it('is taken from the URL, user and password also from the environment', () => {
    expect(parseRedisUrl('redis://host', {})).toMatchObject({
      name: 'redis://host:6379',
      options: { host: 'host', port: 6379, db: 0, username: undefined, password: undefined },
    });
    expect(parseRedisUrl(`rediss://me:${IN_URL}@host:1234/3`, { REDIS_PASSWORD: 'other' })).toMatchObject({
      name: 'rediss://host:1234',
      options: { port: 1234, db: 3, username: 'me', password: PASSWORD, tls: { servername: 'host' } },
    });
    expect(parseRedisUrl('rediss://[::1]', { REDIS_USERNAME: 'me', REDIS_PASSWORD: 'x' })).toMatchObject({
      name: 'rediss://[::1]:6379',
      options: { host: '::1', username: 'me', password: 'x', tls: {} },
    });
  });

  it.each([
    [`host:6379:${PASSWORD}`, /it begins otherwise/],
    [`http://me:${IN_URL}@host`, /it begins otherwise/],
    [`redis://me:${IN_URL}@host/data`, /number of a database/],
    [`redis:///${IN_URL}`, /names no host/],
    [`redis://me:%zz${IN_URL}@host`, /percent-encoded/],
  ])('%s is refused without being repeated', (url, reason) => {
    const read = () => parseRedisUrl(url, {});
    expect(read).toThrow(/must be a URL such as redis:\/\/host:6379/);
    expect(read).toThrow(reason);
    expect(read).not.toThrow(IN_URL);
    expect(read).not.toThrow(PASSWORD);
  });
});

describe('a server that is not there', () => {
  it('is named, and what to look at', async () => {
    const port = await freePort();
    const opened = openServer(`redis://me:${IN_URL}@127.0.0.1:${port}`);
    await expect(opened).rejects.toThrow(
      new RegExp(`^Redis at redis://127\\.0\\.0\\.1:${port} cannot be reached \\(.*ECONNREFUSED`),
    );
    await expect(opened).rejects.not.toThrow(IN_URL);
  });

  it('or says nothing is given up after ten seconds', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await expect(openServer(`rediss://127.0.0.1:${port}`)).rejects.toThrow(/no answer within 10 s/);
    silent.close();
  });
});

describe.skipIf(!hasServer)('a server with a password, behind TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inkwell-tls-'));
  const authority = join(folder, 'ca.pem');
  let server: TestServer;
  let tls: ReturnType<typeof createTlsServer>;
  let secure: string;
  beforeAll(async () => {
    server = await TestServer.start('--requirepass', PASSWORD);
    const certificate = makeCertificate();
    writeFileSync(authority, certificate.cert);
    tls = createTlsServer(certificate, (socket) => {
      const behind = connect(server.port, '127.0.0.1');
      for (const end of [socket, behind]) end.on('error', () => {});
      socket.pipe(behind).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(tls, 'listening');
    secure = `rediss://:${IN_URL}@127.0.0.1:${(tls.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    tls.close();
    await server.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(['', ':wrong@', 'nobody:wrong@'])('refuses "%s"', async (user) => {
    const opened = openServer(`redis://${user}127.0.0.1:${server.port}`);
    await expect(opened).rejects.toThrow(/refuses user and password \((NOAUTH|WRONGPASS)\); give them in/);
    await expect(opened).rejects.not.toThrow(/wrong/);
  });

  it('is not believed with a certificate that nobody vouches for', async () => {
    await expect(openServer(secure)).rejects.toThrow(/is not trusted \(self-signed certificate.*\).*NODE_EXTRA_CA/);
  });

  it('is reached by a worker that knows the authority, with the password from the environment', async () => {
    const env = { NODE_EXTRA_CA_CERTS: authority, REDIS_PASSWORD: PASSWORD };
    const machine = new Machine(['--redis', secure.replace(`:${IN_URL}@`, '')], { env });
    await machine.printed('waits for searches at rediss://127.0.0.1:');
    expect(await machine.end('SIGTERM')).toBe(0);
    expect(machine.output).not.toContain(PASSWORD);
    expect(machine.output).not.toMatch(/warning/i);
  });

  it('ends a worker with a wrong password at once, which is not printed', async () => {
    const machine = new Machine(['--redis', `redis://:secret@127.0.0.1:${server.port}`]);
    expect(await machine.end()).toBe(1);
    expect(machine.output).toMatch(/refuses user and password/);
    expect(machine.output).not.toContain('secret');
  });
});

describe.skipIf(!hasServer)('a server that throws keys away', () => {
  it('is refused, with the cure', async () => {
    const server = await TestServer.start('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
    await expect(openServer(server.url)).rejects.toThrow(
      /maxmemory-policy is allkeys-lru.*CONFIG SET maxmemory-policy noeviction/,
    );
    await server.remove();
  });
});

describe('the worker command', () => {
  it.each([
    [['--help'], 0, /^npm run worker -- --redis/],
    [[], 2, /--redis must name the server/],
    [['--redis', 'redis://host', '--concurrency', '0'], 2, /concurrency must be a whole number.*got 0/],
    [['--redis', 'redis://host', '--module', 'nowhere.ts'], 2, /nowhere\.ts/],
    [['--redis', 'nowhere'], 1, /must be a URL such as/],
    [['--rediss', 'x'], 2, /Unknown option '--rediss'/],
  ])('%j exits with %i', async (args, status, words) => {
    const machine = new Machine(args, { env: { REDIS_URL: '' } });
    expect(await machine.end()).toBe(status);
    expect(machine.output).toMatch(words);
  });
});
