/** Entries whose key is elsewhere: what their certification request is, and what it asks for in vain. */
import { parseKeyName, parseRsaSize } from '../manifest/key.ts';
import type { Parsed } from '../manifest/problem.ts';
import type { Report } from '../manifest/report.ts';
import { messageOf } from '../pki/errors.ts';
import type { KeySpec } from '../pki/key-spec.ts';
import { quote, visible } from '../pki/printable.ts';
import type { SideFiles } from '../pki/side-file.ts';
import { onlyRequest } from '../x509/parse.ts';
import { pemText } from '../x509/pem.ts';
import { type RequestContent, requestContent } from '../x509/request.ts';
import { draftText, type LeafDraft } from './draft.ts';
import { sideFaultHint, sideFaultText } from './side-fault.ts';

/**
 * The draft with the key that its request is for. Mistakes are reported where the request is named.
 */
export function withRequest(draft: LeafDraft, files: SideFiles, report: Report): LeafDraft {
  const { request: path } = draft.settings;
  if (path === undefined || !draft.isKnown('request')) return draft;
  checkSettings(draft, report);
  const found = contentOf(path, files);
  const spec = found.ok ? specOf(found.value) : found;
  if (found.ok && spec.ok) {
    const { pem, key } = found.value;
    const keyPlace = { kind: 'request', path, pem, key, ignored: [] } as const;
    const { passphrase: _, previousPassphrase: __, ...settings } = draft.settings;
    return { ...draft, settings, key: spec.value, keyPlace, given: found.value };
  }
  if (!spec.ok) report.error({ ...spec.problem, at: draft.at('request') });
  return draft;
}

/** What only a key that is made here can have. */
function checkSettings(draft: LeafDraft, report: Report): void {
  if (draft.says('key'))
    report.error({
      code: 'request',
      at: draft.at('key'),
      message: `${draftText(draft)} has a "key" beside "request", which brings its own`,
      hint: 'leave out "key" where its owner makes the key, or "request" where it is to be made here',
    });
  if (draft.says('passphrase'))
    report.error({
      code: 'request',
      at: draft.at('passphrase'),
      message: `${draftText(draft)} has a "passphrase" beside "request": its key is not here`,
      hint: 'leave "passphrase" out',
    });
  if (draft.says('rotateKey') && draft.settings.rotateKey)
    report.error({
      code: 'request',
      at: draft.at('rotateKey'),
      message: `${draftText(draft)} has "rotateKey" beside "request": its key is not made here`,
      hint: 'leave "rotateKey" out: a new request file brings a new key',
    });
}

const BESIDE = 'name a certification request beside the manifest, or below its folder';

type Found = RequestContent & { readonly pem: string };

function contentOf(path: string, files: SideFiles): Parsed<Found> {
  const file = files.read(path);
  if (!file.ok) return wrong(path, sideFaultText(file.fault), sideFaultHint(file.fault, path, BESIDE));
  try {
    const der = onlyRequest(file.bytes);
    return checked(path, { ...requestContent(der), pem: pemText('CERTIFICATE REQUEST', der) });
  } catch (error) {
    const what = visible(messageOf(error));
    return wrong(
      path,
      `cannot be read: ${what}`,
      'ask for a PKCS#10 request in PEM or DER, as "openssl req -new" makes it',
    );
  }
}

function checked(path: string, content: Found): Parsed<Found> {
  const { signature, signatureFits } = content;
  const hint =
    'ask its owner for another one: the signature shows that the sender has the private key (RFC 2986 §1)';
  if (!signature.isCheckable)
    return wrong(path, `has a signature that cannot be checked: ${signature.name}`, hint);
  if (!signatureFits) return wrong(path, 'has a signature that its own key did not make', hint);
  if (/sha1|md5/i.test(signature.name)) return wrong(path, `has a weak signature: ${signature.name}`, hint);
  return { ok: true, value: content };
}

function specOf({ spec }: RequestContent): Parsed<KeySpec> {
  const [, pss, bits] = /^rsa-(pss-)?(\d+)$/.exec(spec) ?? [];
  if (bits === undefined) return known(parseKeyName(spec), spec);
  const size = parseRsaSize(Number(bits));
  return known(
    size.ok
      ? { ok: true, value: { algorithm: pss === undefined ? 'rsa' : 'rsa-pss', size: size.value } }
      : size,
    spec,
  );
}

function known(found: Parsed<KeySpec>, spec: string): Parsed<KeySpec> {
  if (found.ok) return found;
  const hint = 'ask its owner for a request with another key, such as ecdsa-p256 or rsa-3072';
  const message = `the request has a key of kind ${quote(spec)}, which is refused here`;
  return { ok: false, problem: { code: 'request', message, hint } };
}

function wrong(path: string, what: string, hint: string): Parsed<never> {
  return { ok: false, problem: { code: 'request', message: `request ${quote(path)} ${what}`, hint } };
}
