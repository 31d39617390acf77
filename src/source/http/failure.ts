import type { Failure } from '../../core/result.ts';

/** A failure on its way through code that can only throw, such as a library's callbacks; caught at the source's edge. */
export class FailureError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

export function raise(kind: Failure['kind'], reason: string, message: string, retryAfterMs?: number): never {
  throw new FailureError({ kind, reason, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** What a thrown value means; `subject` names the other side, for example `git repository https://…`. */
export function toFailure(error: unknown, subject: string): Failure {
  if (error instanceof FailureError) return error.failure;
  const chain = causes(error);
  const codes = chain.flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  const names = chain.map(({ name }) => name);
  if (names.includes('AbortError')) return failure('Aborted', `${subject}: the request was given up`);
  if (names.includes('TimeoutError') || codes.some((code) => /TIMEOUT|ETIMEDOUT/.test(code))) {
    return failure('Timeout', `${subject} did not answer in time; check that the host is up and reachable`);
  }
  const certificate = codes.find((code) => /CERT|UNABLE_TO_VERIFY|ERR_TLS/.test(code));
  if (certificate !== undefined) {
    const message = `${subject}: its TLS certificate is not trusted (${certificate}); give the CA in the credentials' Secret as "ca.crt"`;
    return failure('UntrustedCertificate', message);
  }
  const why = codes.find((code) => network[code] !== undefined);
  if (why === undefined) return failure('Unexpected', `${subject}: ${chain.at(-1)?.message ?? String(error)}`);
  return failure(
    'Unreachable',
    `${subject} cannot be reached: ${network[why]} (${why}); check the URL and the network`,
  );
}

const network: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'host name lookup failed',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'no route to network',
};

type Cause = Readonly<{ name: string; message: string; code?: unknown }>;

/** The error and what lies under it: clients wrap the cause that tells something, and group those of each address. */
function causes(error: unknown): Cause[] {
  if (!(error instanceof Error)) return [];
  const below = error instanceof AggregateError ? error.errors : [error.cause];
  return [error, ...below.flatMap(causes)];
}

function failure(reason: string, message: string): Failure {
  return { kind: 'transient', reason, message };
}
