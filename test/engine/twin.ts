/** An engine that has everything made by openssl, and asks for each thing whether node would have made the same. */
import { createPrivateKey, sign } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine.ts';
import { keyText, readKey } from '../../src/engine/node-key.ts';
import { OpensslEngine } from '../../src/engine/openssl.ts';
import type { Entity, Inventory } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import { keySpecText } from '../../src/pki/key-spec.ts';
import { type StagedFile, stagedPath } from '../../src/pki/paths.ts';
import type { EngineMake } from '../../src/plan/make.ts';
import { type Plan, planInventory } from '../../src/plan/plan.ts';
import { stepsOf } from '../../src/plan/steps.ts';
import { type Unsigned, unsignedCertificate, unsignedRequest } from '../../src/plan/unsigned.ts';
import { unsignedList } from '../../src/plan/unsigned-list.ts';
import { type Execution, execute } from '../../src/run/execute.ts';
import { Expected } from '../../src/run/expected.ts';
import { Published } from '../../src/run/published.ts';
import type { Run } from '../../src/run/run.ts';
import { Staging } from '../../src/run/staging.ts';
import { Taken } from '../../src/run/taken.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { ListRecord } from '../../src/store/observe/lists.ts';
import { observe } from '../../src/store/observe/observe.ts';
import { readBytes } from '../../src/store/observe/read.ts';
import { Reader } from '../../src/store/observe/reader.ts';
import { OutputFolder } from '../../src/store/output-folder.ts';
import { Secrets } from '../../src/store/secrets.ts';
import { readPublished } from '../../src/store/symlinks/read.ts';
import { certificateSpki } from '../../src/x509/certificate.ts';
import { crlBlocks } from '../../src/x509/crl.ts';
import { hex } from '../../src/x509/der.ts';
import { certificateDer, parseCertificate, requestDer } from '../../src/x509/parse.ts';
import { pemText } from '../../src/x509/pem.ts';
import { requestSpki } from '../../src/x509/request.ts';
import { signedParts } from '../../src/x509/signature.ts';
import { encodeSigned } from '../../src/x509/signature-write.ts';

/** One thing as both have it: what is signed in hex, or the whole text of a file. */
export interface Twins {
  /** `sign servers/api` */
  readonly what: string;
  readonly openssl: string;
  readonly node: string;
}

/** Keys that sign the same twice: their files can be compared to the last octet. */
const DETERMINISTIC = /^(rsa|ed)/;

