import { DecoratorHandler, type Dispatcher } from 'undici';

/** Who may write, and for how long: of several replicas the leader, while its lease lasts. */
export type Guard = Readonly<{
  /** Called before a request is sent, and once more when it is its turn on a connection; throws when it must not be. */
  check(): void;
  /** Breaks off what is under way. */
  signal: AbortSignal;
}>;

/**
 * Asks the guard of a request in the moment in which it would be written: a process that was stopped while the request
 * waited for its connection finds that out here, before any of its timers has run.
 */
export const guarding: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { guard } = options as Dispatcher.DispatchOptions & { guard?: Guard };
  return dispatch(options, guard === undefined ? handler : new Guarded(handler, guard));
};

class Guarded extends DecoratorHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #guard: Guard;

  constructor(handler: Dispatcher.DispatchHandler, guard: Guard) {
    super(handler);
    this.#handler = handler;
    this.#guard = guard;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#guard.check();
    this.#handler.onRequestStart?.(controller, context);
  }
}
