/** One signed response: for how long it is good, what it is about, and what an error of signing means. */
import { describe, expect, it } from 'vitest';
import { OpensslError } from '../../src/engine/openssl-call.ts';
import { OtherResponse, respondAbout, respondTo, signingFault } from '../../src/run/ocsp-respond.ts';
import type { OcspSigner, SignerFiles } from '../../src/run/ocsp-signer.ts';
import type { CallEnd } from '../../src/words/openssl-call.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { encodeCertId, encodeOcspRequest } from '../../src/x509/ocsp-request.ts';
import { parseCertificate } from '../../src/x509/parse.ts';
import { publicKeyObject } from '../../src/x509/verification-key.ts';
import { anAuthority, aServer, DAY, NOW, OCSP } from '../helpers/entities.ts';
import { smallCertificate } from '../helpers/small-certificates.ts';

const CA = smallCertificate('ca');
const FACTS = parseCertificate(Buffer.from(CA.pem));
const AUTHORITY = {
  ...anAuthority({ name: 'ca' }),
  ocsp: OCSP,
};
const FILES = {
  authority: AUTHORITY,
  signer: aServer({ name: 'responder' }),
  issuer: { subjectDer: FACTS.subjectDer, spki: certificateSpki(CA.der), facts: FACTS },
  certificate: FACTS,
  verificationKey: publicKeyObject(certificateSpki(CA.der)),
} as never as SignerFiles;
const GOOD = { serial: '0a', status: { kind: 'good' } } as const;
const UNKNOWN = { serial: '0b', status: { kind: 'unknown' } } as const;

/** A signer that makes `der`, and what it was asked for. */
function aSigner(der: Buffer) {
  const asked: unknown[] = [];
  const sign = (wanted: unknown): Promise<Buffer> => {
    asked.push(wanted);
    return Promise.resolve(der);
  };
  return { signer: { files: FILES, sign } as never as OcspSigner, asked };
}

const fault = (error: unknown) => signingFault(error, FILES);
const END = NOW + DAY;

describe('a response', () => {
  it.each([
    ['a day before its signer ends', END - DAY, DAY / 60],
    ['an hour before', END - 3600, 60],
    ['in whole minutes', END - 119, 1],
    ['for one', END - 60, 1],
  ])('is signed for as long as its signer is good: %s', async (_, now, minutes) => {
    const { signer, asked } = aSigner(Buffer.from('no response'));
    const request = Buffer.from('request');
    await expect(respondTo(signer, request, [GOOD], now)).rejects.toThrow(OtherResponse);
    expect(asked).toEqual([{ request, statuses: [['0a', GOOD.status]], minutes }]);
  });

  it('is not signed where it would be good for less than a minute', async () => {
    const { signer, asked } = aSigner(Buffer.of());
    const error = await respondTo(signer, Buffer.of(), [GOOD], END - 59).catch((one: unknown) => one);
    expect([fault(error), asked]).toEqual([{ kind: 'ended', signer: 'servers/responder' }, []]);
  });

  it('that is none, or of another key, is not given to anyone', async () => {
    const { signer } = aSigner(Buffer.from('3003', 'hex'));
    const error = await respondTo(signer, Buffer.of(), [GOOD, UNKNOWN], NOW).catch((one: unknown) => one);
    expect(error).toMatchObject({ serial: '0a, 0b', message: 'openssl signed something else about 0a, 0b' });
    expect(fault(error)).toEqual({ kind: 'made-other', authority: AUTHORITY.id, serial: '0a, 0b' });
  });

  it('that no one asked for is made as to one about that number', async () => {
    const { signer, asked } = aSigner(Buffer.of());
    await respondAbout(signer, UNKNOWN, NOW).catch(() => undefined);
    const request = encodeOcspRequest(encodeCertId(FILES.issuer, '0b'));
    expect(asked).toEqual([{ request, statuses: [['0b', UNKNOWN.status]], minutes: DAY / 60 }]);
  });
});

describe('an error of signing', () => {
  const failed = (end: CallEnd) =>
    new OpensslError(end, 'openssl ocsp', { stdout: '', stderr: 'first\nlast words\n', program: 'openssl' });
  it.each<CallEnd>([
    { kind: 'exit', program: 'openssl', code: 1 },
    { kind: 'not-begun', detail: 'ENOENT' },
  ])('of openssl has its words: $kind', (end) => {
    const error = failed(end);
    const { message: problem } = error;
    expect(fault(error)).toEqual({
      kind: 'openssl',
      authority: AUTHORITY.id,
      problem,
      lastWords: 'last words',
    });
  });

  it('is none where openssl was ended, nor is any other', () => {
    for (const error of [failed({ kind: 'interrupted' }), new Error('x')])
      expect(() => fault(error)).toThrow(error);
  });
});
