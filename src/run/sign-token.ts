/** The key on a token with which a folder of requests is signed: openssl uses it there, as in an apply. */
import { opensslBinary } from '../engine/binary.ts';
import type { SigningToken } from '../engine/node-sign.ts';
import { environmentWithout } from '../engine/program.ts';
import { Tokens } from '../engine/tokens.ts';
import { parseTokenUri } from '../manifest/token.ts';
import { OutputFolder } from '../store/output-folder.ts';
import { Secrets } from '../store/secrets.ts';
import { temporaryFolder } from '../store/temporary.ts';
import { TokenKeys } from '../store/token-keys.ts';
import type { ExchangeFault } from '../words/exchange.ts';
import { UserError } from '../words/user-error.ts';

/** What such a key begins with on the command line. */
export const TOKEN_SCHEME = 'pkcs11:';

/** The one that a PIN is known by here: nothing else asks. */
const PIN = { kind: 'prompt', label: null } as const;
const ID = 'key';

/**
 * Works with the key, in a folder of its own that is gone afterwards. @param variable that holds the PIN, if one does.
 * @throws UserError where the key is not to be had.
 */
export async function withToken<T>(
  uri: string,
  { pin, variable }: { readonly pin: string; readonly variable: string | undefined },
  work: (signer: SigningToken) => Promise<T>,
): Promise<T> {
  const folder = await temporaryFolder('pki-sign-');
  const root = folder.path;
  // No `inTemporaryFolder`: the work fills another disk, such as the stick on which the requests came.
  try {
    using output = await OutputFolder.open(root);
    const secrets = new Secrets(root, { output: '.' });
    secrets.settle(PIN, { ok: true, value: pin });
    const keys = new TokenKeys();
    const tokens = new Tokens({
      root,
      own: output.own,
      binary: opensslBinary(process.env),
      name: 'sign',
      secrets,
      keys,
      environment: environmentWithout(new Set(variable === undefined ? [] : [variable])),
    });
    const holder = { id: ID, token: { uri: checkedUri(uri), pin: PIN } };
    await tokens.ask(holder);
    const fault = keys.faults.get(ID);
    if (fault !== undefined) refuse(uri, { kind: 'token', fault });
    return await work(tokens.keyOf(holder));
  } finally {
    await folder.remove();
  }
}

/** A PIN that stands in it is not repeated. */
function checkedUri(uri: string): string {
  const parsed = parseTokenUri(uri);
  if (parsed.ok) return parsed.value;
  const shown = parsed.problem.isSecret ? `${TOKEN_SCHEME}…` : uri;
  return refuse(shown, { kind: 'no-token-uri', why: parsed.problem.message });
}

function refuse(path: string, fault: ExchangeFault): never {
  throw new UserError({ kind: 'exchange', path, fault });
}
