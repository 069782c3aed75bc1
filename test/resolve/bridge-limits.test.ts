/** How many authorities may stand below another one that cross-signs: counted from there on, and reported once for each bridge. */
import { describe, expect, it } from 'vitest';
import { diagnosticsOf } from '../helpers/said.ts';

type Limits = Readonly<Record<string, number>>;

/** Two trees of three levels each; `bridge` of the left one is signed by one of the right. */
function manifestOf(bridge: string, by: string, limits: Limits): string {
  const authority = (name: string, issuer?: string): string => {
    const limit = limits[name] === undefined ? '' : `, pathLength: ${limits[name]}`;
    const cross = name === bridge ? `, crossSignedBy: [${by}]` : '';
    return `  ${name}: { commonName: ${name}${issuer === undefined ? '' : `, issuer: ${issuer}`}${limit}${cross} }`;
  };
  return [
    'version: 1',
    'authorities:',
    ...['left', 'right'].flatMap((side) => [
      authority(side),
      authority(`${side}-mid`, side),
      authority(`${side}-low`, `${side}-mid`),
    ]),
    '  apart: { commonName: apart }',
    '',
  ].join('\n');
}

function said(text: string): readonly string[] {
  const all = diagnosticsOf(text).map(({ message }) => message);
  return all.filter((message) => message.includes(' cannot be signed by '));
}

describe('a path length above a bridge', () => {
  const over = (bridge: string, by: string, limiter: string, length: number, count: number): string =>
    `authority "${bridge}" cannot be signed by "${by}": pathLength ${length} of "${limiter}" allows fewer authorities below it than the ${count} that there would be`;

  it.each<[bridge: string, by: string, limits: Limits, expected: readonly string[]]>([
    // The bridge, and the two authorities below it.
    ['left', 'right', {}, []],
    ['left', 'right', { right: 3 }, []],
    ['left', 'right', { right: 2 }, [over('left', 'right', 'right', 2, 3)]],
    ['left-mid', 'right', { right: 2 }, []],
    ['left-mid', 'right', { right: 1 }, [over('left-mid', 'right', 'right', 1, 2)]],
    ['left-low', 'right', { right: 1, 'right-low': 0 }, []],
    // What stands between the two counts as well.
    ['left-low', 'right-mid', { 'right-mid': 1 }, []],
    ['left-low', 'right-mid', { right: 2 }, []],
    ['left-low', 'right-low', { right: 2 }, [over('left-low', 'right-low', 'right', 2, 3)]],
    ['left-low', 'right-low', { right: 3 }, []],
    // None at all.
    ['left-low', 'right-low', { 'right-low': 0 }, [over('left-low', 'right-low', 'right-low', 0, 1)]],
    // The nearest one is named, and it alone.
    [
      'left',
      'right-low',
      { right: 4, 'right-mid': 3, 'right-low': 2 },
      [over('left', 'right-low', 'right-low', 2, 3)],
    ],
    ['left', 'right-low', { right: 4, 'right-mid': 3 }, [over('left', 'right-low', 'right-mid', 3, 4)]],
    ['left', 'right-low', { right: 5, 'right-mid': 4, 'right-low': 3 }, []],
  ])('%s by %s, with %j', (bridge, by, limits, expected) =>
    expect(said(manifestOf(bridge, by, limits))).toEqual(expected),
  );

  it('is shown, with what to do', () => {
    expect(diagnosticsOf(manifestOf('left-low', 'right-mid', { 'right-mid': 1, right: 2 }))).toEqual([]);
    expect(diagnosticsOf(manifestOf('left', 'right-mid', { right: 2 }))).toMatchObject([
      {
        code: 'path-length',
        line: 3,
        col: 45,
        hint: 'raise the pathLength of "right", or cross-sign an authority nearer to the leaves',
        related: [{ line: 6, message: 'the path length' }],
      },
    ]);
  });
});
