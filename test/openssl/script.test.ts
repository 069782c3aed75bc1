/** The script of a plan beside its openssl calls: what it does with files, owners, passwords and objects, line by line. */
import { expect, it } from 'vitest';
import { planScript } from '../../src/openssl/script.ts';
import { bundleLines } from '../../src/openssl/script-bundles.ts';
import type { Inventory } from '../../src/pki/entity.ts';
import { byIdOf } from '../../src/pki/issuers.ts';
import type { Ownership } from '../../src/pki/ownership.ts';
import type { Work } from '../../src/plan/change.ts';
import type { Accounts, Observation } from '../../src/plan/observation.ts';
import { planInventory } from '../../src/plan/plan.ts';
import { loadManifest } from '../../src/resolve/load.ts';
import { anAuthority, anInventory, aServer, flatPlan, NOW, World } from '../helpers/entities.ts';

const ACCOUNTS: Accounts = {
  users: new Map([['web', 33]]),
  groups: new Map([['ssl', 70]]),
  own: { uid: 0, gid: 0 },
  memberOf: new Set(),
  mayGive: true,
};

function inventoryOf(yaml: string): Inventory {
  const loaded = loadManifest(yaml, 'pki.yaml');
  if (!loaded.ok) throw new Error(loaded.diagnostics.map(({ message }) => message).join('\n'));
  return loaded.inventory;
}

const script = (inventory: Inventory, seen: Observation, driver?: 'engine' | 'provider'): string =>
  planScript(
    planInventory(inventory, { ...seen, accounts: ACCOUNTS }, { now: NOW }),
    inventory,
    'openssl',
    driver,
  );

const EMPTY: Observation = { entities: new Map(), orphans: [] };

