/** A failure that the user can mend: the message says what is wrong, `cure` what to do. */
export class SetupError extends Error {
  /**
   * @param {string} message which rule is broken and what came instead
   * @param {string} cure
   */
  constructor(message, cure) {
    super(message);
    this.cure = cure;
  }
}

const CAUSES = [
  {
    sign: /spawn npm ENOENT/,
    cure: 'Install npm beside Node: it comes with Node from https://nodejs.org; on Debian: sudo apt install npm.',
  },
  {
    sign: /ENOSPC|No space left|Disk quota exceeded/i,
    cure: 'Free some disk space and run the command again; what is finished is kept.',
  },
  {
    sign: /(EACCES|EPERM|EROFS)[\s\S]*\/(\.npm|_cacache|_logs)\b/,
    cure: 'npm cannot write its cache. Name another folder for it, which is yours: npm_config_cache=/path/to/folder npm start.',
  },
  {
    sign: /EACCES|EPERM|EROFS|Permission denied|Read-only file system/i,
    cure: 'Make the folder named above writable for you (do not use sudo), or move the project to your home folder.',
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|Temporary failure|NewConnectionError|Connection ?(refused|reset|error|timed)|timed? ?out|ProxyError|network/i,
    cure: [
      'Check the network and run the command again; what is finished is kept.',
      'Behind a proxy set HTTPS_PROXY; with a mirror, set `registry` for npm and `index-url` for pip.',
    ].join(' '),
  },
  {
    sign: /certificate|SSL|CERT_/i,
    cure: 'If your network inspects traffic, point npm (`cafile`) and pip (`cert`) to its certificate.',
  },
  {
    sign: /do not match the hashes|EINTEGRITY/i,
    cure: 'A download is damaged or not the published file. Run the command again; if a mirror is set, check it.',
  },
  {
    sign: /npm ci.*in sync/s,
    cure: 'package-lock.json does not fit package.json: run `npm install --ignore-scripts`, then this command again.',
  },
  {
    sign: /No matching distribution|Could not find a version/i,
    cure: 'Use Python 3.11 to 3.15 (PYTHON=/path/to/python3.12 npm start); if a mirror is set, check that it is complete.',
  },
];

/**
 * The cure for what a failed command or system call printed; a general one if nothing in it is known.
 * @param {string} output
 */
export function findCure(output) {
  const known = CAUSES.find(({ sign }) => sign.test(output));
  return known?.cure ?? 'See the lines above and environment.md, "Troubles and cures"; then run the command again.';
}
