import { expect, it } from 'vitest';
import type { Source } from '../../src/source/source.ts';

/** One implementation, set up against a real or scripted server. */
export type Subject<Ref, Fact> = Readonly<{
  source: Source<Ref, Fact>;
  /** Something that is there. */
  there: Ref;
  /** Changes what is there. */
  change(): Promise<void>;
  /** Something that is not. */
  missing: Ref;
  /** A server that takes the request and never answers. */
  silent: Ref;
  /** A secret that the refs carry and that nobody may read in a message. */
  secret: string;
  /** Bodies that were downloaded since the last call. */
  downloads(): number;
}>;

/** What `Source` promises, for each implementation. */
export function sourceContract<Ref, Fact>(setUp: () => Promise<Subject<Ref, Fact>>): void {
  const live = () => ({ signal: new AbortController().signal, maxAgeMs: 0 });

  it('says a revision and a fact at the first look', async () => {
    const { source, there } = await setUp();
    const first = await source.observe(there, undefined, live());
    expect(first).toMatchObject({ ok: true, value: { changed: true, revision: expect.stringMatching(/./), fact: {} } });
  });
  it('says "unchanged" for the revision it has just said, and downloads nothing', async () => {
    const { source, there, downloads } = await setUp();
    const first = await source.observe(there, undefined, live());
    const revision = first.ok ? first.value.revision : '';
    downloads();
    expect(await source.observe(there, revision, live())).toEqual({ ok: true, value: { changed: false, revision } });
    expect(downloads()).toBe(0);
  });
  it('says another revision after a change', async () => {
    const { source, there, change } = await setUp();
    const first = await source.observe(there, undefined, live());
    const revision = first.ok ? first.value.revision : '';
    await change();
    const second = await source.observe(there, revision, live());
    expect(second).toMatchObject({ ok: true, value: { changed: true } });
    expect(second.ok && second.value.revision).not.toBe(revision);
  });
  it('says a failure as a value, without secrets', async () => {
    const { source, missing, silent, secret } = await setUp();
    for (const ref of [missing, silent]) {
      const result = await source.observe(ref, undefined, live());
      expect(result).toMatchObject({ ok: false, failure: { reason: expect.stringMatching(/^[A-Z][A-Za-z]+$/) } });
      expect(JSON.stringify(result)).not.toContain(secret);
    }
  });
  it('ends soon when it is aborted, before and during the work', async () => {
    const { source, silent, there } = await setUp();
    const controller = new AbortController();
    const pending = source.observe(silent, undefined, { signal: controller.signal, maxAgeMs: 0 });
    controller.abort();
    expect(await pending).toMatchObject({ ok: false, failure: { reason: 'Aborted' } });
    const late = await source.observe(there, undefined, { signal: controller.signal, maxAgeMs: 0 });
    expect(late).toMatchObject({ ok: false, failure: { reason: 'Aborted' } });
  });
}