/** Without head, configurations and the ways of every file, which other tests run. */
function lines(text: string): string {
  return text
    .slice(text.search(/^# \w+ \w+\//m))
    .replaceAll(/ <<'(\w+)'\n[\s\S]*?^\1$/gm, ' <<$1')
    .replaceAll(/^((?:show|clear)_versions?(?: \S+){2}).*/gm, '$1 …')
    .split('\n')
    .filter((line) => !/^(?:|if .*|rm -f servers.*|mkdir .*|mv .*|chmod (?:644|755) .*)$/.test(line))
    .join('\n');
}

it('gives files to whom they belong, under the passwords that are stated', () => {
  const inventory = inventoryOf(`
version: 1
authorities: { root: { commonName: Root, crl: true, outputs: [default, crl-der] } }
servers:
  api:
    commonName: api.test
    owner: web
    group: ssl
    outputs: [key, cert, { pkcs12: { password: { command: [pass, show] }, encryption: compatible } }]
  group: { commonName: group.test, group: ssl, outputs: [key, cert] }
  links: { commonName: links.test, owner: web, mode: "0400", publish: symlinks, outputs: [key, cert, ca] }
  java:
    commonName: java.test
    passphrase: env:KEY
    outputs:
      - key
      - cert
      - keystore: { password: env:STORE, format: jks, name: web }
      - truststore: { password: { command: [pass, show] }, format: jks }
  prompt:
    commonName: prompt.test
    outputs: [key, cert, { keystore: { password: prompt, format: jks } }, { truststore: { password: "file:store.txt" } }]
  file: { commonName: file.test, outputs: [key, cert, { keystore: { password: "file:store.txt", format: jks } }] }
  cluster: { commonName: cluster.test, outputs: [key, cert, secret, bundle, crls] }
`);
  expect(lines(script(inventory, EMPTY))).toMatchInlineSnapshot(`
    "# request authorities/root
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -noenc -keyout .pki/stage/authorities.root/key.pem -out .pki/stage/authorities.root/csr.pem <<CONFIG
    # sign authorities/root
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -selfsign -keyfile .pki/stage/authorities.root/key.pem -startdate 20261123115500Z -enddate 20361120115459Z -in .pki/stage/authorities.root/csr.pem -out .pki/stage/authorities.root/cert.pem <<CONFIG
    # crl authorities/root
    cat >.pki/scratch/index.txt <<DATABASE
    cat >.pki/scratch/crlnumber <<DATABASE
    openssl ca -gencrl -config - -cert .pki/stage/authorities.root/cert.pem -keyfile .pki/stage/authorities.root/key.pem -crl_lastupdate 20261123115500Z -crl_nextupdate 20261223120000Z -out .pki/stage/authorities.root/crl.pem <<CONFIG
    # convert authorities/root crl-der
    { cat .pki/stage/authorities.root/crl.pem; } >.pki/stage/authorities.root/crl.der.parts
    openssl crl -in .pki/stage/authorities.root/crl.der.parts -outform DER -out .pki/stage/authorities.root/crl.der
    # publish authorities/root
    { cat .pki/stage/authorities.root/cert.pem; } >.pki/stage/authorities.root/fullchain.pem
    { cat .pki/stage/authorities.root/cert.pem; } >.pki/stage/authorities.root/ca.pem
    # request servers/api
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.api/key.pem -out .pki/stage/servers.api/csr.pem <<CONFIG
    # sign servers/api
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.api/csr.pem -out .pki/stage/servers.api/cert.pem <<CONFIG
    # publish servers/api
    { cat .pki/stage/servers.api/key.pem .pki/stage/servers.api/cert.pem; } >.pki/stage/servers.api/identity.p12.parts
    (cd ../ && pass show) | openssl pkcs12 -export -in .pki/stage/servers.api/identity.p12.parts -name api -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout stdin -out .pki/stage/servers.api/identity.p12
    rm -f .pki/stage/servers.api/identity.p12.parts
    chown web:ssl .pki/stage/servers.api/key.pem
    chmod 640 .pki/stage/servers.api/key.pem
    chown web:ssl .pki/stage/servers.api/cert.pem
    chown web:ssl .pki/stage/servers.api/identity.p12
    chmod 640 .pki/stage/servers.api/identity.p12
    # request servers/group
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.group/key.pem -out .pki/stage/servers.group/csr.pem <<CONFIG
    # sign servers/group
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.group/csr.pem -out .pki/stage/servers.group/cert.pem <<CONFIG
    # publish servers/group
    chown :ssl .pki/stage/servers.group/key.pem
    chmod 640 .pki/stage/servers.group/key.pem
    chown :ssl .pki/stage/servers.group/cert.pem
    # request servers/links
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.links/key.pem -out .pki/stage/servers.links/csr.pem <<CONFIG
    # sign servers/links
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.links/csr.pem -out .pki/stage/servers.links/cert.pem <<CONFIG
    # publish servers/links
    { cat authorities/root/cert.pem; } >.pki/stage/servers.links/ca.pem
    chown web .pki/stage/servers.links/key.pem
    chmod 400 .pki/stage/servers.links/key.pem
    chown web .pki/stage/servers.links/cert.pem
    chmod 444 .pki/stage/servers.links/cert.pem
    chown web .pki/stage/servers.links/ca.pem
    chmod 444 .pki/stage/servers.links/ca.pem
    show_version servers/links ..v-2026-11-23T120000Z-$$ …
    clear_versions servers/links ..v-2026-11-23T120000Z-$$ …
    # request servers/java
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -passout env:KEY -keyout .pki/stage/servers.java/key.pem -out .pki/stage/servers.java/csr.pem <<CONFIG
    # sign servers/java
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.java/csr.pem -out .pki/stage/servers.java/cert.pem <<CONFIG
    # publish servers/java
    { cat .pki/stage/servers.java/key.pem .pki/stage/servers.java/cert.pem; } >.pki/stage/servers.java/keystore.jks.parts
    openssl pkcs12 -export -in .pki/stage/servers.java/keystore.jks.parts -passin env:KEY -name web -passout env:STORE -out .pki/stage/servers.java/keystore.jks.parts.p12
    keytool -importkeystore -noprompt -srckeystore .pki/stage/servers.java/keystore.jks.parts.p12 -srcstoretype PKCS12 -srcstorepass:env STORE -destkeystore .pki/stage/servers.java/keystore.jks -deststoretype JKS -deststorepass:env STORE
    rm -f .pki/stage/servers.java/keystore.jks.parts.p12
    rm -f .pki/stage/servers.java/keystore.jks.parts
    { cat authorities/root/cert.pem; } >.pki/stage/servers.java/truststore.jks.parts
    (cd ../ && pass show) >.pki/stage/servers.java/truststore.jks.parts.password
    nth 1 <.pki/stage/servers.java/truststore.jks.parts | keytool -importcert -noprompt -alias root -storetype JKS -keystore .pki/stage/servers.java/truststore.jks -storepass:file .pki/stage/servers.java/truststore.jks.parts.password
    rm -f .pki/stage/servers.java/truststore.jks.parts.password
    rm -f .pki/stage/servers.java/truststore.jks.parts
    # request servers/prompt
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.prompt/key.pem -out .pki/stage/servers.prompt/csr.pem <<CONFIG
    # sign servers/prompt
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.prompt/csr.pem -out .pki/stage/servers.prompt/cert.pem <<CONFIG
    # publish servers/prompt
    { cat authorities/root/cert.pem; } >.pki/stage/servers.prompt/truststore.p12.parts
    openssl pkcs12 -export -in .pki/stage/servers.prompt/truststore.p12.parts -nokeys -jdktrust anyExtendedKeyUsage -caname root -passout file:../store.txt -out .pki/stage/servers.prompt/truststore.p12
    rm -f .pki/stage/servers.prompt/truststore.p12.parts
    { cat .pki/stage/servers.prompt/key.pem .pki/stage/servers.prompt/cert.pem; } >.pki/stage/servers.prompt/keystore.jks.parts
    openssl pkcs12 -export -in .pki/stage/servers.prompt/keystore.jks.parts -name prompt -out .pki/stage/servers.prompt/keystore.jks.parts.p12
    keytool -importkeystore -noprompt -srckeystore .pki/stage/servers.prompt/keystore.jks.parts.p12 -srcstoretype PKCS12 -destkeystore .pki/stage/servers.prompt/keystore.jks -deststoretype JKS
    rm -f .pki/stage/servers.prompt/keystore.jks.parts.p12
    rm -f .pki/stage/servers.prompt/keystore.jks.parts
    # request servers/file
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.file/key.pem -out .pki/stage/servers.file/csr.pem <<CONFIG
    # sign servers/file
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.file/csr.pem -out .pki/stage/servers.file/cert.pem <<CONFIG
    # publish servers/file
    { cat .pki/stage/servers.file/key.pem .pki/stage/servers.file/cert.pem; } >.pki/stage/servers.file/keystore.jks.parts
    openssl pkcs12 -export -in .pki/stage/servers.file/keystore.jks.parts -name file -passout file:../store.txt -out .pki/stage/servers.file/keystore.jks.parts.p12
    keytool -importkeystore -noprompt -srckeystore .pki/stage/servers.file/keystore.jks.parts.p12 -srcstoretype PKCS12 -srcstorepass:file ../store.txt -destkeystore .pki/stage/servers.file/keystore.jks -deststoretype JKS -deststorepass:file ../store.txt
    rm -f .pki/stage/servers.file/keystore.jks.parts.p12
    rm -f .pki/stage/servers.file/keystore.jks.parts
    # request servers/cluster
    openssl req -new -batch -config - -sha256 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/stage/servers.cluster/key.pem -out .pki/stage/servers.cluster/csr.pem <<CONFIG
    # sign servers/cluster
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -startdate 20261123115500Z -enddate 20270221115459Z -in .pki/stage/servers.cluster/csr.pem -out .pki/stage/servers.cluster/cert.pem <<CONFIG
    # publish servers/cluster
    { cat authorities/root/crl.pem; { cat authorities/root/former-crls.pem 2>/dev/null || :; }; } >.pki/stage/servers.cluster/crls.pem
    printf '%s\\n' 'apiVersion: v1' 'kind: Secret' metadata: '  name: "cluster"' 'type: kubernetes.io/tls' data: >.pki/stage/servers.cluster/secret.yaml
    { cat authorities/root/cert.pem; } >.pki/stage/servers.cluster/secret.yaml.parts
    { printf '  ca.crt: '; openssl base64 -A -in .pki/stage/servers.cluster/secret.yaml.parts; echo; } >>.pki/stage/servers.cluster/secret.yaml
    rm -f .pki/stage/servers.cluster/secret.yaml.parts
    { cat .pki/stage/servers.cluster/cert.pem; } >.pki/stage/servers.cluster/secret.yaml.parts
    { printf '  tls.crt: '; openssl base64 -A -in .pki/stage/servers.cluster/secret.yaml.parts; echo; } >>.pki/stage/servers.cluster/secret.yaml
    rm -f .pki/stage/servers.cluster/secret.yaml.parts
    { cat .pki/stage/servers.cluster/key.pem; } >.pki/stage/servers.cluster/secret.yaml.parts
    { printf '  tls.key: '; openssl base64 -A -in .pki/stage/servers.cluster/secret.yaml.parts; echo; } >>.pki/stage/servers.cluster/secret.yaml
    rm -f .pki/stage/servers.cluster/secret.yaml.parts
    printf '%s\\n' 'apiVersion: v1' 'kind: ConfigMap' metadata: '  name: "cluster"' data: >.pki/stage/servers.cluster/bundle.yaml
    { cat authorities/root/cert.pem; } >.pki/stage/servers.cluster/bundle.yaml.parts
    { echo '  ca.pem: |'; sed 's/^/    /' .pki/stage/servers.cluster/bundle.yaml.parts; } >>.pki/stage/servers.cluster/bundle.yaml
    rm -f .pki/stage/servers.cluster/bundle.yaml.parts
    rm -rf .pki/stage .pki/scratch"
  `);
});

it('changes what is there: keys that stay, owners, links, what is left and what is revoked', () => {
  const before = inventoryOf(`
version: 1
authorities: { root: { commonName: Root, crl: true } }
servers:
  locked: { commonName: locked.test }
  opened: { commonName: opened.test }
  plain: { commonName: plain.test }
  gone: { commonName: gone.test }
  left: { commonName: left.test }
`);
  const after = inventoryOf(`
version: 1
authorities: { root: { commonName: Root, crl: true, outputs: [default, crls] } }
servers:
  locked: { commonName: locked.test, passphrase: env:KEY }
  opened: { commonName: opened.test, previousPassphrase: "file:old.txt" }
  plain: { commonName: plain.test, group: ssl, publish: symlinks, outputs: [key, cert] }
  gone: { commonName: gone.test, revoked: true }
`);
  const world = new World();
  world.carryOut(flatPlan(before, world.observation(before), { now: NOW }), before);
  const seen = world.observation(after);
  const entities = new Map(
    [...seen.entities].map(([id, one]) => {
      if (id !== 'servers/opened' || one.key.state !== 'present') return [id, one] as const;
      return [id, { ...one, key: { ...one.key, lock: 'previous' } }] as const;
    }),
  );
  expect(lines(script(after, { ...seen, entities, orphans: ['servers/left'] }))).toMatchInlineSnapshot(`
    "# crl authorities/root
    cat >.pki/scratch/index.txt <<DATABASE
    cat >.pki/scratch/crlnumber <<DATABASE
    openssl ca -gencrl -config - -cert authorities/root/cert.pem -keyfile authorities/root/key.pem -crl_lastupdate 20261123115500Z -crl_nextupdate 20261223120000Z -out .pki/stage/authorities.root/crl.pem <<CONFIG
    # publish authorities/root
    { cat .pki/stage/authorities.root/crl.pem; { cat authorities/root/former-crls.pem 2>/dev/null || :; }; } >.pki/stage/authorities.root/crls.pem
    # publish servers/locked
    openssl pkcs8 -topk8 -in servers/locked/key.pem -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout env:KEY -out .pki/stage/servers.locked/key.pem
    # publish servers/opened
    openssl pkey -in servers/opened/key.pem -passin file:../old.txt -out .pki/stage/servers.opened/key.pem
    # publish servers/plain
    show_version servers/plain ..v-2026-11-23T120000Z-$$ …
    clear_versions servers/plain ..v-2026-11-23T120000Z-$$ …
    chmod 640 servers/plain/key.pem
    # remove servers/gone
    clear_versions servers/gone none …
    rmdir servers/gone 2>/dev/null || true
    # remove servers/left
    clear_versions servers/left none …
    rmdir servers/left 2>/dev/null || true
    rm -rf .pki/stage .pki/scratch"
  `);
});

it.each<[what: string, last: object | null, keep: readonly string[], parts: string]>([
  ['the last list of a key that is replaced', {}, [], 'cat STAGE/former-crl.pem'],
  [
    'that, before those of earlier keys',
    {},
    ['aa'],
    'cat STAGE/former-crl.pem; { cat FILE 2>/dev/null || :; }',
  ],
  [
    'a list by a key of the archive, instead of the one that it had',
    { archived: 'set' },
    ['aa'],
    "cat STAGE/former-crl.pem; awk '/BEGIN X509 CRL/ { n++ } n > 1 { print }' FILE",
  ],
  ['those of earlier keys alone', null, ['aa'], '{ cat FILE 2>/dev/null || :; }'],
])('lists of former keys are %s', (_, last, keep, parts) => {
  const root = anAuthority();
  const change = {
    ...{ id: root.id, action: 'issue', writes: ['former-crls'], previous: [], cross: [], crossing: null },
    formerLists: { last, keep },
  } as unknown as Work;
  const context = { byId: byIdOf([root]), changes: new Map([[root.id, change]]) };
  const said = bundleLines(change, context as never).map((line) =>
    line
      .replaceAll('.pki/stage/authorities.root', 'STAGE')
      .replaceAll('authorities/root/former-crls.pem', 'FILE'),
  );
  expect(said).toEqual([
    `{ ${parts}; } >STAGE/former-crls.pem`,
    ...(last === null ? [] : ['rm -f STAGE/former-crl.pem']),
  ]);
});

it('signs for keys that are elsewhere, by tokens and by whole days', () => {
  const pin = { kind: 'file', path: 'pin' } as const;
  const root = anAuthority({ name: 'root', token: { uri: 'pkcs11:token=pki;object=root', pin } });
  const given = { keyId: 'aa', keyIdentifier: 'bb', spki: '3000' };
  const keyPlace = { kind: 'request', path: 'r.csr', pem: '', key: given, ignored: [] } as const;
  const api = aServer({ name: 'api', issuer: root.id, keyPlace, outputs: ['cert', 'public'], validity: 100 });
  const inventory = anInventory(root, api);
  expect(lines(script(inventory, EMPTY, 'engine'))).toMatchInlineSnapshot(`
    "# request authorities/root
    openssl req -new -batch -config - -sha256 -key 'pkcs11:token=pki;object=root;type=private' -engine pkcs11 -keyform engine -passin file:../pin -out .pki/stage/authorities.root/csr.pem <<CONFIG
    # sign authorities/root
    : >.pki/scratch/index.txt
    openssl ca -batch -notext -preserveDN -config - -selfsign -keyfile 'pkcs11:token=pki;object=root;type=private' -engine pkcs11 -keyform engine -passin file:../pin -startdate 20261123115500Z -enddate 20361120115459Z -in .pki/stage/authorities.root/csr.pem -out .pki/stage/authorities.root/cert.pem <<CONFIG
    # publish authorities/root
    { cat .pki/stage/authorities.root/cert.pem; } >.pki/stage/authorities.root/fullchain.pem
    { cat .pki/stage/authorities.root/cert.pem; } >.pki/stage/authorities.root/ca.pem
    # sign servers/api
    # its dates count from now, in whole days
    openssl pkey -pubin -pubout -out .pki/scratch/public.pem <<CONFIG
    openssl req -new -batch -config - -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout .pki/scratch/name.key -out .pki/scratch/name.csr <<CONFIG
    openssl x509 -req -in .pki/scratch/name.csr -force_pubkey .pki/scratch/public.pem -CA authorities/root/cert.pem -CAkey 'pkcs11:token=pki;object=root;type=private' -engine pkcs11 -CAkeyform engine -passin file:../pin -CAserial .pki/stage/servers.api/cert.pem.serial -CAcreateserial -extfile - -extensions extensions -sha256 -days 1 -out .pki/stage/servers.api/cert.pem <<CONFIG
    rm -f .pki/scratch/public.pem .pki/scratch/name.key .pki/scratch/name.csr
    # public servers/api
    openssl pkey -pubin -pubout -out .pki/stage/servers.api/public.pem <<CONFIG
    # publish servers/api
    rm -rf .pki/stage .pki/scratch"
  `);
  expect(lines(script(inventory, EMPTY, 'provider'))).not.toContain('-engine');
  expect(script(inventory, EMPTY, 'provider')).toContain('OPENSSL_CONF');
});

it.each<[Ownership, string | null, string | null]>([
  [{ owner: 'web' }, 'web', null],
  [{ group: 'ssl' }, ':ssl', '640'],
  [{ owner: 'web', group: 'ssl', mode: 0o600 }, 'web:ssl', '600'],
  [{ mode: 0o440 }, null, '440'],
])('%j', (ownership, who, mode) => {
  const inventory = anInventory(anAuthority(), aServer({ name: 'api', ownership }));
  const text = script(inventory, EMPTY);
  expect(text.includes('chown')).toBe(who !== null);
  if (who !== null) expect(text).toContain(`chown ${who} .pki/stage/servers.api/key.pem`);
  expect(/chmod (\d+) \S*servers\.api\/key\.pem/.exec(text)?.[1] ?? null).toBe(mode);
});

it('closes a key to others as the plan does: the group that was given it keeps it', () => {
  const inventory = anInventory(anAuthority(), aServer({ name: 'api' }));
  const world = new World();
  world.carryOut(flatPlan(inventory, world.observation(inventory), { now: NOW }), inventory);
  const closed = (mode: number, group?: number) => {
    const seen = world.observation(inventory);
    const entities = new Map(
      [...seen.entities].map(([id, one]) => {
        if (id !== 'servers/api' || one.key.state !== 'present') return [id, one] as const;
        return [
          id,
          { ...one, key: { ...one.key, mode, ...(group === undefined ? {} : { group }) } },
        ] as const;
      }),
    );
    return /^chmod .*$/m.exec(script(inventory, { ...seen, entities }))?.[0];
  };
  expect([closed(0o644), closed(0o644, 103)]).toEqual([
    'chmod 600 servers/api/key.pem',
    'chmod 640 servers/api/key.pem',
  ]);
});

it.each([
  ['ecdsa-p256', '3.0'],
  ['ml-dsa-65', '3.5'],
])('with keys of %s runs OpenSSL %s or later', (key, oldest) => {
  const inventory = inventoryOf(`
version: 1
authorities: { root: { commonName: Root } }
servers: { api: { commonName: api.test, key: ${key} } }
`);
  expect(/is not (OpenSSL \S+) or later/.exec(script(inventory, EMPTY))?.[1]).toBe(`OpenSSL ${oldest}`);
});
