import type { PreviewEnvironment } from '../../api/preview.ts';
import type { CredentialsRef, ForgeRepository } from '../../core/pull-request.ts';
import type { PreviewSettings } from './facts.ts';

type Settings = Pick<PreviewSettings, 'apiUrl' | 'secretName' | 'controllerNamespace'>;

/** Whose pull requests are previewed. */
export function repositoryOf(
  { gitOwner = '', gitRepo = '', apiURL }: PreviewEnvironment,
  settings: Pick<Settings, 'apiUrl'>,
): ForgeRepository {
  const apiUrl = (apiURL ?? settings.apiUrl).replace(/\/+$/, '');
  return { provider: 'github', apiUrl, owner: gitOwner, repo: gitRepo };
}

/**
 * Where the login lies: in a Secret of the Service's namespace, else in that of the installation (E18), which goes to
 * no other server than the installation's own.
 */
export function credentialsRef(
  namespace: string,
  env: PreviewEnvironment,
  settings: Settings,
): CredentialsRef | undefined {
  if (env.secretRef !== undefined) return { namespace, secret: env.secretRef.name };
  if (repositoryOf(env, settings).apiUrl !== settings.apiUrl.replace(/\/+$/, '')) return undefined;
  if (settings.secretName === undefined) return undefined;
  return { namespace: settings.controllerNamespace, secret: settings.secretName };
}
