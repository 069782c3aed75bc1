/** One word for one thing: what the types of the engine are named after is explained in docs/words.md. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REPOSITORY } from '../helpers/cli.ts';

const EXPORTED = /^export (?:interface|type|class) (\w+)/gm;

/** Words of programming and of plain English, which mean here what they mean elsewhere. */
const GENERAL = new Set(
  `any argument artifacts ask asked at batch before begun behaviour block by cache call cause changes check client code
  command comment comments config console context contexts count cross defaults demand demands derived description
  digest edge encoded end ended entry error event execution exit fact facts failure fault field file files finding flag
  flags flaw folder folders format found found foreign from grid handler history id ids identity interruption issue json
  kind known lane left line link links listener loaded located location made map mark member message missing name named
  names not note number of open opened openssl option options other out outcome output outputs owner owners pair pairing
  paint parsed party path place placed places point prepared presence problem progress project proof purpose ran raw
  reader record recorded related report request result row rule run runner scan scope section server severity shape side
  signature signed skip skipped source span state states status strings style styler styles summary table terminal text
  tls transcript tree type types unreadable unusable usable user value values version view wanted why with word words
  worker workers work written written tool tools list item items layer layers size limit timing time
  pkcs12 encryption derivation draw closed
  key pem der yaml ec curve attribute identifier encrypted damaged basic constraints usage unknown read execute apply adopt
  accept refuse keep kept remove refresh renew renewal issued verified verification staged stream public attempt
  ip range databases handshakes shake published occurrence advice rank built in spelled spoiled said algorithm private node turns choice unsigned inputs flush content summary clock doubt moment
  import sign possible refused look temporary shell completed applied planned anchor example extension extensions spec situation credential case parameters`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

function exportedTypes(): readonly (readonly [name: string, file: string])[] {
  const paths = readdirSync(join(REPOSITORY, 'src'), { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(REPOSITORY, 'src', path), 'utf8');
      return [...text.matchAll(EXPORTED)].map(([, name = '']) => [name, path] as const);
    });
}

/** `CaDatabases` → ca, databases. */
function wordsIn(name: string): readonly string[] {
  return (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+/g) ?? []).map((word) => word.toLowerCase());
}

/** What stands in the first column of a table of docs/words.md, and everything in bold. */
function explainedWords(): ReadonlySet<string> {
  const page = readFileSync(join(REPOSITORY, 'docs', 'words.md'), 'utf8');
  const rows = [...page.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, cell = '']) => cell);
  return new Set(
    rows.flatMap((cell) => cell.toLowerCase().split(/[^a-z0-9]+/)).filter((word) => word !== ''),
  );
}

const singular = (word: string): string => word.replace(/ies$/, 'y').replace(/s$/, '');

describe('docs/words.md', () => {
  const explained = explainedWords();
  const isKnown = (word: string): boolean =>
    [word, singular(word)].some((form) => GENERAL.has(form) || explained.has(form));

  it('is a page of words', () => expect(explained.size).toBeGreaterThan(60));

  it('says what every noun of our own means that a type is named after', () => {
    const unexplained = exportedTypes().flatMap(([name, file]) =>
      wordsIn(name)
        .filter((word) => !isKnown(word))
        .map((word) => `${word} (${name}, ${file})`),
    );
    expect(unexplained).toEqual([]);
  });

  it.each([['Wombat'], ['CertificateWombat']])('would miss a word such as %s', (name) => {
    expect(wordsIn(name).filter((word) => !isKnown(word))).toEqual(['wombat']);
  });
});
