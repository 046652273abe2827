import { isIP } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 10_000;
/** Of Redis, and of what Valkey says that it is compatible with. */
const LEAST_VERSION = [6, 2];
/** How long a lost connection waits until it is tried again, at most. */
const LONGEST_WAIT_MS = 2000;

/** A Redis server that has answered, and how to connect to it as often as is needed. */
export interface RedisServer {
  /** `redis://host:6379`, without user and password. */
  readonly name: string;
  /** A connection of its own, which waits for a server that is gone and never ends by itself. */
  connect(): Redis;
}

/**
 * The server at a URL, asked whether it serves: `redis://host:6379`, `redis://user:password@host:6379/0`, `rediss://...` for TLS.
 * User and password may be in the environment variables REDIS_USERNAME and REDIS_PASSWORD instead. Certificates of an authority
 * of one's own: NODE_EXTRA_CA_CERTS.
 *
 * @throws Error that names host and port, never the password, where it cannot be reached within 10 s, refuses us, is older
 *   than 6.2, or may throw keys away when its memory is full.
 */
export async function openServer(url: string): Promise<RedisServer> {
  const { name, options } = parseRedisUrl(url);
  const first = listen(new Redis({ ...options, lazyConnect: true, retryStrategy: () => null }));
  let fault: Error | undefined;
  first.on('error', (error) => {
    fault ??= error;
  });
  try {
    // Not the client's own limit: a server that speaks no TLS keeps silent for ever.
    const info = await withTimeout(
      first.connect().then(() => first.info()),
      CONNECT_TIMEOUT_MS,
    );
    checkServer(name, info);
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw new ServerError(describeFailure(name, fault ?? (error as Error)));
  } finally {
    first.disconnect();
  }
  return {
    name,
    connect: () =>
      listen(
        new Redis({ ...options, maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(100 * times, LONGEST_WAIT_MS) }),
      ),
  };
}

/** An error that may be shown: no other error of the client's is, since they carry what was sent, passwords included. */
class ServerError extends Error {
  override readonly name = 'Error';
}

/** What a URL says, with what the environment adds, and the server's name for messages. */
export function parseRedisUrl(url: string, env: NodeJS.ProcessEnv = process.env): { name: string; options: RedisOptions } {
  // What came is not repeated: it may hold a password.
  const fail = (rule: string): never => {
    throw new ServerError(
      `The address of Redis must be a URL such as redis://host:6379, or rediss://host:6379 with TLS, but ${rule}.`,
    );
  };
  if (typeof url !== 'string' || !URL.canParse(url)) return fail('what was given is no URL');
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') fail('it begins otherwise');
  if (hostname === '') fail('it names no host');
  if (!/^\/?\d*$/.test(pathname)) fail(`what follows the host must be the number of a database: /0`);
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return fail('user or password are not percent-encoded as they must be: a % is %25 there');
    }
  };
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const options: RedisOptions = {
    host,
    port: port === '' ? 6379 : Number(port),
    db: Number(pathname.slice(1)),
    username: decode(username) || env.REDIS_USERNAME || undefined,
    password: decode(password) || env.REDIS_PASSWORD || undefined,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A name for servers that have several certificates; addresses are not allowed there.
    ...(protocol === 'rediss:' && { tls: isIP(host) === 0 ? { servername: host } : {} }),
  };
  return { name: `${protocol}//${hostname}:${options.port}`, options };
}

/** A connection whose errors are no uncaught exceptions: commands wait until it is back. */
function listen(redis: Redis): Redis {
  return redis.on('error', () => {});
}

function checkServer(name: string, info: string): void {
  const read = (field: string) => new RegExp(`^${field}:(.*?)\r?$`, 'm').exec(info)?.[1];
  const version = read('redis_version') ?? '0';
  const [major, minor] = version.split('.').map(Number);
  if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
    throw new ServerError(`Redis at ${name} must be version 6.2 or newer, or Valkey, but is ${version}.`);
  }
  const policy = read('maxmemory_policy') ?? 'noeviction';
  if (policy !== 'noeviction') {
    throw new ServerError(
      `Redis at ${name} must keep all keys, but its maxmemory-policy is ${policy}, which throws some away when memory is full; ` +
        'set it with `CONFIG SET maxmemory-policy noeviction`, and in redis.conf.',
    );
  }
}

function describeFailure(name: string, { message }: Error): string {
  if (/^(WRONGPASS|NOAUTH|NOPERM|ERR .*AUTH)/.test(message)) {
    return (
      `Redis at ${name} refuses user and password (${message.split(' ')[0]}); give them in the URL, ` +
      'redis://user:password@host:6379 with special characters as %40 and so on, or in REDIS_USERNAME and REDIS_PASSWORD.'
    );
  }
  if (/certificate|CERT_|altname/i.test(message)) {
    return (
      `The certificate of Redis at ${name} is not trusted (${message}); for an authority of your own start the process with ` +
      'NODE_EXTRA_CA_CERTS=/path/to/ca.pem.'
    );
  }
  return (
    `Redis at ${name} cannot be reached (${message}); see that it runs, that host and port are right and open from here, ` +
    'and that redis:// or, with TLS, rediss:// is what it speaks.'
  );
}

async function withTimeout<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}
