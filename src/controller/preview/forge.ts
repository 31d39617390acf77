import type { PreviewEnvironment } from '../../api/preview.ts';
import { failureOf } from '../../apply/failure.ts';
import type { CredentialsRef, ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import { secretData } from '../../core/secret.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { PreviewSettings } from '../../plan/preview/facts.ts';
import { credentialsRef, repositoryOf } from '../../plan/preview/forge.ts';
import type { Looker } from '../../source/cluster/watches.ts';
import { readForgeCredentials } from '../../source/github/credentials.ts';
import type { Credentials, SecretData } from '../credentials.ts';
import type { Forge } from '../forge.ts';

type Tools = Readonly<{
  client: KubeClient;
  credentials: Credentials;
  settings: PreviewSettings;
  forge: Pick<Forge, 'remember'>;
}>;

const field = 'spec.previewEnvironment.secretRef';

/** Whom to ask, and as whom. The login of the installation goes to no other server than its own. */
export async function forgeTarget(
  { client, credentials, settings, forge }: Tools,
  env: PreviewEnvironment,
  looker: Looker,
  signal: AbortSignal,
): Promise<Result<ForgeTarget>> {
  const repository = repositoryOf(env, settings);
  const where = credentialsRef(looker.namespace, env, settings);
  if (where === undefined) return ok({ repository });
  const secret =
    env.secretRef === undefined
      ? await installationSecret(client, where, signal)
      : await credentials.read(looker, where.secret, field, signal);
  if (!secret.ok) return secret;
  if (secret.value === undefined) return ok({ repository });
  const login = readForgeCredentials(secret.value.id, secret.value.data, `Secret ${where.namespace}/${where.secret}`);
  if (!login.ok) return login;
  forge.remember(where, login.value);
  return ok({ repository, credentials: login.value });
}

/** E18: without one GitHub is asked anonymously, within its lower limit. */
async function installationSecret(
  client: KubeClient,
  { namespace, secret: name }: CredentialsRef,
  signal: AbortSignal,
): Promise<Result<SecretData | undefined>> {
  try {
    const secret = await client.find({ apiVersion: 'v1', kind: 'Secret', namespace, name }, signal);
    if (secret === undefined) return ok(undefined);
    return ok({ id: `${namespace}/${name}/${secret.metadata.resourceVersion}`, data: secretData(secret) });
  } catch (error) {
    return { ok: false, failure: failureOf(error, `reading Secret ${namespace}/${name}`) };
  }
}
