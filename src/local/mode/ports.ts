const tries = 100;

/** Starts something on the wanted port, or on the next one that is free; 0 lets the system choose. */
export async function onFreePort<T>(wanted: number, start: (port: number) => Promise<T>): Promise<T> {
  for (let port = wanted; ; port += 1) {
    try {
      return await start(port);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
      if (port - wanted < tries) continue;
      throw new Error(`no free port from ${wanted} to ${port}: choose another with --api-port and --http-port`);
    }
  }
}
