import type { Call } from '../api.ts';
import { ApiError, badRequest } from '../errors.ts';
import { integer } from '../http/request.ts';
import type { ApiObject } from '../object.ts';
import { decode, servedApiVersion, servedText } from '../resources/codec.ts';
import { listPrefix, type ResourceType } from '../resources/resource-type.ts';
import { type FieldMatch, parseFieldSelector } from '../selectors/fields.ts';
import { type LabelMatch, parseLabelSelector } from '../selectors/labels.ts';
import type { Entry } from '../store/log.ts';

/** What of a prefix a list or a watch is about. */
export type Selection = Readonly<{
  prefix: string;
  /** Undefined when everything matches: then nothing needs to be parsed. */
  matches: ((object: ApiObject) => boolean) | undefined;
}>;

export function selectionOf(call: Call): Selection {
  const { query } = call.request;
  const labels: LabelMatch | undefined = parseLabelSelector(query.get('labelSelector'));
  const byQuery: FieldMatch | undefined = parseFieldSelector(call.type, query.get('fieldSelector'));
  const { name } = call.info;
  // The old watch path of one object: /watch/…/name, and lists of one.
  const byName: FieldMatch | undefined = name === '' ? undefined : (object) => object.metadata.name === name;
  const fields = [byQuery, byName].filter((one) => one !== undefined);
  const matches =
    labels === undefined && fields.length === 0
      ? undefined
      : (object: ApiObject) =>
          (labels === undefined || labels(object.metadata.labels ?? {})) && fields.every((one) => one(object));
  return { prefix: listPrefix(call.type, call.info.namespace), matches };
}

export type Listed = Readonly<{ entries: Entry[]; metadata: ListMetadata }>;
type ListMetadata = { resourceVersion: string; continue?: string; remainingItemCount?: number };
type Continue = { v: 'meta.k8s.io/v1'; rv: number; start: string };

/** The entries of one page. Selected lists fill their page: what does not match does not count. */
export function listEntries(call: Call): Listed {
  const { query } = call.request;
  const selection = selectionOf(call);
  const limit = integer(query, 'limit') || undefined;
  const asked = askedRevision(call);
  const from = parseContinue(query.get('continue'));
  const at = from?.rv ?? (query.get('resourceVersionMatch') === 'Exact' ? asked : undefined);
  const page = call.api.store.list(selection.prefix, {
    ...(at === undefined ? {} : { at }),
    ...(from === undefined ? {} : { after: from.start }),
    ...(limit === undefined || selection.matches !== undefined ? {} : { limit }),
  });
  const { matches } = selection;
  const matching =
    matches === undefined ? page.items : page.items.filter((entry) => matches(decode(call.type, entry.value)));
  const entries = limit === undefined ? matching : matching.slice(0, limit);
  const metadata: ListMetadata = { resourceVersion: String(page.revision) };
  const last = entries.at(-1);
  if (last !== undefined && (page.remaining > 0 || entries.length < matching.length)) {
    metadata.continue = Buffer.from(
      JSON.stringify({ v: 'meta.k8s.io/v1', rv: page.revision, start: last.key } satisfies Continue),
    ).toString('base64url');
    if (matches === undefined) metadata.remainingItemCount = page.remaining;
  }
  return { entries, metadata };
}

function parseContinue(token: string | null): Continue | undefined {
  if (token === null || token === '') return undefined;
  try {
    const parsed = JSON.parse(Buffer.from(token, 'base64url').toString()) as Continue;
    if (typeof parsed.rv === 'number' && typeof parsed.start === 'string') return parsed;
  } catch {
    // Falls through to the refusal below: a token that is not ours.
  }
  throw badRequest('invalid continue token: continue key is not valid: it was not made by this server');
}

/**
 * The resourceVersion of a list or watch; undefined when there is none, or `0`: any will do.
 * @throws 400 when it is no number, 504 when it is yet to come: the client knows another store than this one
 */
export function askedRevision(call: Call): number | undefined {
  const text = call.request.query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text)) {
    const why = `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw badRequest(`invalid resource version: resourceVersion: ${why}`);
  }
  const asked = Number(text);
  const current = call.api.store.revision;
  if (asked <= current) return asked === 0 ? undefined : asked;
  throw new ApiError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }],
    retryAfterSeconds: 1,
  });
}

function listKind(type: ResourceType): string {
  return `${type.kind}List`;
}

/** The list's JSON text, joined from the stored texts. */
export function listText(call: Call, listed: Listed): string {
  const { type } = call;
  const head = JSON.stringify({ kind: listKind(type), apiVersion: servedApiVersion(type), metadata: listed.metadata });
  return `${head.slice(0, -1)},"items":[${listed.entries.map((entry) => servedText(type, entry)).join(',')}]}`;
}
