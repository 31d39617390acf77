import type { ForgeComment, ForgeWriter } from '../../core/forge-writer.ts';
import type { ForgeTarget } from '../../core/pull-request.ts';
import { ok, type Result } from '../../core/result.ts';
import { composeComment, markOf, parseSections } from './comment-body.ts';
import type { Letter, Settled } from './outbox.ts';

/** The one comment of a marker on a pull request. */
export type Place = Readonly<{ key: string; target: ForgeTarget; number: number; marker: string; heading: string }>;

type Known = {
  /** What each who writes to it wants to have said; undefined: nothing any more. */
  wanted: Map<string, string | undefined>;
  /** Sections of others, that stood there when it was found. */
  found?: ReadonlyMap<string, string>;
  comment?: ForgeComment;
};

const maxKnown = 5_000;

/** Keeps one comment for each pull request: finds it by its hidden mark, also after a restart, and edits it. */
export class CommentWriter {
  readonly #writer: ForgeWriter;
  readonly #known = new Map<string, Known>();

  constructor(writer: ForgeWriter) {
    this.#writer = writer;
  }

  /** What is to be said there, one section changed. */
  want(place: Place, section: string, body: string | undefined): Pick<Letter, 'key' | 'content' | 'settle'> {
    const known = this.#of(place.key);
    known.wanted.set(section, body);
    const content = JSON.stringify([place.heading, [...known.wanted].sort(([a], [b]) => (a < b ? -1 : 1))]);
    return { key: place.key, content, settle: (signal) => this.#settle(place, known, signal) };
  }

  async #settle(place: Place, known: Known, signal: AbortSignal): Promise<Result<Settled>> {
    if (known.comment === undefined) {
      const found = await this.#find(place, signal);
      if (!found.ok) return found;
      if (found.value !== undefined) known.comment = found.value;
      known.found = parseSections(found.value?.body ?? '');
    }
    const text = composeComment(place.marker, place.heading, sectionsOf(known));
    const said = known.comment?.body.replaceAll('\r\n', '\n');
    const nothing = known.comment === undefined && [...known.wanted.values()].every((body) => body === undefined);
    if (said === text || nothing) return ok('same');
    const written = await this.#write(place, known, text, signal);
    if (!written.ok) return written;
    known.comment = { ...written.value, body: text };
    return ok('written');
  }

  async #write(place: Place, known: Known, text: string, signal: AbortSignal): Promise<Result<ForgeComment>> {
    const { target, number } = place;
    if (known.comment === undefined) return this.#writer.createComment(target, number, text, signal);
    const edited = await this.#writer.editComment(target, known.comment.id, text, signal);
    if (edited.ok || edited.failure.reason !== 'Gone') return edited;
    // Somebody deleted it.
    delete known.comment;
    return this.#writer.createComment(target, number, text, signal);
  }

  /** Only a comment of our own: anybody can write our mark, and must not make us edit theirs. */
  async #find({ target, number, marker }: Place, signal: AbortSignal): Promise<Result<ForgeComment | undefined>> {
    const viewer = await this.#writer.viewer(target, signal);
    if (!viewer.ok) return viewer;
    const comments = await this.#writer.comments(target, number, signal);
    if (!comments.ok) return comments;
    return ok(comments.value.find(({ author, body }) => author === viewer.value && body.startsWith(markOf(marker))));
  }

  #of(key: string): Known {
    const known = this.#known.get(key) ?? { wanted: new Map() };
    this.#known.delete(key);
    this.#known.set(key, known);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxKnown) break;
      this.#known.delete(oldest);
    }
    return known;
  }
}

function sectionsOf({ wanted, found = new Map() }: Known): Map<string, string> {
  const sections = new Map<string, string>(found);
  for (const [name, body] of wanted) {
    if (body === undefined) sections.delete(name);
    else sections.set(name, body);
  }
  return sections;
}
