/** A server and a client of OpenVPN that meet on loopback, without a tunnel between them. */
import { spawn } from 'node:child_process';

import { freePort, pathOf, until } from './project.ts';

/** What each end is started with beside how they meet. */
export interface Ends {
  readonly server: readonly string[];
  readonly client: readonly string[];
}

/** @returns the first verdict that can be read in what the server says. */
export async function meetOpenvpn<T>(
  { server, client }: Ends,
  verdict: (said: string) => T | undefined,
): Promise<T> {
  const port = String(await freePort());
  const common = ['--dev', 'null', '--ifconfig-noexec', '--proto', 'udp', '--verb', '3'];
  const ends = [
    ['--tls-server', '--local', '127.0.0.1', '--lport', port, '--dh', 'none', ...server],
    ['--tls-client', '--nobind', '--remote', '127.0.0.1', port, '--remote-cert-tls', 'server', ...client],
  ].map((args) =>
    spawn(pathOf('openvpn') ?? 'openvpn', [...common, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let said = '';
  ends[0]?.stdout?.on('data', (text) => {
    said += String(text);
  });
  ends[1]?.stdout?.resume();
  try {
    await until(() => {
      if (ends[0]?.exitCode != null) throw new Error(`openvpn ended: ${said}`);
      return verdict(said) !== undefined;
    }, 'openvpn says something of its client');
  } finally {
    await Promise.all(
      ends.map((end) => {
        const gone = new Promise((done) => end.once('exit', done));
        return end.kill() ? gone : undefined;
      }),
    );
  }
  const found = verdict(said);
  if (found === undefined) throw new Error(`openvpn says nothing of its client: ${said}`);
  return found;
}
