import type { Json } from './object.ts';

export type Cause = { reason: string; message: string; field: string };

type Details = {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: Cause[];
  retryAfterSeconds?: number;
};

/** A refusal, as clients read it: a metav1.Status with the reasons and words of the real API server. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  status(): Json {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason === '' ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

/** What an error is about: a group and its resource (plural) or, for `Invalid`, its kind. */
export type Qualified = { group: string; name: string };

/** `deployments.apps`; the core group adds nothing. */
function qualified(of: Qualified): string {
  return of.group === '' ? of.name : `${of.name}.${of.group}`;
}

function about(of: Qualified, name: string): Details {
  return {
    ...(name === '' ? {} : { name }),
    ...(of.group === '' ? {} : { group: of.group }),
    ...(of.name === '' ? {} : { kind: of.name }),
  };
}

export function notFound(of: Qualified, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${qualified(of)} "${name}" not found`, about(of, name));
}

/** A path that no API has; the real server answers in plain text, by which clients tell it from a missing object. */
export class PageNotFound extends ApiError {
  constructor() {
    super(404, 'NotFound', '404 page not found');
  }
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function alreadyExists(of: Qualified, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${qualified(of)} "${name}" already exists`, about(of, name));
}

export function conflict(of: Qualified, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, about(of, name));
}

export const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** 422 with one cause per field; `of.name` is the kind. The wording is Kubernetes' aggregate of field errors. */
export function invalid(of: Qualified, name: string, causes: Cause[]): ApiError {
  const each = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const text = each.length === 1 ? each[0] : `[${each.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${qualified(of)} "${name}" is invalid: ${text}`, {
    ...about(of, name),
    causes,
  });
}

export function forbidden(of: Qualified, name: string, why: string): ApiError {
  const subject = name === '' ? `${qualified(of)} is forbidden` : `${qualified(of)} "${name}" is forbidden`;
  return new ApiError(403, 'Forbidden', `${subject}: ${why}`, about(of, name));
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function unsupportedMediaType(accepted: string): ApiError {
  return new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
  );
}

export function notAcceptable(accepted: string): ApiError {
  const message = `only the following media types are accepted: ${accepted}`;
  return new ApiError(406, 'NotAcceptable', message);
}

export function internalError(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ reason: '', message, field: '' }],
  });
}

// Causes of `Invalid`, worded as apimachinery's field errors.

export function invalidValue(field: string, value: unknown, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

export function required(field: string, why = ''): Cause {
  return { reason: 'FieldValueRequired', message: why === '' ? 'Required value' : `Required value: ${why}`, field };
}

export function forbiddenField(field: string, why: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${why}`, field };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): Cause {
  const list = supported.map((one) => JSON.stringify(one)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field,
  };
}
