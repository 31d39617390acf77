type Write = (fields: Readonly<Record<string, unknown>>, message: string) => void;

/** Structured log; pino satisfies it. Fields never hold secret values. */
export type Log = Readonly<{ debug: Write; info: Write; warn: Write; error: Write }>;

/** For tests and short-lived commands that have nothing to say. */
export const silent: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
