/** Why a file is blocked, as a clause after its name, and what to do about it. */
import { ARTIFACTS, type FileForm } from '../pki/artifact.ts';
import { unreachable } from '../pki/entity.ts';
import type { Blockage, LinkFault, LinkFinding } from '../plan/blockage.ts';
import { keyFormatHint, keyFormatText } from './key-format.ts';

/** Completes `"servers/api/key.pem" …`. */
export function blockageText(cause: Blockage): string {
  switch (cause.kind) {
    case 'unreadable':
      return `cannot be read (${cause.code})`;
    case 'closed-folder':
      return `lies in a folder that cannot be looked into (${cause.code})`;
    case 'link':
      return 'is a symbolic link';
    case 'directory':
      return 'is a directory';
    case 'not-a-file':
      return 'is not a plain file';
    case 'too-large':
      return `holds ${cause.size} bytes, and no file of ours is as large`;
    case 'not-a-folder':
      return 'lies below something that is not a folder';
    case 'linked-folder':
      return 'lies in a folder that is a symbolic link';
    case 'former':
      return `was in "${cause.path}" before, which ${blockageText(cause.cause)}`;
    case 'conflicting-key':
      return `is not the key that ${cause.entity} had, which is "${cause.other}"`;
    case 'waits-for-move':
      return `is the place of the key of ${cause.other}, which is to move as well`;
    case 'foreign-key':
      return keyFormatText(cause.format);
    case 'foreign':
      return `holds no ${CONTENTS[ARTIFACTS[cause.artifact].form]}, and this program did not make it`;
    case 'links':
      return `is published through "${cause.name}" beside it, which ${faultText(cause.fault)}`;
    default:
      return unreachable(cause);
  }
}

/** The main content of a file. */
const CONTENTS: Readonly<Record<FileForm, string>> = {
  key: 'private key',
  pkcs8: 'private key',
  request: 'certificate request',
  cert: 'certificate',
  der: 'certificate',
  public: 'public key',
  pkcs7: 'certificate',
  pem: 'private key',
  pkcs12: 'PKCS#12',
  jks: 'Java key store',
  secret: 'Secret of Kubernetes',
  'config-map': 'ConfigMap of Kubernetes',
  crl: 'revocation list',
  'roots-and-crls': 'certificate',
};

function faultText(fault: LinkFault): string {
  switch (fault.kind) {
    case 'no-link':
      return 'is not a link';
    case 'leads-out':
      return 'leads out of its folder';
    case 'no-folder':
      return 'leads to something that is not a folder';
    case 'unreadable':
      return blockageText(fault);
    default:
      return unreachable(fault);
  }
}

const MOVE_AWAY = 'move it away, or make it a readable plain file, and run again';

/** What the owner of the file at `path` can do. */
export function blockageHint(path: string, cause: Blockage): string {
  switch (cause.kind) {
    case 'unreadable':
      return ['EACCES', 'EPERM'].includes(cause.code)
        ? 'check who owns it, and run as a user who may read it'
        : MOVE_AWAY;
    case 'closed-folder':
      return 'check who owns the folder and what its mode is, and run again';
    case 'former':
      return 'check who owns that, and run as a user who may read it';
    case 'conflicting-key':
      return `move "${path}" away, and "${cause.other}" comes along; or move that away to go on with the other`;
    case 'waits-for-move':
      return 'change one of them at a time, with "pki apply" in between';
    case 'foreign-key':
      return keyFormatHint(cause.format);
    case 'foreign':
      return 'give the entry another "folder" or other "files"; or move the file away, if it is not needed, and run again';
    case 'links':
      return `put "${cause.name}" right or move it away, and run again`;
    case 'link':
    case 'directory':
    case 'not-a-file':
    case 'too-large':
    case 'not-a-folder':
    case 'linked-folder':
      return MOVE_AWAY;
    default:
      return unreachable(cause);
  }
}

const IS: Readonly<Record<LinkFinding['is'], string>> = {
  'left-over': 'is left over',
  dangling: 'leads nowhere',
  missing: 'is missing',
  'plain-file': 'is a plain file',
  link: 'is a link',
};

/** `"..data" is missing, "..v-1" is left over`; empty where nothing is wrong. */
export function findingsText(findings: readonly LinkFinding[]): string {
  return findings.map(({ name, is }) => `"${name}" ${IS[is]}`).join(', ');
}