/** Everything that carrying out the plan for `inventory` makes, twice. */
export async function twinsOf(
  binary: string,
  root: string,
  inventory: Inventory,
  options: Parameters<typeof planInventory>[2],
): Promise<{ readonly twins: readonly Twins[]; readonly execution: Execution; readonly plan: Plan }> {
  mkdirSync(root, { recursive: true });
  using output = await OutputFolder.open(root);
  // The source of every password in test/helpers/inventories.ts.
  process.env['PASSWORD'] = 'twin';
  const secrets = new Secrets(root, inventory);
  const observation = observe(root, inventory);
  const plan = planInventory(inventory, observation, options);
  const byId = byIdOf(inventory.entities);
  const changes = new Map(plan.changes.map((change) => [change.id, change]));
  const run = `twin-${plan.now}`;
  using staging = new Staging(output, run);
  const openssl = new OpensslEngine({ root, own: output.own, binary, processes: 4, run, byId }, staging);
  const twins: Twins[] = [];
  const engine: Engine = {
    atOnce: openssl.atOnce,
    async perform(make) {
      await openssl.perform(make);
      twins.push(...compare(make));
      return 'openssl';
    },
    close: () => openssl.close(),
  };

  const staged = (of: string, file: StagedFile) => bytesOf(readBytes(join(root, stagedPath(of, file, run))));
  const entityOf = (id: string): Entity => byId.get(id) ?? fail(id);
  const keyOf = (source: Extract<EngineMake, { op: 'request' }>['key']) =>
    source.isNew ? staged(source.of, 'key') : bytesOf(readPublished(root, entityOf(source.of), 'key'));

  function compare(make: EngineMake): readonly Twins[] {
    const what = `${make.op} ${make.of}`;
    switch (make.op) {
      case 'request': {
        const file = staged(make.of, 'csr');
        const key = keyOf(make.key);
        const unsigned = unsignedRequest(entityOf(make.of), make.name, requestSpki(requestDer(file)));
        const kind = keySpecText(entityOf(make.of).key);
        return [
          { what: `key of ${what}`, openssl: key.toString(), node: keyText(readKey(key)) },
          ...signedTwins(what, file, 'CERTIFICATE REQUEST', unsigned, DETERMINISTIC.test(kind) ? key : null),
        ];
      }
      case 'sign': {
        const file = staged(make.of, make.to);
        const cert = parseCertificate(file);
        const isSelf = make.by.kind === 'self';
        const signer = entityOf(make.by.kind === 'self' ? make.of : make.by.id);
        const signedWith = make.signedWith ?? keySpecText(signer.key);
        const unsigned = unsignedCertificate(entityOf(make.of), {
          issuance: make.issuance,
          issuer: isSelf ? null : parseCertificate(bytesOf(readPublished(root, signer, 'cert'))),
          signedWith,
          spki: certificateSpki(certificateDer(file)),
          serial: Buffer.from(cert.serial, 'hex'),
        });
        const key = keyOf(make.by.key);
        return signedTwins(what, file, 'CERTIFICATE', unsigned, DETERMINISTIC.test(signedWith) ? key : null);
      }
      case 'public':
        return [
          {
            what,
            openssl: staged(make.of, 'public').toString(),
            node: pemText(
              'PUBLIC KEY',
              make.key.kind === 'given' ? Buffer.from(make.key.spki, 'hex') : readKey(keyOf(make.key)).spki,
            ),
          },
        ];
      case 'crl': {
        const authority = entityOf(make.of);
        if (authority.kind !== 'authority') return fail(make.of);
        const certFile = make.isNewCertificate
          ? staged(make.of, 'cert')
          : bytesOf(readPublished(root, authority, 'cert'));
        const unsigned = unsignedList(authority, make.list, parseCertificate(certFile));
        const key = DETERMINISTIC.test(keySpecText(authority.key)) ? keyOf(make.key) : null;
        return signedTwins(what, staged(make.of, 'crl'), 'X509 CRL', unsigned, key);
      }
      case 'convert':
        // Node leaves conversions to openssl: there is nothing to compare.
        return [];
    }
  }

  const context: Run = {
    root,
    output,
    byId,
    changes,
    engine,
    staging,
    published: new Published(output, byId, changes, new Expected(observation)),
    ledger: new Ledger(output.own),
    lists: new ListRecord(root, output.own),
    taken: new Taken(inventory.entities, observation, []),
    reader: new Reader(secrets),
    flush: undefined,
    now: plan.now,
  };
  try {
    const execution = await execute(context, stepsOf(plan, inventory), { pinned: new Set() });
    return { twins, execution, plan };
  } finally {
    await engine.close();
  }
}

function signedTwins(
  what: string,
  file: Buffer,
  label: string,
  { der, algorithm }: Unsigned,
  key: Buffer | null,
): readonly Twins[] {
  const parts = signedParts(derIn(file, label));
  const tbs = { what, openssl: hex(parts.tbsDer.bytes), node: hex(der) };
  // The algorithm stands outside of what is signed as well; for ECDSA and RSASSA-PSS the signature is openssl's own.
  const signature =
    key === null || algorithm.isPss
      ? parts.signature
      : sign(algorithm.digest, Buffer.from(der), createPrivateKey(key));
  const whole = pemText(label, encodeSigned(der, algorithm, signature));
  return [tbs, { what: `file of ${what}`, openssl: file.toString('latin1'), node: whole }];
}

function derIn(file: Buffer, label: string): Uint8Array {
  if (label === 'X509 CRL') return crlBlocks(file)[0] ?? fail('no list');
  return label === 'CERTIFICATE' ? certificateDer(file) : requestDer(file);
}

function bytesOf(file: ReturnType<typeof readBytes>): Buffer {
  return file.state === 'present' ? file.facts : fail(file.state);
}

function fail(what: string): never {
  throw new Error(`the test has lost ${what}`);
}
