/** The same manifest, made by each engine. */
import { beforeAll } from 'vitest';
import { Project } from './project.ts';

export const ENGINES = ['openssl', 'node'] as const;

/** For tests that only look: applied once before all of them. @returns the project that an engine made. */
export function madeByEach(manifest: string): (engine: string) => Project {
  const projects = new Map<string, Project>();
  beforeAll(async () => {
    for (const engine of ENGINES) {
      const project = new Project(`${manifest}engine: ${engine}\n`);
      await project.apply();
      projects.set(engine, project);
    }
  });
  return (engine) => {
    const project = projects.get(engine);
    if (project === undefined) throw new Error(`nothing was made by ${engine}`);
    return project;
  };
}
