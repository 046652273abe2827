import { describe, expect, it } from 'vitest';
import { findCure } from '../../../scripts/setup/setup-error.mjs';

describe('findCure', () => {
  it.each([
    ['npm error code ECONNREFUSED', 'network'],
    ['Failed to establish a new connection: [Errno -3] Temporary failure in name resolution', 'network'],
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', 'disk space'],
    ["EROFS: read-only file system, mkdir '/mnt/inkwell/.setup.lock'", 'writable'],
    ["EACCES: permission denied, open '/srv/inkwell/.setup.lock'", 'writable'],
    ['npm ERR! code EACCES\nnpm ERR! path /home/ada/.npm/_cacache/tmp', 'npm_config_cache='],
    ['certificate verify failed: unable to get local issuer certificate', 'certificate'],
    ['ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE', 'not the published file'],
    ['npm error `npm ci` can only install packages when your package.json and\nlock are in sync', 'npm install'],
    ['something nobody has seen', 'environment.md'],
  ])('knows %j', (output, cure) => {
    expect(findCure(output)).toContain(cure);
  });
});
