// Kafka's client library and PostgreSQL's JDBC driver read what we write for them, and refuse what the profiles named after
// them refuse (test/resolve/mistakes/presets.txt). One virtual machine, one database and one PKI answer all of it.
import { afterAll, beforeAll, expect } from 'vitest';
import { askReaders, type Properties, type Question, READERS_MISSING } from '../helpers/java-readers.ts';
import { stopAll } from './daemon.ts';
import { Database } from './postgres.ts';
import { has, itWhen, Project, put } from './project.ts';

const PASSWORD = 'store-pass';
const STORES = (more = ''): string =>
  `[default, { keystore: { password: "file:store"${more} } }, { truststore: { password: "file:store"${more} } }]`;
const MANIFEST = `version: 1
defaults: { issuer: issuing, subject: { organization: Org } }
authorities:
  root: { commonName: Root }
  issuing: { commonName: Issuing, issuer: root }
  former: { commonName: Former }
peers:
  pem: { commonName: pem.test, profile: kafka, outputs: [default, combined] }
  p12: { commonName: p12.test, profile: kafka, key: rsa-2048, trust: [former, root], outputs: ${STORES()} }
  jks: { commonName: jks.test, profile: kafka, outputs: ${STORES(', format: jks')} }
  ed: { commonName: ed.test, key: ed25519, outputs: [default, combined] }
servers:
  half: { commonName: half.test, outputs: [default, combined] }
  db: { commonName: db.test, profile: postgres, san: [db.test, localhost] }
clients:
  alice: { commonName: alice, profile: postgres, outputs: [default, pkcs8-der, pkcs12: { password: "file:store", name: user }] }
  rsa: { commonName: alice, key: rsa-2048, profile: postgres, validity: 30d, outputs: [default, pkcs8-der] }
  bob: { commonName: bob, profile: postgres, outputs: [default, pkcs8-der, pkcs12: { password: "file:store" }] }
  ed: { commonName: alice, key: ed25519, profile: postgres, validity: 20d, outputs: [default, pkcs8-der] }
  nameless: { san: ["email:alice@db.test"], outputs: [default, pkcs8-der] }
`;

const database = ['postgres', 'initdb'].filter((program) => !has(program));
const java = ['java', 'javac'].filter((program) => !has(program));
const lacks = (...programs: readonly string[]): string =>
  [READERS_MISSING, ...programs.map((name) => `${name} not installed`)]
    .filter((why) => why !== '')
    .join(', ');
const kafkaLacks = lacks(...java);
const pgjdbcLacks = lacks(...java, ...database);

let project: Project;
const pem = (id: string): Properties => ({
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': project.path(id, 'combined.pem'),
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': project.path(id, 'ca.pem'),
});
const stores = (id: string, type: 'PKCS12' | 'JKS', password = PASSWORD): Properties => {
  const ending = type === 'JKS' ? 'jks' : 'p12';
  return {
    'ssl.keystore.type': type,
    'ssl.keystore.location': project.path(id, `keystore.${ending}`),
    'ssl.keystore.password': password,
    'ssl.key.password': password,
    'ssl.truststore.type': type,
    'ssl.truststore.location': project.path(id, `truststore.${ending}`),
    'ssl.truststore.password': password,
  };
};

/** Server, client, the name that the client connects to, and what comes of it. */
const KAFKA: readonly (readonly [
  server: () => Properties,
  client: () => Properties,
  host: string,
  answer: RegExp,
])[] = [
  [() => pem('peers/pem'), () => pem('peers/pem'), 'pem.test', /^ok CN=pem\.test,O=Org$/],
  [() => stores('peers/p12', 'PKCS12'), () => pem('peers/pem'), 'p12.test', /^ok CN=pem\.test,O=Org$/],
  [
    () => stores('peers/jks', 'JKS'),
    () => stores('peers/p12', 'PKCS12'),
    'jks.test',
    /^ok CN=p12\.test,O=Org$/,
  ],
  [() => pem('peers/pem'), () => stores('peers/jks', 'JKS'), 'pem.test', /^ok CN=jks\.test,O=Org$/],
  [() => pem('peers/pem'), () => pem('peers/pem'), 'other.test', /^no .*No subject alternative DNS name/],
  [
    () => stores('peers/p12', 'PKCS12', 'other'),
    () => pem('peers/pem'),
    'p12.test',
    /^no .*password was incorrect/,
  ],
  // What the profile is for: a broker with the purpose of a server alone serves, and is let in by no other broker.
  [() => pem('servers/half'), () => pem('peers/pem'), 'half.test', /^ok /],
  [() => pem('peers/pem'), () => pem('servers/half'), 'pem.test', /^no .*TLS client authentication/],
  // Its other rule.
  [() => pem('peers/ed'), () => pem('peers/pem'), 'ed.test', /^no .*Private key could not be loaded/],
];

