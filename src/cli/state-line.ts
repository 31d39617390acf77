import type { CommandContext } from './context.ts';
import { paint } from './progress.ts';

type Out = CommandContext['out'] & { columns?: number };

/** What is said of an object at a time. */
export type Line = Readonly<{
  state: string;
  message: string;
  /** Equal for lines of which one is enough. */
  same: string;
  /** Something runs and nobody is waited for: what is said of it is soon out of date. */
  works: boolean;
}>;

const colours: Readonly<Record<string, Parameters<typeof paint>[1]>> = {
  Completed: 'green',
  Success: 'green',
  Progressing: 'yellow',
  Error: ['bold', 'red'],
  Failed: ['bold', 'red'],
  Blocked: 'magenta',
};

/**
 * The column of names grows with the longest so far, up to two fifths of a terminal: one long name does not push aside
 * what all others say.
 */
export function nameColumn(out: Out): (name: string) => string {
  const most = Math.max(30, Math.floor((out.columns ?? 120) * 0.4));
  let width = 30;
  return (name) => {
    width = Math.max(width, Math.min(name.length, most));
    return name.padEnd(width);
  };
}

/** Characters: where less is left beside the state, its message begins a line of its own. */
const besideState = 40;
/** Of the time and the two blanks after it. */
const timeWidth = 10;

/**
 * On a terminal words on work under way are cut to one line; what a person may have to act on is shown in full, broken
 * between words. In a pipe each is one line.
 */
export function render(out: Out, name: string, { state, message, works }: Line, at: Date): string {
  const [time, mark] = [at.toLocaleTimeString('en-GB'), state.padEnd(11)];
  const head = `${paint(out, 'dim', time)}  ${name}  ${paint(out, colours[state] ?? 'dim', mark)}`;
  const before = timeWidth + name.length + mark.length + 4;
  const room = (out.columns ?? 80) - before;
  if (out.isTTY !== true || message.length <= room) return `${head}  ${message}`.trimEnd();
  const isBeside = room >= besideState;
  const [width, indent] = isBeside ? [room, before] : [Math.max(room + before - timeWidth, besideState), timeWidth];
  const lines = works ? [cut(message, width)] : wrap(message, width);
  const [first = '', ...others] = lines.map((line, index) =>
    isBeside && index === 0 ? `  ${line}` : `\n${' '.repeat(indent)}${line}`,
  );
  return [isBeside ? head : head.trimEnd(), first, ...others].join('');
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** A command begins a line and stays in one piece: broken in two it could not be pasted. */
function wrap(text: string, width: number): string[] {
  return text.split(/ (?=kubectl )/).flatMap((part) => (part.startsWith('kubectl ') ? [part] : wrapWords(part, width)));
}

function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
