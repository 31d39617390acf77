/**
 * A patch that cannot be carried out. `malformed`: the patch itself is no valid patch (400 BadRequest of the real
 * server); `unprocessable`: it does not fit the object (422 Invalid); `unexpected`: the real server has no status for it
 * (500). `message` is the detail that the server puts into
 * `details.causes[0].message` (reason UnexpectedServerResponse) for 422, into `message` for 400.
 */
export class PatchError extends Error {
  readonly kind: 'malformed' | 'unprocessable' | 'unexpected';

  constructor(kind: 'malformed' | 'unprocessable' | 'unexpected', message: string) {
    super(message);
    this.name = 'PatchError';
    this.kind = kind;
  }
}
