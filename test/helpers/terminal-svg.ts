/** Terminal output as a picture: what was printed, with its colours, and nothing else. Made from real output by a test. */

const COLUMN = 8.4;
const LINE = 20;
const MARGIN = 20;

/** The sequences that src/report/style.ts writes, as classes of the picture. */
const STYLES: Readonly<Record<string, string>> = {
  '1': 'strong',
  '2': 'faint',
  '31': 'bad',
  '32': 'good',
  '33': 'warn',
};

const CSS = [
  'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dce2;white-space:pre}',
  '.strong{font-weight:bold}.faint{fill:#8b949e}.bad{fill:#ff7b72}.good{fill:#56d364}.warn{fill:#e3b341}',
].join('');

export function terminalSvg(title: string, output: string): string {
  const lines = output.replace(/\n$/, '').split('\n');
  const columns = Math.max(...lines.map((line) => withoutStyles(line).length));
  const width = Math.ceil(columns * COLUMN + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const text = lines.flatMap((line, row) => lineText(line, MARGIN + (row + 0.75) * LINE));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${CSS}</style>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#161b22"/>`,
    ...text,
    '</svg>',
    '',
  ].join('\n');
}

/** Each word stands at its own column, so that no font can push the rest of its line aside. */
function lineText(line: string, y: number): readonly string[] {
  const shown: string[] = [];
  let column = 0;
  let style = '';
  for (const part of line.split(/(\p{Cc}\[\d+m|\s{2,})/u)) {
    const sequence = /^\p{Cc}\[(\d+)m$/u.exec(part)?.[1];
    if (sequence !== undefined) style = STYLES[sequence] ?? '';
    else {
      const x = Math.round((MARGIN + column * COLUMN) * 10) / 10;
      const named = style === '' ? '' : ` class="${style}"`;
      if (part.trim() !== '') shown.push(`<text x="${x}" y="${y}"${named}>${escaped(part)}</text>`);
      column += part.length;
    }
  }
  return shown;
}

function withoutStyles(text: string): string {
  return text.replace(/\p{Cc}\[\d+m/gu, '');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
