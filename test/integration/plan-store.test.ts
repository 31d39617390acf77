import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../support/shop.ts';

const plan = 'abcdef0123456789';
const state = '{\n  "serial": 7,\n  "lineage": "l"\n}';

/** Plays Terraform: notes what it is asked, and answers from the environment; FAILS names what it fails at. */
const terraform = `#!/bin/sh
echo "$*" >>"$ASKED"
case "$*" in "$FAILS"*) echo "Error: no answer" >&2; exit 1 ;; esac
case "$*" in
  'state pull') printf '%s\\n' '${state}' ;;
  'output -raw of') printf '%s' '${plan} 7 l ' ;;
  'output -raw file') printf 'plan' | base64 ;;
esac
`;

describe('deploy of the example, with the plan that was approved', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alustan-plan-store-'));
    await cp(join(root, 'examples/infrastructure/app'), join(folder, 'app'), { recursive: true });
    await writeFile(join(folder, 'terraform'), terraform);
    await chmod(join(folder, 'terraform'), 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Exit code, words, and which work was done beside reading. */
  const deploy = async (fails: string) => {
    const asked = join(folder, 'asked');
    const PATH = [folder, process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH, ASKED: asked, FAILS: fails, ALUSTAN_PLAN: plan };
    const [code, said] = await new Promise<[unknown, string]>((resolve) => {
      execFile('sh', [join(folder, 'app/deploy')], { env }, (error, _out, err) => resolve([error?.code ?? 0, err]));
    });
    const lines = (await readFile(asked, 'utf8')).split('\n');
    return {
      code,
      said,
      work: lines.filter((line) => /^(apply|workspace delete)/.test(line)).map((line) => line.split(' ')[0]),
    };
  };

  it('forgets the plan, then applies it', async () => {
    expect(await deploy('nothing')).toMatchObject({ code: 0, work: ['workspace', 'apply'] });
  });

  it.each([
    ['the state cannot be read: no other plan would help', 'state pull'],
    ['the plan cannot be read, and stays', 'output -raw file'],
  ])('fails where %s', async (_what, fails) => {
    expect(await deploy(fails)).toMatchObject({ code: 1, work: [], said: expect.stringContaining('no answer') });
  });

  it('asks for another plan where it is not kept any more', async () => {
    expect(await deploy('output -raw of')).toMatchObject({ code: 75, work: [] });
  });
});
