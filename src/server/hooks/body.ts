/** Bytes: GitHub sends no more than 25 MB. */
const bodyLimit = 25 * 1024 * 1024;
/** Bytes of all bodies that are being read: senders are not known before their body is complete. */
const budget = 4 * bodyLimit;

export type Body =
  | Readonly<{ ok: true; bytes: Uint8Array }>
  | Readonly<{ ok: false; status: 400 | 413 | 503; why: string }>;

const tooLarge = { ok: false, status: 413, why: 'a webhook holds less than 25 MiB' } as const;
const busy = { ok: false, status: 503, why: 'too much at once: send it again later' } as const;

/** Reads bodies of requests that nobody has vouched for yet, within limits of size. */
export class BodyReader {
  #reading = 0;

  async read(request: Request): Promise<Body> {
    const said = Number(request.headers.get('content-length') ?? 0);
    // Told before a byte of it is read.
    if (said >= bodyLimit) return tooLarge;
    if (this.#reading + said > budget) return busy;
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of request.body ?? []) {
        size += chunk.byteLength;
        this.#reading += chunk.byteLength;
        if (size >= bodyLimit) return tooLarge;
        if (this.#reading > budget) return busy;
        chunks.push(chunk);
      }
      return { ok: true, bytes: Buffer.concat(chunks) };
    } catch {
      return { ok: false, status: 400, why: 'the body broke off' };
    } finally {
      this.#reading -= size;
    }
  }
}
