/** A manifest as the configuration of step-ca: provisioners for each section, and templates that issue what it says. */
import type { Inventory } from '../../pki/entity.ts';
import { issuingAuthorities } from '../authority.ts';
import { type Exported, type ExportFile, type ExportPlace, jsonFile, plainFile } from '../file.ts';
import { type LeafPolicy, leafPolicies } from '../leaf.ts';
import { hasKeyFile, issuedElsewhere, omissionOf } from '../leaf-omission.ts';
import { leftOutLines } from '../left-out.ts';
import type { Omission } from '../omission.ts';
import { TARGETS } from '../target.ts';
import { configData } from './config.ts';
import { provisionersOf } from './provisioner.ts';
import { type Engine, requestScript, runScript, setupScript, tokenData } from './scripts.ts';
import { templateProblems, templateText, tokenSubject } from './template.ts';

/** One step-ca for each authority that issues leaves; what would not be exact is left out. */
export function stepCaExport(inventory: Inventory, place: ExportPlace): Exported {
  const all = leafPolicies(inventory);
  const omissions = all.flatMap((leaf) => omissionOf(leaf, issuedElsewhere, templateProblems));
  const left = new Set(omissions.map(({ entity }) => entity));
  const leaves = all.filter(({ entity }) => !left.has(entity.id));
  const engines = issuingAuthorities(inventory, leaves).map((authority): Engine => {
    return { authority, provisioners: provisionersOf(authority) };
  });
  return {
    omissions,
    files: [
      plainFile('README.md', readmeLines(engines, omissions)),
      setupScript(engines, place),
      runScript(),
      requestScript(engines),
      ...engines.flatMap(engineFiles),
    ],
  };
}

function engineFiles({ authority, provisioners }: Engine): readonly ExportFile[] {
  const { slug } = authority;
  return [
    jsonFile(`${slug}/ca.json`, configData(authority, provisioners)),
    ...provisioners.flatMap(({ name, leaves }) => {
      const subjects = leaves.map((leaf) => tokenSubject(leaf, leaves));
      return [
        { path: `${slug}/templates/${name}.tpl`, mode: 0o644, text: templateText(leaves, subjects) },
        ...leaves.map((leaf, i) => tokenFile(slug, leaf, subjects[i] ?? leaf.slug)),
      ];
    }),
  ];
}

/** On one line, because a script puts it behind another part. */
function tokenFile(authority: string, leaf: LeafPolicy, subject: string): ExportFile {
  const text = `${JSON.stringify(tokenData(leaf, subject))}\n`;
  return { path: `${authority}/tokens/${leaf.slug}.json`, mode: 0o644, text };
}

function readmeLines(engines: readonly Engine[], omissions: readonly Omission[]): readonly string[] {
  const [first] = engines;
  const name = first?.authority.slug ?? 'NAME';
  const leaf = first?.authority.leaves[0]?.slug ?? 'LEAF';
  return [
    '# Configuration of step-ca',
    '',
    'Written by `pki export step-ca`; run that again after a change of the manifest, then `setup.sh`. No file here holds a',
    "secret: `setup.sh` makes `run/NAME`, for its user alone, with a copy of the authority's key and a key for each provisioner.",
    '',
    '```sh',
    `./setup.sh ${name} localhost:9000`,
    `./run.sh ${name}`,
    `./request.sh ${leaf} csr.pem cert.pem`,
    '```',
    '',
    'A provisioner issues the leaves of one section, by templates in which subject, names, usages and the kind of the key are',
    'those of the manifest; of a request counts the public key alone. A token says which leaf it is for (its subject), and',
    'has the names of that leaf, which step-ca compares with those of the request. Who has the key of a provisioner may have',
    'the certificates of its section: give it to what hands out tokens. `step ca token SUBJECT --key run/NAME/SECTION.key` makes',
    'the same tokens as `request.sh`.',
    '',
    ...engines.flatMap(keylessLines),
    '| entity | authority | provisioner | subject of its token |',
    '| --- | --- | --- | --- |',
    ...engines.flatMap(({ authority, provisioners }) =>
      provisioners.flatMap(({ name: provisioner, leaves }) =>
        leaves.map(
          (one) =>
            `| ${one.entity.id} | ${authority.slug} | ${provisioner} | ${cell(tokenSubject(one, leaves))} |`,
        ),
      ),
    ),
    ...leftOutLines(omissions, TARGETS['step-ca'].engine),
  ];
}

/** What has to come from elsewhere. */
function keylessLines({ authority: { entity, slug } }: Engine): readonly string[] {
  if (hasKeyFile(entity)) return [];
  return [
    `The key of ${entity.id} is not in the output folder. Bring it to \`run/${slug}/authority.key\`, mode 0600, on the machine where`,
    'step-ca runs; `setup.sh` leaves it alone, and says so where it is missing.',
    '',
  ];
}

/** A value in a table of Markdown. */
function cell(text: string): string {
  return `\`${text
    .replaceAll('`', "'")
    .replaceAll('|', '\\|')
    .replaceAll(/[\r\n]/g, ' ')}\``;
}
