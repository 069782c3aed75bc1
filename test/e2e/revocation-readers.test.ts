// Revocation lists read by libraries that did not make them, and by a linter: those of the key of today and of a former one.
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { runProgram } from '../helpers/cli.ts';
import { temporaryFolder } from '../helpers/folders.ts';
import { openssl } from '../helpers/openssl.ts';
import { copyOf, itNeeds, Project, put } from './project.ts';

const MANIFEST = `version: 1
defaults: { key: ecdsa-p256 }
authorities:
  root: { commonName: Root, key: rsa-2048, crl: true }
  issuing: { commonName: Issuing, issuer: root, crl: true }
clients: { alice: { issuer: issuing }, bob: { issuer: issuing }, carol: { issuer: root } }
`;

/** As it was before the rotation, and as it is: alice and carol are revoked. */
let made: Project;
let rolled: Project;
beforeAll(async () => {
  made = new Project(MANIFEST);
  await made.apply();
  rolled = copyOf(made);
  await rolled.pki(['rotate', 'issuing', '--allow', 'rekey-ca', '--skip-verify']);
  rolled.write(MANIFEST.replaceAll(/(alice|carol): \{/g, '$1: { revoked: keyCompromise,'));
  await rolled.applyByCommand('--allow', 'revoke');
});

const cert = (project: Project, id: string): string => project.path(id, 'cert.pem');
const list = (name: string): string => rolled.path('authorities', name);

/** List, its issuer, a certificate, and whether that is on it. */
const asked = () =>
  [
    [list('root/crl.pem'), cert(made, 'authorities/root'), cert(made, 'clients/carol'), true],
    [list('root/crl.pem'), cert(made, 'authorities/root'), cert(made, 'authorities/issuing'), false],
    [list('issuing/former-crls.pem'), cert(made, 'authorities/issuing'), cert(made, 'clients/alice'), true],
    [list('issuing/former-crls.pem'), cert(made, 'authorities/issuing'), cert(made, 'clients/bob'), false],
    [list('issuing/crl.pem'), cert(rolled, 'authorities/issuing'), cert(made, 'clients/alice'), true],
    [list('issuing/crl.pem'), cert(rolled, 'authorities/issuing'), cert(rolled, 'clients/bob'), false],
  ] as const;
const argumentsOf = () => asked().flatMap(([crl, issuer, of]) => [crl, issuer, of]);
const verdicts = () => asked().map(([, , , isOn]) => (isOn ? 'revoked KEY_COMPROMISE' : 'good'));

const JAVA = `
import java.io.*; import java.security.cert.*;
public class Lists {
  public static void main(String[] args) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (int i = 0; i < args.length; i += 3) {
      X509CRL crl; X509Certificate issuer, cert;
      try (InputStream in = new FileInputStream(args[i])) { crl = (X509CRL) factory.generateCRL(in); }
      try (InputStream in = new FileInputStream(args[i + 1])) { issuer = (X509Certificate) factory.generateCertificate(in); }
      try (InputStream in = new FileInputStream(args[i + 2])) { cert = (X509Certificate) factory.generateCertificate(in); }
      crl.verify(issuer.getPublicKey());
      if (crl.hasUnsupportedCriticalExtension()) throw new Exception("critical");
      X509CRLEntry entry = crl.getRevokedCertificate(cert.getSerialNumber());
      System.out.println(entry == null ? "good" : "revoked " + entry.getRevocationReason());
    }
  }
}
`;

const GO = `
package main

import ("crypto/x509"; "encoding/pem"; "fmt"; "os")

func read(path string) []byte {
  data, err := os.ReadFile(path)
  if err != nil { panic(err) }
  block, _ := pem.Decode(data)
  return block.Bytes
}

func main() {
  for i := 1; i < len(os.Args); i += 3 {
    list, err := x509.ParseRevocationList(read(os.Args[i]))
    if err != nil { panic(err) }
    issuer, err := x509.ParseCertificate(read(os.Args[i + 1]))
    if err != nil { panic(err) }
    if err := list.CheckSignatureFrom(issuer); err != nil { panic(err) }
    cert, err := x509.ParseCertificate(read(os.Args[i + 2]))
    if err != nil { panic(err) }
    said := "good"
    for _, entry := range list.RevokedCertificateEntries {
      if entry.SerialNumber.Cmp(cert.SerialNumber) == 0 && entry.ReasonCode == 1 { said = "revoked KEY_COMPROMISE" }
    }
    fmt.Println(said)
  }
}
`;

describe('reads every list, and who is on it', () => {
  itNeeds(['java', 'javac'], 'Java', async () => {
    const source = join(temporaryFolder(), 'Lists.java');
    put(source, JAVA);
    const run = await runProgram('java', [source, ...argumentsOf()]);
    expect(run.stderr).toBe('');
    expect(run.stdout.trim().split('\n')).toEqual(verdicts());
  });

  itNeeds(['go'], 'Go', async () => {
    const source = join(temporaryFolder(), 'lists.go');
    put(source, GO);
    const env = { GOFLAGS: '-mod=mod', GOPROXY: 'off', GO111MODULE: 'off' };
    const run = await runProgram('go', ['run', source, ...argumentsOf()], { env });
    expect(run.stderr).toBe('');
    expect(run.stdout.trim().split('\n')).toEqual(verdicts());
  });

  itNeeds(['certutil', 'crlutil'], 'NSS', async () => {
    const db = temporaryFolder();
    const nss = (program: string, ...args: readonly string[]) =>
      runProgram(program, [...args, '-d', `sql:${db}`]);
    await nss('certutil', '-N', '--empty-password');
    await nss('certutil', '-A', '-n', 'root', '-t', 'CT,,', '-i', cert(rolled, 'authorities/root'));
    await nss('certutil', '-A', '-n', 'issuing', '-t', ',,', '-i', cert(made, 'authorities/issuing'));
    for (const [name, project] of [
      ['alice', made],
      ['bob', made],
      ['carol', made],
    ] as const)
      await nss('certutil', '-A', '-n', name, '-t', ',,', '-i', cert(project, `clients/${name}`));
    const judged = async (name: string): Promise<string> => {
      const run = await nss('certutil', '-V', '-u', 'C', '-e', '-n', name);
      return run.code === 0 ? 'valid' : run.stderr + run.stdout;
    };
    expect([await judged('alice'), await judged('carol')]).toEqual(['valid', 'valid']);
    // One list for each name is what NSS keeps: here that of the former key.
    for (const path of ['root/crl.pem', 'issuing/former-crls.pem']) {
      const der = join(db, path.replace('/', '-'));
      await openssl(['crl', '-in', list(path), '-outform', 'DER', '-out', der]);
      expect(await nss('crlutil', '-I', '-i', der)).toMatchObject({ code: 0 });
    }
    expect(await judged('bob')).toBe('valid');
    for (const name of ['alice', 'carol']) expect(await judged(name)).toContain('revoked');
  });
});

itNeeds(['lint_crl'], 'pkilint finds nothing wrong with any of them', async () => {
  for (const [path, type] of [
    ['root/crl.pem', 'ARL'],
    ['issuing/crl.pem', 'CRL'],
    ['issuing/former-crls.pem', 'CRL'],
  ] as const) {
    const run = await runProgram('lint_crl', ['lint', '-t', type, '-p', 'PKIX', '-s', 'NOTICE', list(path)]);
    expect([path, run.code, run.stdout.trim()]).toEqual([path, 0, '']);
  }
});
