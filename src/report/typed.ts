/** Words of other programs, and the hint for each: what this program calls it, or does instead. */

const STATUS = '"pki status" lists every certificate and the time it has left';
const APPLY = '"pki apply" makes what the manifest describes, and renews what is due';
const ENTRY = 'write it into the manifest, and "pki apply" makes it';
const REMOVE = 'take the entry out of the manifest; "pki apply --allow remove" then archives its files';
const ROTATE = '"pki rotate NAME" gives it a new key and certificate';
const PLAN = '"pki plan" shows what apply would change, and changes nothing';
const CHECK = '"pki validate" checks the manifest, "pki verify" certificates and handshakes';
const ADOPT = '"pki adopt FOLDER" writes the manifest for what another tool made';
const FORMS = 'the files of an entry are those that "outputs" asks for in the manifest';
const HISTORY = '"pki history" lists every certificate ever issued';
const RECOVER = '"pki recover" finishes what an interrupted apply left, or gives it up with --discard';
const ARCHIVE =
  'keys and certificates that were replaced are in ".pki/archive" of the output folder; "pki recover --discard NAMES" takes an interrupted apply back';
const REVOKE =
  'there are no revocation lists yet: "pki rotate NAME" replaces a key that leaked, and a short "validity" limits how long it is good for';
const REQUEST =
  'requests from elsewhere are not signed yet; that of each entry is its csr.pem, and "pki apply" signs it';

/** Words in place of a command, in lower case. */
export const COMMANDS_TRIED: ReadonlyMap<string, string> = new Map([
  ...wordsFor(STATUS, 'list ls show info get inspect expiry expires expiration certs'),
  ...wordsFor(APPLY, 'renew issue make build run sync up deploy install generate gen'),
  ...wordsFor(ENTRY, 'new create add'),
  ...wordsFor(REMOVE, 'delete remove rm destroy down prune clean'),
  ...wordsFor(ROTATE, 'rekey re-key replace regenerate reissue'),
  ...wordsFor(PLAN, 'diff preview dry-run dryrun changes'),
  ...wordsFor(CHECK, 'check lint test doctor'),
  ...wordsFor(ADOPT, 'import convert scan migrate'),
  ...wordsFor(FORMS, 'export pkcs12 p12 jks'),
  ...wordsFor(HISTORY, 'log logs audit ledger'),
  ...wordsFor(RECOVER, 'unlock force-unlock repair resume continue'),
  ...wordsFor(ARCHIVE, 'undo rollback restore backup'),
  ...wordsFor(REVOKE, 'revoke crl ocsp'),
  ...wordsFor(REQUEST, 'sign request csr'),
  ...wordsFor('"pki init" writes a manifest to begin with', 'setup start quickstart bootstrap ca'),
  ...wordsFor('"pki completion SHELL" prints it', 'completions autocomplete'),
  ...wordsFor('"pki --version" prints it', 'version'),
]);

const AGREE =
  'apply asks only before it breaks something in use: "--allow" agrees to that, with rekey-ca, trust or remove';
const FILE = 'the manifest is named without an option: "pki plan FILE"';

/** Words in place of an option, with their dashes. */
export const OPTIONS_TRIED: ReadonlyMap<string, string> = new Map([
  ...wordsFor(PLAN, '--dry-run --dryrun -n --diff --check --noop --what-if --preview'),
  ...wordsFor(AGREE, '--yes -y --auto-approve --assume-yes --approve --confirm --non-interactive --no-input'),
  ...wordsFor(`${AGREE}; ${ROTATE}`, '--force --overwrite --renew --reissue --rekey --rotate'),
  ...wordsFor(FILE, '--file -f --config -c --manifest -m --input -i'),
  ...wordsFor('"output" in the manifest says where files go', '--out -o --output --outdir --dir -d'),
  ...wordsFor('"--only NAMES" does what is due for these alone', '--target -t --select --limit --name'),
  ...wordsFor('"validity" of an entry, in the manifest, says how long', '--days --validity --expiry --ttl'),
  ...wordsFor(
    'results go to standard output, the rest to standard error: 2>/dev/null',
    '--quiet -q --silent -s',
  ),
  ...wordsFor('"--json" prints what machines read', '--format --output-format -j'),
  ...wordsFor('NO_COLOR=1 switches colours off', '--no-color --no-colour --color --colour'),
  ...wordsFor('"--skip-verify" leaves the proof out', '--no-verify --no-proof --skip-tests --no-handshakes'),
  ...wordsFor(
    '"--lock-timeout 60s" waits for another run; PKI_OPENSSL_TIMEOUT limits openssl',
    '--timeout --wait',
  ),
  ...wordsFor('PKI_OPENSSL names the openssl program', '--openssl --openssl-path'),
  ...wordsFor('"--detailed-exitcode" ends with 2 when changes are due', '--exit-code --exitcode'),
  ...wordsFor('"--now TIME" looks from another moment', '--date --at --as-of --time'),
  ...wordsFor('"--commands" prints the openssl commands', '--script --shell --print-commands'),
  ...wordsFor('PKI_DEBUG=1 shows the stack of an error that should not have happened', '--debug --trace'),
]);

function wordsFor(hint: string, words: string): readonly (readonly [string, string])[] {
  return words.split(' ').map((word) => [word, hint] as const);
}
