import { readFileSync } from 'node:fs';

/** A request as the API server's audit log tells it. Verbs and resources are those of RBAC. */
export type Request = Readonly<{
  verb: string;
  /** Empty for the core group, and for paths that are no resource. */
  group: string;
  /** With its subresource, `pods/log`; undefined for a path that is no resource, such as discovery. */
  resource: string | undefined;
  namespace: string;
  name: string;
  /** User that the sender acted as. */
  actingAs: string | undefined;
  code: number;
  path: string;
  /** The server's words of a refusal. */
  message: string;
}>;

type Event = {
  verb: string;
  requestURI: string;
  user: { username: string };
  impersonatedUser?: { username: string };
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number; message?: string };
};

/** What a user has asked of the API server, from its audit log (level Metadata, a line of JSON a request). */
export function requestsOf(auditLogPath: string, user: string): Request[] {
  const lines = readFileSync(auditLogPath, 'utf8').split('\n');
  const events = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Event);
  return events.filter((event) => event.user.username === user).map(requestOf);
}

function requestOf({ verb, requestURI, impersonatedUser, objectRef, responseStatus }: Event): Request {
  const { apiGroup = '', resource, subresource, namespace = '', name = '' } = objectRef ?? {};
  return {
    verb,
    group: apiGroup,
    namespace,
    name,
    path: requestURI,
    resource: resource === undefined || subresource === undefined ? resource : `${resource}/${subresource}`,
    actingAs: impersonatedUser?.username,
    code: responseStatus?.code ?? 0,
    message: responseStatus?.message ?? '',
  };
}
