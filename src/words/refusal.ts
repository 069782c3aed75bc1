/** Why a plan will not touch an entity, and what its owner can do about it. */
import { shownWord } from '../openssl/shell.ts';
import { ARTIFACTS } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import { COMMIT_FOLDER } from '../pki/paths.ts';
import { visible } from '../pki/printable.ts';
import { secretSourceText } from '../pki/secret-source.ts';
import type { KeyClosure, Refusal, VouchingFault } from '../plan/blockage.ts';
import type { Advice } from './advice.ts';
import { blockageHint, blockageText } from './blockage.ts';
import { SECRET_HINTS, secretFaultText } from './secret.ts';
import { tokenText } from './token.ts';

/** Both as `pki-plan` of docs/json.md has them. */
export function refusalText(refusal: Refusal): Advice {
  switch (refusal.kind) {
    case 'blocked':
      return {
        problem: `"${refusal.path}" ${blockageText(refusal.cause)}`,
        hint: blockageHint(refusal.path, refusal.cause),
      };
    case 'encrypted':
      return closedKeyText(refusal.path, refusal.why);
    case 'given-key':
      return {
        problem: `the request "${visible(refusal.path)}" of ${refusal.entity} is for the private key of ${refusal.authority}, with which it could sign anything`,
        hint: 'ask its owner for a request that is made with a key of its own',
      };
    case 'anchor':
      return {
        problem: `"${refusal.entity}" has its key elsewhere, where others replace it`,
        hint: `put its next certificate into "${visible(refusal.path)}" when they have made one`,
      };
    case 'bridge':
      return {
        problem: `"${refusal.entity}" is a further certificate of ${refusal.of}, and has its key`,
        hint: refusal.isShown
          ? `put the next certificate of "${refusal.of}" in place when it has one for another key; this one follows`
          : `give "${refusal.of}" a new key: "pki rotate ${shownWord(refusal.of)}"; this one follows`,
      };
    case 'bridge-name':
      return {
        problem: `"${refusal.entity}" cannot have the name of ${refusal.of}, which mixes string types in a way that openssl is not asked for`,
        hint: `leave "crossSignedBy" of ${refusal.of} out: chains are found by the octets of a name`,
      };
    case 'renamed-links':
      return {
        problem: `the ${ARTIFACTS[refusal.artifact].file} of ${refusal.entity} is behind links, which cannot be renamed in their folder`,
        hint: 'give the entry another "folder" together with its new "files"',
      };
    case 'unvouched':
      return unvouchedText(refusal);
    case 'too-many':
      return {
        problem: `${refusal.entity} would have ${refusal.count} ${refusal.holds === 'roots' ? 'trusted certificates' : 'authorities between'}, and "split" has ${refusal.room} files for them`,
        hint: `leave "split" out and use ${refusal.holds === 'roots' ? '"ca"; "pki retire" ends the trust in certificates that a root had before' : '"chain"'}`,
      };
    case 'no-account':
      return {
        problem: `${refusal.at}: there is no ${refusal.of === 'owner' ? 'user' : 'group'} "${refusal.name}" on this host`,
        hint: `create it first, or write another "${refusal.of}"`,
      };
    case 'no-right':
      return {
        problem: `${refusal.at}: files cannot be given to ${refusal.of === 'owner' ? 'user' : 'group'} "${refusal.name}"`,
        hint:
          refusal.of === 'owner'
            ? 'run as root; only root gives files to other users'
            : 'run as root, or as a member of the group who owns the files',
      };
    case 'no-secret':
      return {
        problem: `${refusal.at}: ${lackedText(refusal)}: ${secretFaultText(refusal.source, refusal.fault)}`,
        hint: SECRET_HINTS[refusal.fault.kind],
      };
    case 'token':
      return tokenText(refusal);
    case 'token-kind':
      return {
        problem: `${refusal.at}: the key of ${refusal.entity} on its token is ${refusal.found}, and the manifest states ${refusal.wanted}`,
        hint: `write "kind: ${refusal.found}" beside "pkcs11", or name another key`,
      };
    case 'token-same':
      return {
        problem: `${refusal.at}: the token still shows the key of ${refusal.entity} that its certificate is for`,
        hint: 'make another key on the token, and name it in "pkcs11"; "pki rotate" then takes it into use',
      };
    case 'unfinished':
      return {
        problem: `the new files of ${refusal.entity} cannot be put in place: ${refusal.why}`,
        hint: `fix the cause and run again; or give the new files up, which are below "${COMMIT_FOLDER}": "pki recover --discard ${shownWord(refusal.entity)}"`,
      };
    default:
      return unreachable(refusal);
  }
}

function lackedText({ isPin, artifact, entity }: Extract<Refusal, { kind: 'no-secret' }>): string {
  if (isPin) return `no PIN for the token of ${entity}`;
  return `no ${artifact === 'key' ? 'passphrase' : 'password'} for the ${ARTIFACTS[artifact].file} of ${entity}`;
}

function closedKeyText(path: string, why: KeyClosure): Advice {
  switch (why.kind) {
    case 'unstated':
      return {
        problem: `"${path}" is encrypted, and the manifest states no passphrase for it`,
        hint: 'state "passphrase: prompt", or another source; or "previousPassphrase: prompt" to have it decrypted',
      };
    case 'other':
      return {
        problem: `"${path}" is encrypted, and the stated passphrase does not open it`,
        hint: 'state the one that does; to change it, state that as "previousPassphrase" beside the new "passphrase"',
      };
    case 'no-secret':
      return {
        problem: `"${path}" is encrypted, and its passphrase is not to be had: ${secretFaultText(secretSourceText(why.source), why.fault)}`,
        hint: SECRET_HINTS[why.fault.kind],
      };
    default:
      return unreachable(why);
  }
}

function unvouchedText({ entity, authority, path, fault }: Extract<Refusal, { kind: 'unvouched' }>): Advice {
  const again = `move "${path}" away to have it issued again, with the same key and`;
  switch (fault.kind) {
    case 'name-constraints':
      return {
        problem: `the name constraints of ${authority} exclude ${fault.names.map((name) => `"${name}"`).join(', ')} of ${entity}: ${constraintsText(fault)}`,
        hint: `choose names that it allows, or ${again} without constraints`,
      };
    case 'path-length':
      return {
        problem: `the certificate of ${authority} allows ${fault.pathLength === 0 ? 'no authority' : `no more than ${fault.pathLength} authorities in line`} below it, and ${entity} is one more (path length)`,
        hint: `first carry out what is planned for ${authority}, or ${again} its path length of the manifest`,
      };
    case 'no-authority':
      return {
        problem: `the certificate of ${authority} may not sign certificates, such as that of ${entity}`,
        hint: `first carry out what is planned for ${authority}, or ${again} the usages of an authority`,
      };
    case 'policy':
      return {
        problem: `the certificate of ${authority} demands a certificate policy of ${entity}, and it would have none that all above it have`,
        hint: `state "policies" for it, or ${again} without that demand`,
      };
    default:
      return unreachable(fault);
  }
}

function constraintsText({
  permitted,
  excluded,
}: Extract<VouchingFault, { kind: 'name-constraints' }>): string {
  const lists = [
    ...(permitted.length === 0 ? [] : [`permitted ${permitted.join(', ')}`]),
    ...(excluded.length === 0 ? [] : [`excluded ${excluded.join(', ')}`]),
  ];
  return lists.join('; ');
}
