/** Words of other programs, and the hint for each: what this program calls it, or does instead. */

import { listed } from '../manifest/suggest.ts';
import { eachWord } from '../pki/record.ts';
import { CONSENTS } from '../plan/change.ts';

const STATUS = '"pki status" lists every certificate and the time it has left';
const APPLY = '"pki apply" makes what the manifest describes, and renews what is due';
const ENTRY = 'write it into the manifest, and "pki apply" makes it';
const REMOVE = 'take the entry out of the manifest; "pki apply --allow remove" then archives its files';
const ROTATE = '"pki rotate NAME" gives it a new key and certificate';
const PLAN = '"pki plan" shows what apply would change, and changes nothing';
const CHECK = '"pki validate" checks the manifest, "pki verify" certificates and handshakes';
const STATE =
  'there is no state but the files themselves: "pki plan" and "pki status" look at them each time';
const NIGHTLY = '"pki apply --quiet", started by cron or a timer, renews what is due: docs/recipes.md';
const ADOPT = '"pki adopt FOLDER" writes the manifest for what another tool made';
const FORMS = 'the files of an entry are those that "outputs" asks for in the manifest';
const HISTORY = '"pki history" lists every certificate ever issued';
const RECOVER = '"pki recover" finishes what an interrupted apply left, or gives it up with --discard';
const ARCHIVE =
  'keys and certificates that were replaced are in ".pki/archive" of the output folder; "pki recover --discard NAMES" takes an interrupted apply back';
const REVOKE =
  'write "crl: true" into the authority, and "pki apply" makes its list; "pki revoke NAME" shows how an entry comes onto it';
const REQUEST =
  'of somebody else’s request, "request: FILE" makes an entry; that of each other entry is its csr.pem, and "pki apply" signs it';

/** Words in place of a command, in lower case. */
export const COMMANDS_TRIED: ReadonlyMap<string, string> = new Map([
  ...eachWord(
    'list ls show info get inspect expiry expires expiration cert certs certificate certificates',
    STATUS,
  ),
  ...eachWord('renew issue make build run sync up upgrade update deploy install generate gen', APPLY),
  ...eachWord('new create add edit set key keygen genkey genrsa', ENTRY),
  ...eachWord('delete remove rm destroy down prune clean', REMOVE),
  ...eachWord('rekey re-key replace regenerate reissue taint', ROTATE),
  ...eachWord('diff preview dry-run dryrun changes', PLAN),
  ...eachWord('lint test doctor fmt format prove proof handshake', CHECK),
  ...eachWord('state refresh', STATE),
  ...eachWord('watch daemon cron schedule agent', NIGHTLY),
  ...eachWord('convert scan migrate', ADOPT),
  ...eachWord('pkcs12 p12 pfx jks der bundle chain keystore truststore output outputs', FORMS),
  ...eachWord('log logs audit ledger', HISTORY),
  ...eachWord('unlock force-unlock repair resume continue', RECOVER),
  ...eachWord('undo rollback restore backup archive', ARCHIVE),
  ...eachWord('crl gencrl gen-crl revoke-cert unrevoke', REVOKE),
  ...eachWord('csr x509', REQUEST),
  ...eachWord('setup start quickstart bootstrap ca', '"pki init" writes a manifest to begin with'),
  ...eachWord('completions autocomplete', '"pki completion SHELL" prints it'),
  ...eachWord('version', '"pki --version" prints it'),
]);

const AGREE = `apply asks only before it breaks something in use: "--allow" agrees to that, with ${listed(CONSENTS)}`;
const FILE = 'the manifest is named without an option: "pki plan FILE"';

/** Words in place of an option, with their dashes. */
export const OPTIONS_TRIED: ReadonlyMap<string, string> = new Map([
  ...eachWord('--dry-run --dryrun -n --diff --check --noop --what-if --preview', PLAN),
  ...eachWord('--yes -y --auto-approve --assume-yes --approve --confirm --non-interactive --no-input', AGREE),
  ...eachWord('--force --overwrite --renew --reissue --rekey --rotate', `${AGREE}; ${ROTATE}`),
  ...eachWord('--file -f --config -c --manifest -m --input -i', FILE),
  ...eachWord('--out -o --output --outdir --dir -d', '"output" in the manifest says where files go'),
  ...eachWord('--target -t --select --limit --name', '"--only NAMES" does what is due for these alone'),
  ...eachWord('--days --validity --expiry --ttl', '"validity" of an entry, in the manifest, says how long'),
  ...eachWord(
    '--quiet -q --silent -s',
    '"pki apply --quiet" says nothing where nothing was due; else results go to standard output, the rest to standard error',
  ),
  ...eachWord('--format --output-format -j', '"--json" prints what machines read'),
  ...eachWord('--no-color --no-colour --color --colour', 'NO_COLOR=1 switches colours off'),
  ...eachWord('--no-verify --no-proof --skip-tests --no-handshakes', '"--skip-verify" leaves the proof out'),
  ...eachWord(
    '--timeout --wait',
    '"--lock-timeout 60s" waits for another run; PKI_OPENSSL_TIMEOUT limits openssl',
  ),
  ...eachWord('--openssl --openssl-path', 'PKI_OPENSSL names the openssl program'),
  ...eachWord('--exit-code --exitcode', '"--detailed-exitcode" ends with 2 when changes are due'),
  ...eachWord('--date --at --as-of --time', '"--now TIME" looks from another moment'),
  ...eachWord('--script --shell --print-commands', '"--commands" prints the openssl commands'),
  ...eachWord('--debug --trace', 'PKI_DEBUG=1 shows the stack of an error that should not have happened'),
]);
