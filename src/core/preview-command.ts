import type { PreviewVerb } from './pull-request.ts';

const verbs: Readonly<Record<string, PreviewVerb>> = {
  '': 'start',
  start: 'start',
  stop: 'stop',
  wake: 'wake',
  restart: 'restart',
};

/**
 * What a comment asks for: its first line that is `/preview`, `/preview stop`, `/preview wake` or `/preview restart` and
 * nothing else. Quotes, code and hidden text ask for nothing: they show what others wrote, or how it is written.
 */
export function parsePreviewCommand(body: string): PreviewVerb | undefined {
  let fence: string | undefined;
  const visible = body.slice(0, 65_536).replace(/<!--.*?(?:-->|$)/gs, '');
  for (const line of visible.split(/\r?\n/)) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== undefined) {
      if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined;
    } else if (mark !== undefined) {
      fence = mark;
    } else {
      const asked = /^ {0,3}\/preview(?:[ \t]+([a-z]+))?[ \t]*$/i.exec(line);
      const verb = asked === null ? undefined : verbs[(asked[1] ?? '').toLowerCase()];
      if (verb !== undefined) return verb;
    }
  }
  return undefined;
}
