import type { Shown } from './control.ts';

/** One line for each pull request, the newest last. */
export function showPulls(shown: readonly Shown[]): string {
  const rows = shown.map(({ pull }) => [
    `#${pull.number}`,
    pull.mergedAt === undefined ? (pull.draft ? 'draft' : pull.state) : 'merged',
    pull.head.sha.slice(0, 7),
    `${pull.head.fork ? `${pull.head.owner}:` : ''}${pull.head.ref}`,
    pull.labels.length === 0 ? '' : `[${pull.labels.join(', ')}]`,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

/** A pull request with its comments, statuses and deployments, as its page would show them. */
export function showPull(shown: Shown): string {
  const { pull, comments, statuses, deployments } = shown;
  const parts = [
    `${pull.title}\n${showPulls([shown])}`,
    ...statuses.map(({ context, state, description }) => `${context}: ${state}  ${description}\n`),
    ...deployments.map(({ environment, state, url }) => `${environment}: ${state}${url === '' ? '' : `  ${url}`}\n`),
    ...comments.map(({ author, body }) => `\n${author} wrote:\n${indented(readable(body))}\n`),
  ];
  return parts.join('');
}

/** Markdown as a terminal shows it: without hidden marks, and with the characters that entities stand for. */
function readable(body: string): string {
  return body
    .replace(/<!--.*?-->\n?/gs, '')
    .replace(/<\/?code>/g, '`')
    .replace(/&#(\d+);/g, (_entity, code) => String.fromCharCode(Number(code)))
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
