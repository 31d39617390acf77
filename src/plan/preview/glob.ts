/** `fork` takes no character: it goes on with the next token, or leaves out the folders that the next two stand for. */
type Token = Readonly<{ char?: string; repeat?: true; slash?: true; fork?: true }>;

const anything: Token = { repeat: true, slash: true };

/** Whether one of the globs matches, and none that begins with `!` does. Without any that does not, all match. */
export function matchesGlobs(globs: readonly string[], text: string): boolean {
  const [out, into] = [globs.filter((glob) => glob.startsWith('!')), globs.filter((glob) => !glob.startsWith('!'))];
  if (out.some((glob) => matches(glob.slice(1), text))) return false;
  return into.length === 0 || into.some((glob) => matches(glob, text));
}

/** All positions in the glob at a time, character by character: no glob takes long, as one as a RegExp could. */
function matches(glob: string, text: string): boolean {
  const tokens = tokensOf(glob);
  let states = skip(tokens, new Set([0]));
  for (const char of text) {
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined || !takes(token, char)) continue;
      next.add(token.repeat === true ? state : state + 1);
    }
    states = skip(tokens, next);
  }
  return states.has(tokens.length);
}

/** Where one can be without taking a character. A Set visits what is added to it on the way. */
function skip(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const token = tokens[state];
    if (token?.repeat === true || token?.fork === true) states.add(state + 1);
    if (token?.fork === true) states.add(state + 3);
  }
  return states;
}

function takes({ char, slash, fork }: Token, given: string): boolean {
  if (fork === true) return false;
  if (char !== undefined) return char === given;
  return slash === true || given !== '/';
}

function tokensOf(glob: string): Token[] {
  return [...glob.matchAll(/\*\*\/|\*\*|\*|\?|[^*?]/gsu)].flatMap(([text]): Token[] => {
    if (text === '**/') return [{ fork: true }, anything, { char: '/' }];
    if (text === '**') return [anything];
    if (text === '*') return [{ repeat: true }];
    return [text === '?' ? {} : { char: text }];
  });
}
