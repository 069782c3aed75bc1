/** What is wrong with how `pki verify` was asked for a sample. */
import type { Advice } from '../words/advice.ts';

/** A flag that needs one of the others. */
export function noSource(): Advice {
  return {
    problem: '"--at", "--token", "--keys" and "--only" are about a sample of what another engine issues',
    hint: 'name a file or folder with --sample, or an engine with --against',
  };
}

/** Both of them. */
export function oneSource(): Advice {
  return {
    problem: 'a sample comes from files (--sample) or from an engine (--against), not from both',
    hint: 'leave one of them out',
  };
}

/** @param example of a URL. */
export function noPlace(engine: string, example: string): Advice {
  return { problem: `nothing says where "${engine}" is`, hint: `name its address: --at ${example}` };
}

/** What is named is none. */
export function noUrl(text: string): Advice {
  return {
    problem: `${JSON.stringify(text)} is no address of an engine`,
    hint: 'write it as https://host:port',
  };
}

/** It may be the token itself, and is not repeated. */
export function noToken(): Advice {
  return {
    problem: '"--token" names no variable and no file',
    hint: 'write env:NAME, or file:PATH, the whole path or one below the working directory; by default BAO_TOKEN or VAULT_TOKEN has it',
  };
}
