/** What is in the way that only the user can remove, and what to do about it. */
import { shownWord } from '../openssl/shell.ts';
import { unreachable } from '../pki/entity.ts';
import type { Blockage } from '../plan/blockage.ts';
import type { Advice } from './advice.ts';
import { blockageText } from './blockage.ts';
import { type CallProblem, callProblemText } from './call-problem.ts';
import { type ExchangeFault, exchangeText } from './exchange.ts';
import { few } from './few.ts';
import { type SampleFault, sampleFaultText } from './sample.ts';
import { type SavedPlanFault, savedPlanText } from './saved-plan.ts';
import { type SealFault, sealingText } from './sealing.ts';

/** The causes of a UserError (store/user-error.ts), each with what its words need; paths are absolute. */
export type UserProblem =
  /** In the place of a folder of this program's own stands a link, or a file. */
  | { readonly kind: 'own-folder'; readonly path: string; readonly isLink: boolean }
  | { readonly kind: 'lock'; readonly path: string; readonly cause: Blockage }
  /** A folder or file of this program's own belongs to a user that is not trusted; `setting` names those that are. */
  | { readonly kind: 'foreign-owner'; readonly path: string; readonly uid: number; readonly setting: string }
  /** Nothing keeps others out, because the file system has no modes. */
  | { readonly kind: 'no-modes'; readonly path: string; readonly mode: number }
  /** The file system has no symbolic links. */
  | { readonly kind: 'no-symlinks'; readonly path: string }
  /** Others may write into a folder of this program's own. */
  | { readonly kind: 'open-to-others'; readonly path: string; readonly mode: number }
  /** A repository decides what is in a folder of this program's own. */
  | { readonly kind: 'tracked'; readonly path: string }
  /** A repository decides where the output folder is, and that is outside of it. */
  | { readonly kind: 'tracked-link'; readonly path: string }
  /** Another user made it, in a folder that is not that user's. */
  | { readonly kind: 'foreign-link'; readonly path: string; readonly uid: number }
  /** The output folder is in a folder of git; `real` is where it is once links are followed. */
  | { readonly kind: 'inside-git'; readonly path: string; readonly real: string }
  /** Not a plain file of this program. */
  | { readonly kind: 'in-the-way'; readonly path: string; readonly cause: Blockage }
  | { readonly kind: 'ledger'; readonly path: string; readonly cause: Blockage }
  | {
      readonly kind: 'ledger-line';
      readonly path: string;
      readonly line: number;
      readonly fault: 'no-json' | 'no-entry';
    }
  /** The list of moves in a commit folder; without a cause it can be read, but is not such a list. */
  | { readonly kind: 'order'; readonly path: string; readonly cause?: Blockage }
  | { readonly kind: 'no-adoptable-folder'; readonly folder: string }
  | { readonly kind: 'no-manifest-folder'; readonly folder: string }
  /** A manifest in `place` has no name for the folder; one at `beside` has. `why` is what validating says. */
  | {
      readonly kind: 'indescribable';
      readonly folder: string;
      readonly place: string;
      readonly why: string;
      readonly beside: string;
    }
  /** In the place of files of an export are some that no export wrote, or that were changed since. */
  | { readonly kind: 'foreign-export'; readonly folder: string; readonly paths: readonly string[] }
  /** The folder of an export holds one to something else, or its list cannot be read. */
  | { readonly kind: 'other-export'; readonly path: string }
  /** A sample of what another engine issues. */
  | { readonly kind: 'sample'; readonly fault: SampleFault }
  /** A Secret of an export that was to be sealed. */
  | { readonly kind: 'sealing'; readonly path: string; readonly fault: SealFault }
  /** A program that is asked for users and groups did not answer. */
  | { readonly kind: 'no-answer'; readonly program: string; readonly name: string }
  | { readonly kind: 'nothing-to-verify'; readonly root: string }
  /** A server of this program cannot listen where it should; the code is the system's. */
  | { readonly kind: 'cannot-listen'; readonly host: string; readonly port: number; readonly code: string }
  /** A folder, or a file in it, by which requests go to another machine and come back. */
  | { readonly kind: 'exchange'; readonly path: string; readonly fault: ExchangeFault }
  /** A file with a saved plan, or that was to become one. */
  | { readonly kind: 'saved-plan'; readonly path: string; readonly fault: SavedPlanFault }
  /** What a program asked for by name: no entity has that name, or several have. */
  | { readonly kind: 'no-such-leaf'; readonly name: string; readonly ids: readonly string[] }
  | { readonly kind: 'no-credentials'; readonly entity: string }
  /** The folder for temporary files takes none; the code is the system's. */
  | { readonly kind: 'no-temporary-folder'; readonly path: string; readonly code: string }
  | CallProblem;

