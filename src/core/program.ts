/*
 * Where the program's own files lie. `npm run bundle` puts everything that src/ consists of into one flat folder, so
 * what is found by its place among the sources has another place there.
 */

/** True in the bundle, false where the sources run as they are. */
const isBundled = !import.meta.url.endsWith('.ts');

/** Root of the package, with a slash at its end: charts/ and examples/ lie there, beside src/ or dist/. */
export const packageRoot: URL = new URL(isBundled ? '../' : '../../', import.meta.url);

/** The program's main file. */
export const mainFile: URL = new URL(isBundled ? 'dist/main.js' : 'src/main.ts', packageRoot);

/**
 * A worker thread's entry point: `./worker.ts` beside the source whose `import.meta.url` is given, `<name>.js` in the
 * bundle.
 */
export function workerEntry(name: string, importer: string): URL {
  return new URL(isBundled ? `./${name}.js` : './worker.ts', importer);
}
