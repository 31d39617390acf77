import type { RepositoryObject } from '../api/repository.ts';
import type { ServiceObject } from '../api/service.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { FolderRef } from '../source/folder/source.ts';
import { isOci } from '../source/folder/source.ts';
import { shownUrl } from '../source/http/url.ts';
import type { RegistrySecret } from '../source/oci/login.ts';
import type { SecretData } from './credentials.ts';

/** Where a Service's chart lies. */
export function chartFolder(service: ServiceObject, secret: SecretData | undefined): Result<FolderRef> {
  const { repoURL, path = '', targetRevision } = service.spec.source;
  const refused = refuseLogin(repoURL, 'spec.source.repoURL', 'spec.source.secretRef');
  if (!refused.ok) return refused;
  if (isOci(repoURL) && !/^[./]*$/.test(path)) {
    const message = `spec.source.path: a chart in a registry has no folders; remove "${path}"`;
    return fail('invalid', 'InvalidSpec', message);
  }
  return ok({
    url: repoURL,
    path: isOci(repoURL) ? '' : path,
    content: 'chart',
    ...(targetRevision === undefined ? {} : { ref: targetRevision }),
    ...(secret === undefined ? {} : { credentials: credentialsOf(secret) }),
  });
}

/** Where a Repository's manifests lie. */
export function manifestFolder({ spec }: RepositoryObject, secret: SecretData | undefined): Result<FolderRef> {
  const refused = refuseLogin(spec.url, 'spec.url', 'spec.secretRef');
  if (!refused.ok) return refused;
  const { commit, tag, branch, semver } = spec.ref ?? {};
  const ref = commit ?? tag ?? branch;
  return ok({
    url: spec.url,
    path: spec.path ?? '',
    content: 'files',
    ...(ref === undefined ? {} : { ref }),
    ...(semver === undefined ? {} : { semver }),
    ...(secret === undefined ? {} : { credentials: credentialsOf(secret) }),
  });
}

export function credentialsOf({ id, data }: SecretData): RegistrySecret {
  const { username, password, token } = data;
  const [ca, dockerConfig] = [data['ca.crt'], data['.dockerconfigjson']];
  return {
    id,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(token === undefined ? {} : { token }),
    ...(ca === undefined ? {} : { ca }),
    ...(dockerConfig === undefined ? {} : { dockerConfig }),
  };
}

/** What is written into a spec is read by many: logins belong into a Secret. The user of ssh is no secret. */
function refuseLogin(url: string, field: string, secretRef: string): Result<undefined> {
  const parsed = URL.parse(url);
  const isOpen = parsed === null || (parsed.password === '' && (parsed.username === '' || parsed.protocol === 'ssh:'));
  if (isOpen) return ok(undefined);
  const remedy = `remove it, and put it into a Secret that ${secretRef} names (keys username and password, or token)`;
  return fail('invalid', 'LoginInURL', `${field}: the URL ${shownUrl(url)} holds a login; ${remedy}`);
}
