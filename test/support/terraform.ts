import { delimiter, dirname } from 'node:path';
import { findTool } from './find-tool.ts';

/** The environment with Terraform, or OpenTofu, in PATH. Tests that need it do not skip. */
export function withTerraform(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const program = findTool('terraform', 'tofu');
  if (program === undefined) {
    throw new Error('this test needs terraform or OpenTofu: install one, or run `npm run e2e:build tofu` (needs Go)');
  }
  return { ...env, PATH: [env['PATH'], dirname(program)].join(delimiter) };
}
