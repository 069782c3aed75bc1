/**
 * A folder with thousands of leaves in seconds, for measuring plans: one leaf is really issued, the others are patched
 * from it (name, key, identifiers, serial of the same lengths) and signed by the real CA key. The plan must find
 * nothing to do in it, or the measurement is void.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { children, readAll } from '../src/x509/der.ts';
import { pemBlocks, pemText } from '../src/x509/pem.ts';
import { keyIdentifier } from '../src/x509/public-key.ts';
import { pki } from './measure.ts';

const TEMPLATE = 'server00000';

export function fleetManifest(leaves: number): string {
  const names = Array.from({ length: leaves }, (_, i) => nameOf(i));
  const servers = names.map((name) => `  ${name}: { commonName: ${name}.example.test }`);
  return [
    'version: 1\ndefaults: { validity: 1y, key: ecdsa-p256, outputs: [key, cert, fullchain, ca] }',
    'authorities:\n  root: { commonName: Root, validity: 10y }\nservers:',
    ...servers,
    '',
  ].join('\n');
}

function nameOf(i: number): string {
  return `server${String(i).padStart(5, '0')}`;
}

/** Writes manifest and output folder below `folder`. */
export function makeFleet(folder: string, leaves: number): void {
  writeFileSync(join(folder, 'pki.yaml'), fleetManifest(1));
  pki(['apply', '--skip-verify'], folder);
  const output = join(folder, 'pki');
  const caKey = createPrivateKey(readFileSync(join(output, 'authorities/root/key.pem')));
  const ca = readFileSync(join(output, 'authorities/root/ca.pem'));
  const [template] = pemBlocks(readFileSync(join(output, 'servers', TEMPLATE, 'cert.pem'), 'latin1'));
  if (template === undefined) throw new Error('there is no template');
  for (let i = 1; i < leaves; i++)
    writeLeaf(join(output, 'servers', nameOf(i)), leafFrom(template.der, nameOf(i), caKey), ca);
  writeFileSync(join(folder, 'pki.yaml'), fleetManifest(leaves));
}

function writeLeaf(folder: string, leaf: { readonly key: string; readonly cert: string }, ca: Buffer): void {
  mkdirSync(folder);
  writeFileSync(join(folder, 'key.pem'), leaf.key, { mode: 0o600 });
  writeFileSync(join(folder, 'cert.pem'), leaf.cert);
  writeFileSync(join(folder, 'fullchain.pem'), leaf.cert);
  writeFileSync(join(folder, 'ca.pem'), ca);
}

function leafFrom(template: Uint8Array, name: string, caKey: KeyObject): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [tbs, algorithm] = children(readAll(template));
  if (tbs === undefined || algorithm === undefined) throw new Error('the template is no certificate');
  const fields = children(tbs);
  const [serial, spki] = [fields[1]?.body, fields[6]?.bytes];
  if (serial === undefined || spki === undefined) throw new Error('the template lacks fields');
  const newSpki = publicKey.export({ format: 'der', type: 'spki' });
  const patches: readonly (readonly [Buffer, Buffer])[] = [
    [Buffer.from(TEMPLATE), Buffer.from(name)],
    [Buffer.from(spki), newSpki],
    [Buffer.from(keyIdentifier(spki), 'hex'), Buffer.from(keyIdentifier(newSpki), 'hex')],
    [Buffer.from(serial), positive(randomBytes(serial.length))],
  ];
  const patched = patches.reduce((bytes, [from, to]) => replaceAll(bytes, from, to), Buffer.from(tbs.bytes));
  const signature = sign('sha256', patched, caKey);
  const cert = wrap(
    0x30,
    Buffer.concat([patched, algorithm.bytes, wrap(0x03, Buffer.concat([Buffer.from([0]), signature]))]),
  );
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    cert: pemText('CERTIFICATE', cert),
  };
}

function positive(serial: Buffer): Buffer {
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function replaceAll(bytes: Uint8Array, from: Buffer, to: Buffer): Buffer<ArrayBuffer> {
  const result = Buffer.from(bytes);
  for (let at = result.indexOf(from); at !== -1; at = result.indexOf(from, at + to.length))
    to.copy(result, at);
  return result;
}

function wrap(tag: number, body: Buffer): Buffer {
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
