import { generateKeyPairSync, sign } from 'node:crypto';

/** One element of ASN.1 in its distinguished encoding. */
function encode(tag: number, ...content: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(content.map((part) => Buffer.from(part)));
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
}

const sequence = (...parts: Buffer[]) => encode(0x30, ...parts);
const text = (tag: number, value: string) => encode(tag, Buffer.from(value));
const toPem = (bytes: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;

/** A key and a certificate for 127.0.0.1 that it signed itself (RFC 5280), so that no private key has to lie among the tests. */
export function makeCertificate(): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = sequence(encode(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
  const commonName = sequence(encode(0x06, [0x55, 0x04, 0x03]), text(0x0c, 'Inkwell test'));
  const name = sequence(encode(0x31, commonName));
  const addresses = sequence(encode(0x87, [127, 0, 0, 1]));
  const extension = sequence(encode(0x06, [0x55, 0x1d, 0x11]), encode(0x04, addresses));
  const body = sequence(
    encode(0xa0, encode(0x02, [2])),
    encode(0x02, [1]),
    ecdsaWithSha256,
    name,
    sequence(text(0x17, '200101000000Z'), text(0x17, '491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    encode(0xa3, sequence(extension)),
  );
  const signature = encode(0x03, [0], sign('sha256', body, privateKey));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: toPem(sequence(body, ecdsaWithSha256, signature)),
  };
}
