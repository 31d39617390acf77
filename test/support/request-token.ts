import { Agent, fetch } from 'undici';

type Server = Readonly<{ url: string; caPem: string; token: string }>;

/** A token of a ServiceAccount, for one hour. */
export async function requestToken(server: Server, namespace: string, name: string): Promise<string> {
  const dispatcher = new Agent({ connect: { ca: server.caPem } });
  try {
    const response = await fetch(`${server.url}/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
      dispatcher,
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }),
    });
    const { status } = (await response.json()) as { status?: { token?: string } };
    if (status?.token === undefined) throw new Error(`no token for ${namespace}/${name}: ${response.status}`);
    return status.token;
  } finally {
    await dispatcher.close();
  }
}
