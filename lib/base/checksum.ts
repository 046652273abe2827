import { crc32 } from 'node:zlib';

/** One checksum (CRC-32, eight hexadecimal digits) of several arrays. */
export function checksumOf(...arrays: readonly ArrayBufferView[]): string {
  let checksum = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    checksum = crc32(new Uint8Array(buffer, byteOffset, byteLength), checksum);
  }
  return checksum.toString(16).padStart(8, '0');
}
