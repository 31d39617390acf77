import { createHash } from 'node:crypto';
import { expect, vi } from 'vitest';
import { flow } from './flow.ts';
import { pushVersions, texts } from './flows-image.ts';
import { pushScripts } from './image.ts';

const deploy = ['begins', 'middle', 'ends'];

/** Deploys, deletions and bad input. */
export function deployFlows(): void {
  flow(
    'E31 E32 A → B → A runs three times, a newer image once, nothing else; destroy leaves no trace',
    'tf-values',
    async (ground) => {
      const { image, pushNewer } = await pushVersions('moving');
      const containerRegistry = { imageName: image, semanticVersion: '1.x' };
      await ground.create('db', { containerRegistry, interval: '1s', variables: { TF_VAR_region: 'a' } });
      await ground.reached('db', 'Completed Delivered', /moving:1\.0\.0/);
      const first = await ground.state('db');
      for (const region of ['b', 'a']) {
        await ground.edit('db', { variables: { TF_VAR_region: region } });
        await ground.reached('db', 'Completed Delivered');
      }
      await ground.annotate('db', { note: 'no change' });
      await pushNewer();
      await ground.reached('db', 'Completed Delivered', /moving:1\.1\.0/);
      const last = await ground.state('db');
      expect(ground.told('db')).toEqual([...deploy, ...deploy, ...deploy, ...deploy]);
      expect(ground.runs('db')).toEqual(['deploy', 'deploy', 'deploy', 'deploy']);
      expect(last?.ids).toEqual({ ...first?.ids, 'terraform_data.gated': expect.any(String) });
      expect(last?.serial).toBeGreaterThan(first?.serial ?? 0);
      await ground.remove('db');
      await ground.gone('db');
      expect([ground.told('db').at(-1), await ground.state('db')]).toEqual(['destroys', undefined]);
    },
  );

  flow(
    'F4 deleted during a deploy: the run ends first; a destroy that fails once is run again',
    'tf-deletion',
    async (ground) => {
      ground.hold('db', 'middle');
      await ground.create('db');
      await ground.asked('db', 'begins', 'middle');
      await ground.remove('db');
      await ground.reached('db', 'Progressing JobRunning', /the deletion waits for the Job db-deploy-\S+ to end/);
      expect(await ground.isLocked('db')).toBe(true);
      ground.refuse('db', 'destroys');
      ground.open('db', 'middle');
      await ground.gone('db');
      expect(ground.told('db')).toEqual([...deploy, 'destroys', 'destroys']);
      expect([ground.runs('db'), await ground.state('db')]).toEqual([['deploy', 'destroy', 'destroy'], undefined]);
    },
  );

  flow(
    'E30 F4 deleted when its script begins, and its node has not told so yet: it is destroyed',
    'tf-early',
    async (ground) => {
      await ground.create('db', { scripts: { deploy: 'early', destroy: 'destroy -c', unlock: 'unlock' } });
      await vi.waitFor(() => expect(ground.told('db')).toEqual(['early']), { timeout: 60_000, interval: 5 });
      await ground.remove('db');
      await ground.gone('db');
      expect([ground.told('db').at(-1), await ground.state('db')]).toEqual(['destroys', undefined]);
    },
  );

  flow('E30 F4 destroy omitted, and never deployed: nothing is run and nothing lost', 'tf-kept', async (ground) => {
    await ground.create('kept', { scripts: { deploy: 'deploy' } });
    await ground.create('never', {
      containerRegistry: { imageName: 'localhost:7070/e2e/none', semanticVersion: '1.x' },
    });
    await ground.reached('kept', 'Completed Delivered');
    const state = await ground.state('kept');
    expect(Object.keys(state?.ids ?? {})).toContain('terraform_data.gated');
    expect((await ground.status('never')).state).toBe('Error');
    for (const name of ['kept', 'never']) await ground.remove(name);
    for (const name of ['kept', 'never']) await ground.gone(name);
    expect(await ground.state('kept')).toEqual(state);
    expect([ground.runs('kept'), ground.runs('never')]).toEqual([['deploy'], []]);
  });

  flow('F4 two objects of one state: one waits for the lock of the other, and says so', 'tf-shared', async (ground) => {
    const variables = { STATE_NAME: 'both', LOCK_TIMEOUT: '0s' };
    ground.hold('left', 'middle');
    await ground.create('left', { variables });
    await ground.asked('left', 'begins', 'middle');
    await ground.create('right', { variables, retries: 10 });
    await ground.reached('right', 'Failed JobFailed', /state lock/);
    expect(ground.told('right')).toEqual([]);
    ground.open('left', 'middle');
    await ground.reached('left', 'Completed Delivered');
    const state = await ground.state('both');
    await ground.reached('right', 'Completed Delivered');
    expect([ground.told('left'), ground.told('right')]).toEqual([deploy, deploy]);
    expect((await ground.state('both'))?.ids).toEqual({ ...state?.ids, 'terraform_data.gated': expect.any(String) });
    expect(ground.jobsMade().filter((job) => job.includes('unlock'))).toEqual([]);
  });

  flow('E26 variables of every kind come to Terraform as they are', 'tf-texts', async (ground) => {
    const variables = Object.fromEntries(texts.map((text, index) => [`TF_VAR_text_${index}`, text]));
    await ground.create('db', { variables, postDeploy: { script: 'texts' } });
    const { postDeployOutput } = await ground.reached('db', 'Completed Delivered');
    const digests = texts.map((text) => createHash('sha256').update(text).digest('hex'));
    expect(postDeployOutput).toEqual({ texts: digests });
  });

  flow('E25–E29 bad input is told, and what is deployed stays', 'tf-bad', async (ground) => {
    const shellless = { imageName: await shelllessImage(), semanticVersion: '1.x' };
    const user = { podTemplate: { containerSecurityContext: { runAsUser: 65532 } } };
    const post = (script: string, args?: object) => ({ postDeploy: { script, ...(args ? { args } : {}) } });
    const cases: [name: string, spec: object, said: string, words: RegExp, isDeployed: boolean][] = [
      ['no-deploy', { scripts: {} }, 'Error DeployScriptMissing', /deploy script is missing/, false],
      ['nowhere', { scripts: { deploy: 'nowhere' } }, 'Failed RetriesExhausted', /exit code 1: .*nowhere/, false],
      ['no-chmod', user, 'Failed RetriesExhausted', /exit code 1: chmod: .*not permitted/, false],
      ['code', { scripts: { deploy: 'fails' } }, 'Failed RetriesExhausted', /exit code 42: no such account/, false],
      ['shellless', { containerRegistry: shellless }, 'Failed RetriesExhausted', /must have a shell/, false],
      ['argument', post('nested', { a: 'NO' }), 'Error VariableNotFound', /variable NO not found/, false],
      ['space', post('nested', { a: 'SPACE' }), 'Error InvalidArgument', /whitespace/, false],
      ['text', post('text'), 'Error RetriesExhausted', /printed text, no JSON/, true],
      ['html', post('html'), 'Error RetriesExhausted', /printed HTML/, true],
      ['large', post('large'), 'Error RetriesExhausted', /more than 256 KiB/, true],
      ['nothing', post('nothing'), 'Error RetriesExhausted', /printed nothing/, true],
      ['post-code', post('fails'), 'Failed RetriesExhausted', /exit code 42: no such account/, true],
      ['nested', post('nested'), 'Completed Delivered', /./, true],
    ];
    const always = { retries: 0, scripts: { deploy: 'nothing' }, variables: { SPACE: 'a b' } };
    await Promise.all(cases.map(([name, spec]) => ground.create(name, { ...always, ...spec })));
    for (const [name, , said, words, isDeployed] of cases) {
      const { lastAppliedImage } = await ground.reached(name, said, words);
      expect({ name, isDeployed: lastAppliedImage !== undefined }).toEqual({ name, isDeployed });
    }
    expect((await ground.status('nested')).postDeployOutput).toEqual({ a: { b: [{ c: '{"d": 1}' }] } });
  });
}

async function shelllessImage(): Promise<string> {
  return (await pushScripts('e2e/shellless', { nothing: '#!/bin/sh\n' }, false)).replace(/:[^:]*$/, '');
}
