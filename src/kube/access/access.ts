/** TLS material as node:tls takes it. */
export type TlsMaterial = Readonly<{
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
  servername?: string;
  rejectUnauthorized?: boolean;
}>;

/** What a request needs now; tokens and certificates rotate. */
export type Credentials = Readonly<{ headers: Readonly<Record<string, string>>; tls: TlsMaterial }>;

/** A cluster and who we are there. */
export type Access = Readonly<{
  /** Base URL without a slash at its end. */
  server: string;
  /** HTTP(S) proxy to the server. */
  proxyUrl?: string;
  /** Namespace of the context or of the pod. */
  namespace?: string;
  /** Read anew each time: the transport keeps the answer for a while. */
  credentials(): Promise<Credentials>;
  /** After a 401: forget what a plugin may have kept. */
  forget(): void;
}>;

/** Files are read again after this, as client-go does; bound tokens rotate well before they end. */
const keepMs = 60_000;

/** Reads through a short memory, one read at a time however many requests ask. */
export class CredentialCache {
  readonly #access: Access;
  readonly #now: () => number;
  #current: Promise<Credentials> | undefined;
  #readAt = 0;

  constructor(access: Access, now: () => number) {
    this.#access = access;
    this.#now = now;
  }

  get(): Promise<Credentials> {
    if (this.#current && this.#now() - this.#readAt < keepMs) return this.#current;
    const reading = this.#access.credentials();
    this.#current = reading;
    this.#readAt = this.#now();
    reading.catch(() => {
      if (this.#current === reading) this.#current = undefined;
    });
    return reading;
  }

  /** Forgets `refused`, unless someone has already done so. */
  async refuse(refused: Credentials): Promise<void> {
    const reading = this.#current;
    const current = await reading?.catch(() => undefined);
    if (current !== refused || this.#current !== reading) return;
    this.#current = undefined;
    this.#access.forget();
  }
}