const driver = (client: string, more: Properties = {}): Properties => ({
  user: 'alice',
  sslmode: 'verify-full',
  sslrootcert: project.path(client, 'ca.pem'),
  sslcert: project.path(client, 'fullchain.pem'),
  sslkey: project.path(client, 'key.pk8'),
  ...more,
});
const identity = (client: string): Properties =>
  driver(client, { sslkey: project.path(client, 'identity.p12'), sslpassword: PASSWORD });

const inPem = (client: string, kind?: string): Properties =>
  driver(client, {
    sslkey: project.path(client, 'key.pem'),
    ...(kind === undefined ? {} : { pemKeyAlgorithm: kind }),
  });

const PGJDBC: readonly (readonly [host: string, properties: () => Properties, answer: RegExp])[] = [
  ['localhost', () => driver('clients/alice'), /^ok alice$/],
  ['localhost', () => driver('clients/rsa'), /^ok alice$/],
  ['localhost', () => identity('clients/alice'), /^ok alice$/],
  ['127.0.0.1', () => driver('clients/alice'), /^no .*could not be verified/],
  // The driver looks for the name "user" in a PKCS#12.
  ['localhost', () => identity('clients/bob'), /^no .*valid client certificate/],
  // PEM is taken for a key of RSA, unless the driver is given its kind.
  ['localhost', () => inPem('clients/alice'), /^no .*Could not load the private key/],
  ['localhost', () => inPem('clients/alice', 'EC'), /^ok alice$/],
  ['localhost', () => driver('clients/ed'), /^ok alice$/],
  ['localhost', () => inPem('clients/ed', 'EdDSA'), /^ok alice$/],
  // The rule of the profile: the common name is the user.
  ['localhost', () => driver('clients/bob'), /^no .*certificate authentication failed for user "alice"/],
  ['localhost', () => driver('clients/nameless'), /^no .*certificate authentication failed for user "alice"/],
];

const answers = { kafka: [] as readonly string[], pgjdbc: [] as readonly string[] };
beforeAll(async () => {
  if (kafkaLacks !== '') return;
  project = new Project(MANIFEST);
  put(`${project.folder}/store`, `${PASSWORD}\n`);
  await project.apply();
  const kafka = KAFKA.map(
    ([server, client, host]): Question => ({ of: 'kafka', server: server(), client: client(), host }),
  );
  const port =
    pgjdbcLacks === ''
      ? await (await Database.create({ user: 'alice' })).serve(project.path('servers/db'))
      : 0;
  const pgjdbc = PGJDBC.map(
    ([host, properties]): Question => ({
      of: 'pgjdbc',
      url: `jdbc:postgresql://${host}:${port}/postgres`,
      properties: properties(),
    }),
  );
  const all = await askReaders([...kafka, ...(port === 0 ? [] : pgjdbc)]);
  answers.kafka = all.slice(0, kafka.length);
  answers.pgjdbc = all.slice(kafka.length);
});
afterAll(stopAll);

itWhen(
  kafkaLacks === '',
  kafkaLacks,
  'Kafka: PEM, PKCS#12 and JKS, as a broker and as its client',
  async () => {
    expect(answers.kafka).toEqual(KAFKA.map(([, , , answer]) => expect.stringMatching(answer)));
  },
);

itWhen(
  pgjdbcLacks === '',
  pgjdbcLacks,
  'pgjdbc: DER of PKCS#8, PKCS#12 and PEM, a user by the common name',
  async () => {
    expect(answers.pgjdbc).toEqual(PGJDBC.map(([, , answer]) => expect.stringMatching(answer)));
  },
);