/** Both lines of the error. */
export function problemText(problem: UserProblem): Advice {
  switch (problem.kind) {
    case 'own-folder':
      return {
        problem: `"${problem.path}" ${problem.isLink ? 'is a symbolic link' : 'is not a folder'}`,
        hint: 'private keys pass through it: move it away',
      };
    case 'lock':
      return lockText(problem.path, problem.cause);
    case 'exchange':
      return exchangeText(problem.path, problem.fault);
    case 'saved-plan':
      return savedPlanText(problem.path, problem.fault);
    case 'sample':
      return sampleFaultText(problem.fault);
    case 'sealing':
      return sealingText(problem.path, problem.fault);
    case 'foreign-owner':
      return {
        problem: `"${problem.path}" belongs to another user (uid ${problem.uid}), and what is in it would be relied on`,
        hint: `run as that user; or, if you trust that user as yourself, with ${problem.setting}=${problem.uid}`,
      };
    case 'no-modes':
      return {
        problem: `"${problem.path}" stays open to others (mode ${problem.mode.toString(8)}), because its file system has no modes or does not change them`,
        hint: 'put the output folder on another disk, or mount that one so that it is closed (WSL: "metadata", FAT and SMB: "umask=077")',
      };
    case 'no-symlinks':
      return {
        problem: `"${problem.path}" is on a file system without symbolic links, and "publish: symlinks" needs them`,
        hint: 'write "publish: files", or put the output folder on another disk',
      };
    case 'open-to-others':
      return {
        problem: `"${problem.path}" is open to others (mode ${(problem.mode & 0o7777).toString(8)})`,
        hint: `look at what they put there, and close it: chmod go-w ${shownWord(problem.path)}`,
      };
    case 'tracked':
      return {
        problem: `"${problem.path}" is tracked by git, so anyone who can write to the repository decides what is in it`,
        hint: `look at what is in it; then "git rm -r --cached ${shownWord(problem.path)}" makes it yours alone, and without it a new one is made`,
      };
    case 'tracked-link':
      return {
        problem: `"${problem.path}" is a link that is tracked by git and leads out of the repository`,
        hint: `look at where it leads: keys would go there; "git rm --cached ${shownWord(problem.path)}" makes it yours alone`,
      };
    case 'foreign-link':
      return {
        problem: `"${problem.path}" is a link that another user (uid ${problem.uid}) made in a folder that is not that user's`,
        hint: 'look at where it leads: keys would go there; name another output folder, or make the link yourself',
      };
    case 'inside-git':
      return {
        problem: `"${problem.path}" leads into the folder of git ("${problem.real}"), whose files are settings and programs`,
        hint: 'name another output folder, or move the link away',
      };
    case 'in-the-way':
      return { problem: `"${problem.path}" ${blockageText(problem.cause)}`, hint: MOVE_AWAY };
    case 'ledger':
      return ledgerText(problem.path, problem.cause);
    case 'ledger-line':
      return {
        problem: `"${problem.path}" line ${problem.line} is ${problem.fault === 'no-json' ? 'not JSON' : 'no entry'}: another program wrote there`,
        hint: 'remove that line, or fix it',
      };
    case 'order':
      return orderText(problem.path, problem.cause);
    case 'no-adoptable-folder':
      return {
        problem: `there is no folder "${problem.folder}"`,
        hint: 'name the folder that holds the keys and certificates',
      };
    case 'no-manifest-folder':
      return {
        problem: `there is no folder "${problem.folder}" to write into`,
        hint: 'make it first',
      };
    case 'indescribable':
      return {
        problem: `a manifest in "${problem.place}" cannot describe "${problem.folder}": ${problem.why}`,
        hint: `write it beside the folder: "--write ${shownWord(problem.beside)}"`,
      };
    case 'no-such-leaf':
      return {
        problem:
          problem.ids.length === 0
            ? `no server, client or peer of the manifest is called "${problem.name}"`
            : `"${problem.name}" could be several entities`,
        hint:
          problem.ids.length === 0
            ? 'name one as the manifest does'
            : `name one of ${problem.ids.join(', ')}`,
      };
    case 'no-credentials':
      return {
        problem: `"${problem.entity}" has no key, certificate or trusted roots that can be read`,
        hint: 'run "pki apply" first',
      };
    case 'foreign-export':
      return {
        problem: `"${problem.folder}" holds ${few(problem.paths.map((path) => `"${path}"`))}, which no export left there like that`,
        hint: 'move away what is yours, or export into another folder with --to',
      };
    case 'other-export':
      return {
        problem: `"${problem.path}" is not the list of such an export`,
        hint: 'export into another folder with --to, or remove this one',
      };
    case 'no-answer':
      return {
        problem: `"${problem.program}" does not say who "${problem.name}" is`,
        hint: 'check that the directory service of this host answers, or write the number',
      };
    case 'nothing-to-verify':
      return {
        problem: `"${problem.root}" holds no certificate of this manifest`,
        hint: 'run "pki apply" first',
      };
    case 'cannot-listen':
      return {
        problem: `nothing can listen on ${problem.host}:${problem.port} (${problem.code})`,
        hint: 'name another port, such as 127.0.0.1:0 for one that is free, or end what listens there',
      };
    case 'no-temporary-folder':
      return {
        problem: `nothing can be put into "${problem.path}", the folder for temporary files (${problem.code})`,
        hint: 'name another in TMPDIR, such as TMPDIR=/var/tmp, or make room in it',
      };
    case 'openssl-fails':
    case 'no-request':
      return callProblemText(problem);
    default:
      return unreachable(problem);
  }
}

const MOVE_AWAY = 'move it away: a file of this program belongs there';

function ledgerText(path: string, cause: Blockage): Advice {
  const hint =
    cause.kind === 'unreadable'
      ? 'run as a user who may read it'
      : 'move it away: the list of all certificates belongs there';
  return { problem: `"${path}" ${blockageText(cause)}`, hint };
}

function lockText(path: string, cause: Blockage): Advice {
  const hint =
    cause.kind === 'unreadable'
      ? 'another run may hold it: check who owns it, and run as a user who may read it'
      : 'move it away: the lock of a run belongs there';
  return { problem: `"${path}" ${blockageText(cause)}`, hint };
}

function orderText(path: string, cause: Blockage | undefined): Advice {
  const what = cause === undefined ? 'does not say where the files beside it belong' : blockageText(cause);
  return {
    problem: `"${path}" ${what}`,
    hint: 'its folder holds new files that were not put in place: look at them, move the folder away, and run "pki apply" again',
  };
}
