import type { Call } from '../api.ts';
import { ApiError, forbiddenField, invalid } from '../errors.ts';
import { flag, integer } from '../http/request.ts';
import { setWarnings } from '../http/respond.ts';
import type { ApiObject } from '../object.ts';
import { decode, servedApiVersion, servedText } from '../resources/codec.ts';
import type { Change } from '../store/store.ts';
import { type Presentation, presentEvent } from '../table/present.ts';
import { askedRevision, type Selection, selectionOf } from '../verbs/list.ts';

/** A quiet watch hears of the newest revision this often (the real server: about a minute). */
const bookmarkEveryMs = 30_000;
/** Half an hour to an hour on the real server; clients reconnect. */
const defaultTimeoutSeconds = 1_800;

/** The annotation on the bookmark after `sendInitialEvents`. Helm 4 waits for it. */
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

/** Streams changes as one JSON document a line, until the client goes, time is up or the server closes. */
export function serveWatch(call: Call, presentation: Presentation): void {
  const { request, api } = call;
  const selection = selectionOf(call);
  const plan = startOf(call);
  const stream = new Stream(call, presentation);
  const send = (change: Change): void => tellChange(call, selection, stream, change);
  let stop: () => void = () => {};
  try {
    if (plan.initial) sendInitial(call, selection, stream);
    if (plan.initialBookmark) stream.bookmark(initialEventsEnd);
    stop = api.store.watch(selection.prefix, plan.since, send);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    stream.write('ERROR', JSON.stringify(error.status()));
    stream.end();
    return;
  }
  const bookmarks = flag(request.query, 'allowWatchBookmarks');
  const timer = setInterval(() => bookmarks && stream.bookmark(), bookmarkEveryMs);
  const seconds = integer(request.query, 'timeoutSeconds') || defaultTimeoutSeconds;
  const finish = (): void => {
    clearInterval(timer);
    clearTimeout(deadline);
    stop();
    stream.end();
  };
  const deadline = setTimeout(() => {
    if (bookmarks) stream.bookmark();
    finish();
  }, seconds * 1000);
  request.signal.addEventListener('abort', finish, { once: true });
  stream.onBroken = finish;
}

type Start = { initial: boolean; initialBookmark: boolean; since: number };

/** Where a watch begins. @throws 422 as the real server for options that contradict each other */
function startOf(call: Call): Start {
  const { query } = call.request;
  const { revision } = call.api.store;
  const asked = askedRevision(call);
  if (flag(query, 'sendInitialEvents')) {
    if (query.get('resourceVersionMatch') !== 'NotOlderThan') {
      const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
      throw invalid({ group: 'meta.k8s.io', name: 'ListOptions' }, '', [forbiddenField('resourceVersionMatch', why)]);
    }
    return { initial: true, initialBookmark: flag(query, 'allowWatchBookmarks'), since: revision };
  }
  const initial = asked === undefined && query.get('sendInitialEvents') === null;
  return { initial, initialBookmark: false, since: initial ? revision : (asked ?? revision) };
}

function sendInitial(call: Call, selection: Selection, stream: Stream): void {
  for (const entry of call.api.store.list(selection.prefix).items) {
    if (selection.matches !== undefined && !selection.matches(decode(call.type, entry.value))) continue;
    stream.event('ADDED', servedText(call.type, entry));
  }
}

/** With a selector, what starts to match is ADDED and what ceases to is DELETED. */
function tellChange(call: Call, selection: Selection, stream: Stream, change: Change): void {
  const { matches } = selection;
  if (matches === undefined) {
    stream.event(change.type, servedText(call.type, change));
    return;
  }
  const now = change.type !== 'DELETED' && matches(decode(call.type, change.value));
  const before = change.before === undefined ? change.type !== 'ADDED' : matches(decode(call.type, change.before));
  if (now) stream.event(before ? 'MODIFIED' : 'ADDED', servedText(call.type, change));
  else if (before) stream.event('DELETED', lastMatching(call, change));
}

/** The last state that matched, with the revision at which it ceased to. */
function lastMatching(call: Call, change: Change): string {
  if (change.type === 'DELETED' || change.before === undefined) return servedText(call.type, change);
  const object: ApiObject = decode(call.type, change.before);
  object.metadata.resourceVersion = String(change.rev);
  return JSON.stringify(object);
}

/** How much may wait unsent for a client that does not read before the watch is cut. */
const maxBacklog = 64 * 1024 * 1024;

class Stream {
  readonly #call: Call;
  readonly #presentation: Presentation;
  #first = true;
  #ended = false;
  onBroken: () => void = () => {};

  constructor(call: Call, presentation: Presentation) {
    this.#call = call;
    this.#presentation = presentation;
    const { response, warnings } = call.request;
    setWarnings(response, warnings);
    response.writeHead(200, {
      'Content-Type': presentation.contentType,
      'Cache-Control': 'no-cache, private',
      'Transfer-Encoding': 'chunked',
    });
    response.flushHeaders();
  }

  event(type: Change['type'], text: string): void {
    this.write(type, presentEvent(this.#call, this.#presentation, text, this.#first));
    this.#first = false;
  }

  bookmark(annotations?: Record<string, string>): void {
    const { type, api } = this.#call;
    const metadata = {
      resourceVersion: String(api.store.revision),
      creationTimestamp: null,
      ...(annotations === undefined ? {} : { annotations }),
    };
    this.write('BOOKMARK', JSON.stringify({ kind: type.kind, apiVersion: servedApiVersion(type), metadata }));
  }

  write(type: string, object: string): void {
    const { response } = this.#call.request;
    if (this.#ended) return;
    response.write(`{"type":"${type}","object":${object}}\n`);
    if (response.writableLength > maxBacklog) {
      response.destroy();
      this.onBroken();
    }
  }

  end(): void {
    this.#ended = true;
    this.#call.request.response.end();
  }
}
