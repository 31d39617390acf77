import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '../cluster/exec.ts';
import { ensureTool } from '../cluster/tools.ts';
import { lane } from '../delivery/lane.ts';
import { app, pushInfrastructure } from './image.ts';

const repository = 'e2e/flows';
export const flowsImage = `localhost:7070/${repository}`;

/** Quotes and shell, lines, unicode, 100 KiB. */
export const texts = [
  `"a" 'b' \`id\` $HOME \${x} $(id) %s \\n ; & | * # $(TF_VAR_workspace) $$`,
  'one\ntwo\r\n\n  three\n',
  'ü ñ 漢字 🚀 \u202e',
  'x'.repeat(100 * 1024),
];

/**
 * Each deploy makes `gated` anew, and asks the gate before, in the middle and behind: how often it was run is seen there.
 * What is read from a pipe holds a plan, with the lock taken.
 */
const configuration = `
variable "gate" { default = "" }
variable "pipe" { default = "" }
variable "mark" { default = "" }
variable "token" { default = "" }
variable "plain" { default = "" }
variable "own" { default = "" }
${texts.map((_, index) => `variable "text_${index}" { default = "" }`).join('\n')}
resource "terraform_data" "gated" {
  count            = var.gate == "" ? 0 : 1
  triggers_replace = timestamp()
  depends_on       = [terraform_data.database]
  provisioner "local-exec" {
    command     = "for word in begins middle ends; do wget -qO- $GATE/$word || exit 1; done"
    environment = { GATE = var.gate, TOKEN = var.token, PLAIN = var.plain, OWN = var.own }
  }
}
output "pipe" { value = var.pipe == "" ? "" : file(var.pipe) }
output "texts" { value = { texts = [${texts.map((_, index) => `sha256(var.text_${index})`).join(', ')}] } }
`;

const piped = `init
export TF_VAR_pipe=/tmp/pipe
mkfifo "$TF_VAR_pipe"
while :; do wget -qO- "$TF_VAR_gate/plans" >"$TF_VAR_pipe"; done &
`;

/** A script of the example, with lines that ask the gate in place of its \`init\`. */
function changed(script: string, init: string): string {
  const text = readFileSync(join(app, script), 'utf8');
  if (!text.includes('\ninit\n')) throw new Error(`${script} of the example has no init`);
  return text.replace('\ninit\n', `\n${init}`);
}

const lib = '#!/bin/sh\n. "$(dirname "$0")/lib.sh"\n';

/** Version 1.0.0 of examples/infrastructure with what the flows need over it. */
export function pushFlows(): Promise<string> {
  return pushInfrastructure(repository, '1.0.0', {
    'terraform/flows.tf': configuration,
    plan: changed('plan', piped),
    // A plan that was kept is applied with its variables: what was read from the pipe must be there again, nothing.
    deploy: changed('deploy', 'init\n: >/tmp/pipe\n'),
    destroy: changed('destroy', 'init\nwget -qO- "$TF_VAR_gate/destroys" || exit 5\n'),
    early: '#!/bin/sh\nwget -qO- "$TF_VAR_gate/early"\nexec /bin/sh ./deploy\n',
    // Where and as whom it runs, then the example's own.
    shows: `#!/bin/sh
memory=$(cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null)
echo "groups $(id -G), memory $memory, mounted $(cat /etc/company/ca), env $ZONE $REGION $TOKEN $TF_VAR_region $ALUSTAN_NAME"
exec /bin/sh ./deploy
`,
    texts: `${lib}init\nprintf '{"outputs": %s}\\n' "$(run output -json texts)"\n`,
    large: `#!/bin/sh\necho "{\\"outputs\\": {\\"a\\": \\"$(head -c 300000 /dev/zero | tr '\\0' x)\\"}}"\n`,
    fails: '#!/bin/sh\necho "no such account" >&2\nexit 42\n',
    text: '#!/bin/sh\necho "all is well"\n',
    html: '#!/bin/sh\necho "<html><body>502</body></html>"\n',
    nothing: '#!/bin/sh\n',
    nested: `#!/bin/sh\necho one; echo '{"outputs": {"a": {"b": [{"c": "{\\"d\\": 1}"}]}}}'; echo two\n`,
  });
}

/** A repository of its own with this version, and as 1.1.0 one that makes the database larger; gives the image's name. */
export async function pushVersions(name: string): Promise<{ image: string; pushNewer(): Promise<void> }> {
  const crane = await ensureTool('crane');
  const of = `${lane.registryHost}/e2e/${name}`;
  await exec(crane, ['copy', `${lane.registryHost}/${repository}:1.0.0`, `${of}:1.0.0`]);
  const change = ['--env', 'TF_VAR_database_size=large', '--set-platform', 'linux/amd64'];
  const pushNewer = async () => void (await exec(crane, ['mutate', `${of}:1.0.0`, ...change, '-t', `${of}:1.1.0`]));
  return { image: `localhost:7070/e2e/${name}`, pushNewer };
}
