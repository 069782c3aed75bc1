/** Rows of the table of settings (settings.ts) about files: which there are, where, whose, and how they come there. */
import { STANDARD_OUTPUTS } from '../pki/artifact.ts';
import { OUTPUT_WORDS } from '../pki/output-word.ts';
import { address } from './address.ts';
import { deliver } from './deliver.ts';
import * as layout from './layout-fields.ts';
import { onChange } from './on-change.ts';
import { outputs, spelledOutputs } from './outputs.ts';
import * as rights from './ownership.ts';
import { always, everywhere, listed, type Row } from './setting.ts';

/** In the order in which they are listed. */
export const FILE_SETTINGS = {
  outputs: {
    places: everywhere(outputs),
    builtIn: always({ files: STANDARD_OUTPUTS, seals: {}, objects: {} }),
    spelled: spelledOutputs,
    type: 'list of files',
    meaning: `files to write, \`cert\` and the \`key\` that is made here necessarily among them, or \`default\` and more: ${listed(OUTPUT_WORDS)}`,
  },
  folder: {
    places: everywhere(layout.folder),
    builtIn: always('{section}/{name}'),
    type: 'path',
    meaning:
      'folder of the entry below the output folder; `{name}` and `{section}` are those of the entry, a lone dot is the output folder',
    examples: ['.', 'tls/{name}'],
  },
  files: {
    places: everywhere(layout.files),
    merged: true,
    type: 'map of file names',
    byDefault: '`key.pem` and so on',
    meaning: 'file names in that folder, where another tool has made the layout',
    examples: [
      { key: 'tls.key', cert: 'tls.crt' },
      { key: 'private/{name}.key', cert: 'issued/{name}.crt' },
    ],
  },
  publish: {
    places: everywhere(layout.publish),
    lesser: true,
    builtIn: always('files'),
    type: '`files`, `symlinks`',
    meaning:
      'how files are put in place; `symlinks` are versioned folders behind one link, for readers that load during a re-key',
  },
  onChange: {
    places: everywhere(onChange),
    leavesOnly: true,
    lesser: true,
    type: 'map',
    byDefault: 'nothing',
    meaning:
      'the command that runs once the files have changed: `run`, a list of words that no shell sees; `timeout`, `30s` by default; `verify`, a `host:port` that has to serve the new certificate then. That of `defaults` is not for authorities',
    examples: [
      { run: ['systemctl', 'reload', 'nginx'] },
      { run: ['systemctl', 'reload', 'nginx'], timeout: '30s', verify: 'localhost:443' },
    ],
  },
  address: {
    places: { leaf: address.optional() },
    single: true,
    lesser: true,
    type: '`host:port`, or map',
    byDefault: 'none',
    meaning:
      'where a server or peer listens, for `pki check --all`: `host:port`, or `endpoint` and `starttls` (`smtp`, `imap`, `pop3`, `postgres`, `mysql`, `ldap`)',
    examples: ['api.example.test:8443', { endpoint: 'db.example.test:5432', starttls: 'postgres' }],
  },
  deliver: {
    places: { leaf: deliver.optional() },
    single: true,
    lesser: true,
    type: 'list of maps',
    byDefault: 'nowhere',
    meaning:
      'Secrets of clusters that `pki deliver` puts key, chain and roots into: `secret`, as `namespace/name`, and the `context` of kubectl. Labels are those that `outputs` states for `secret`',
    examples: [[{ secret: 'shop/api-tls', context: 'prod' }]],
  },
  owner: {
    places: everywhere(rights.owner),
    leavesOnly: true,
    lesser: true,
    type: 'user',
    byDefault: 'the user who has the file that is replaced, or who runs apply',
    meaning:
      'whose the files and the folder are, by name or number; that of `defaults` is not for authorities, whose keys sign',
    examples: ['postgres', 70],
  },
  group: {
    places: everywhere(rights.group),
    leavesOnly: true,
    lesser: true,
    type: 'group',
    byDefault: 'as `owner`',
    meaning: 'their group, which may read the key unless `mode` says otherwise',
    examples: ['ssl-cert'],
  },
  mode: {
    places: everywhere(rights.mode),
    leavesOnly: true,
    lesser: true,
    type: 'mode',
    byDefault: '`"0640"` with `group`; otherwise as it is, at most `"0600"`',
    meaning:
      'mode of files that hold the key: `"0600"` `"0640"` `"0400"` `"0440"`; all others stay readable for everyone',
    examples: ['0640'],
  },
} as const satisfies Readonly<Record<string, Row>>;
