/** Another openssl for the whole suite: `PKI_OPENSSL=/opt/…/openssl npm test`. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Puts a program first in PATH as `openssl`, for this process and its children, and takes PKI_OPENSSL away: tests that
 * set it mean another one. By a script, because a program may look for its libraries beside its own path.
 */
export function putFirstInPath(program: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'pki-openssl-'));
  const quoted = resolve(program).replaceAll("'", "'\\''");
  writeFileSync(join(folder, 'openssl'), `#!/bin/sh\nexec '${quoted}' "$@"\n`, { mode: 0o755 });
  process.env['PATH'] = `${folder}:${process.env['PATH'] ?? ''}`;
  delete process.env['PKI_OPENSSL'];
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
