import { KubeError } from './client.ts';

type Status = {
  kind?: string;
  message?: string;
  reason?: string;
  code?: number;
  details?: { retryAfterSeconds?: number };
};

/** The error of an HTTP answer ≥ 400: the server's own reason and message, where it sent a Status. */
export function answerError(what: string, code: number, body: string, retryAfter: string | undefined): KubeError {
  const status = parseStatus(body);
  const text = status?.message ?? (body.trim().slice(0, 500) || `HTTP ${code}`);
  const header = retryAfter === undefined ? Number.NaN : Number(retryAfter);
  const seconds = Number.isFinite(header) ? header : status?.details?.retryAfterSeconds;
  const message = status?.message === undefined ? `${what}: ${code} ${text}` : text;
  return new KubeError(
    code,
    status?.reason ?? reasons[code] ?? 'Unknown',
    message,
    seconds === undefined ? undefined : seconds * 1000,
  );
}

/** The error of an ERROR event within a watch, whose object is a Status. */
export function eventError(object: unknown): KubeError {
  const status = (object ?? {}) as Status;
  const code = status.code ?? 500;
  return new KubeError(code, status.reason ?? reasons[code] ?? 'Unknown', status.message ?? 'watch failed');
}

/** The error of a request that got no answer. */
export function networkError(what: string, cause: unknown): KubeError {
  const code = networkCode(cause);
  const text = cause instanceof Error ? cause.message || code : String(cause);
  const error = new KubeError(0, networkReasons[code] ?? 'Unreachable', `${what}: ${text || code}`);
  error.cause = cause;
  return error;
}

/** `ECONNREFUSED` and the like; of several addresses tried, the last one's. */
export function networkCode(cause: unknown): string {
  if (cause instanceof AggregateError) return networkCode(cause.errors.at(-1));
  return (cause as { code?: string } | undefined)?.code ?? '';
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(body) as Status;
    return value.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** metav1.StatusReason by code, for servers and proxies that send no Status. */
const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const networkReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'ConnectionRefused',
  ECONNRESET: 'ConnectionReset',
  EPIPE: 'ConnectionReset',
  UND_ERR_SOCKET: 'ConnectionReset',
  UND_ERR_CONNECT_TIMEOUT: 'Timeout',
  UND_ERR_HEADERS_TIMEOUT: 'Timeout',
  UND_ERR_BODY_TIMEOUT: 'Timeout',
  ETIMEDOUT: 'Timeout',
};
