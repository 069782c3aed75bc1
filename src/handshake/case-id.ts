/** Cases with the ids that they have from run to run. */
import type { AcceptCase, RefuseCase } from './case.ts';

/** The two have to connect. */
export function acceptCase(parts: Omit<AcceptCase, 'id' | 'expect'>): AcceptCase {
  return { id: caseId(parts), ...parts, expect: 'accept' };
}

/** One of them has to refuse. */
export function refuseCase(parts: Omit<RefuseCase, 'id' | 'expect'>): RefuseCase {
  return { id: caseId(parts), ...parts, expect: 'refuse' };
}

function caseId(parts: Omit<AcceptCase | RefuseCase, 'id' | 'expect'>): string {
  const { server, client, version, check, serverName } = parts;
  const words = [server, client ?? '-', version, check];
  const isOneOfMany = check === 'name' || (client === null && check === 'no-client-certificate');
  return (isOneOfMany ? [...words, serverName] : words).join(' ');
}
