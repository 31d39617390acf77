const endings = new Set<() => void>();
const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Has `ending` called once when this process ends, be it by exit or by a signal (after SIGKILL the janitor of the next
 * run does it). It must be synchronous. Gives the function that takes it back.
 */
export function atEnd(ending: () => void): () => void {
  if (endings.size === 0) listen();
  endings.add(ending);
  return () => {
    endings.delete(ending);
    if (endings.size === 0) unlisten();
  };
}

function listen(): void {
  process.once('exit', runAll);
  for (const signal of signals) process.once(signal, onSignal);
}

function unlisten(): void {
  process.off('exit', runAll);
  for (const signal of signals) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  runAll();
  // Our listener is gone: the signal does what it would have done without us.
  process.kill(process.pid, signal);
}

function runAll(): void {
  const all = [...endings];
  endings.clear();
  unlisten();
  for (const ending of all) ending();
}
