import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureKubectl } from '../cluster/system.ts';
import { ensureHelm4, ensureTool } from '../cluster/tools.ts';
import { play, type Seen, type Step } from './play.ts';
import { type Kubernetes, startEmbedded, startReal } from './subjects.ts';

export type Session = Readonly<{
  name: string;
  steps: readonly Step[];
  /** Folder in which the commands run. */
  cwd: string;
}>;

/** Plays each session on a real control plane and on the embedded API; every step is a test that both print the same. */
export function compareSessions(sessions: readonly Session[]): void {
  const subjects: Kubernetes[] = [];

  beforeAll(async () => {
    subjects.push(...(await Promise.all([startReal(), startEmbedded()])));
  }, 120_000);

  afterAll(async () => {
    for (const subject of subjects) await subject.stop();
  }, 60_000);

  describe.each(sessions)('$name prints the same on the embedded API as on a real one', ({ steps, cwd }) => {
    let real: Seen[] = [];
    let embedded: Seen[] = [];

    beforeAll(async () => {
      const programs = {
        kubectl: await ensureKubectl(),
        helm: await ensureHelm4(),
        helm3: await ensureTool('helm3'),
      };
      const [first, second] = subjects as [Kubernetes, Kubernetes];
      [real, embedded] = await Promise.all([play(steps, first, programs, cwd), play(steps, second, programs, cwd)]);
    }, 300_000);

    const numbered = steps.map((step, index) => ({ ...step, index }));
    it.each(numbered.filter(({ differs }) => differs === undefined))('$run', ({ index }) => {
      expect(embedded[index]).toEqual(real[index]);
    });

    // Fails when the difference is gone: then its mark goes too.
    it.each(numbered.filter(({ differs }) => differs !== undefined))('$run (known: $differs)', ({ index }) => {
      expect(embedded[index]).not.toEqual(real[index]);
    });
  });
}
