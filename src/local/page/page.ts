import { html } from 'hono/html';
import { details } from './details.ts';
import { ago, type Row, type View } from './view.ts';

type Html = ReturnType<typeof html>;

export type Addresses = Readonly<{ kubernetes: string; http: string; kubeconfig: string }>;

/** The whole page; everything that is put into it is escaped. */
export async function page(view: View, addresses: Addresses, now: Date): Promise<string> {
  const { needYou, namespaces } = view;
  const title = needYou.length === 0 ? 'Alustan' : `(${needYou.length}) Alustan`;
  const body =
    namespaces.length === 0 ? empty(addresses) : namespaces.map(({ name, rows }) => section(name, rows, now));
  return String(
    await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<header><h1>Alustan</h1><p>on this machine</p></header>
<p id="away" hidden>Local mode does not answer: what is shown is what it said last. Start it again with <code>npm start</code>.</p>
<main>
${summary(view)}
${needYou.length === 0 ? '' : attention(needYou)}
${body}
</main>
<footer><code>export KUBECONFIG=${addresses.kubeconfig}</code> <code>kubectl get alustan -A</code></footer>
</body>
</html>
`,
  );
}

function summary({ counts, needYou }: View): Html {
  const { good, busy, bad, held } = counts;
  const parts = [
    ['good', good, 'delivered'],
    ['busy', busy + counts.new, 'under way'],
    ['held', held, 'held'],
    ['bad', bad, 'failed'],
  ] as const;
  const chips = parts
    .filter(([, count]) => count > 0)
    .map(([tone, count, word]) => html`<span class="${tone}">${count} ${word}</span>`);
  return html`<p class="summary">${chips}${needYou.length === 0 && good > 0 ? html`<span>nothing waits for you</span>` : ''}</p>`;
}

/** One line each; in full they stand below. */
const attentionLimit = 8;

function attention(rows: readonly Row[]): Html {
  const items = rows
    .slice(0, attentionLimit)
    .map((row) => html`<li><a href="#${idOf(row)}">${row.namespace}/${row.name}</a> ${row.message}</li>`);
  const more = rows.length > attentionLimit ? html`<li>and ${rows.length - attentionLimit} more</li>` : '';
  return html`<section class="attention"><h2>Waits for you</h2><ul>${items}${more}</ul></section>`;
}

function section(name: string, rows: readonly Row[], now: Date): Html {
  return html`<section><h2>${name}</h2>${rows.map((row) => line(row, now))}</section>`;
}

function line(row: Row, now: Date): Html {
  const { kind, name, state, tone, message, since } = row;
  return html`<details id="${idOf(row)}" class="${tone}"><summary>
<span class="state">${state}</span><span class="name"><b>${name}</b> <small>${kind}</small></span>
<span class="message">${message}</span><time datetime="${since ?? ''}" title="${since ?? ''}">${ago(since, now)}</time>
</summary><div class="more">${details(row)}</div></details>`;
}

function idOf({ kind, namespace, name }: Row): string {
  return `${kind}.${namespace}.${name}`;
}

function empty({ http }: Addresses): Html {
  return html`<section class="empty"><h2>Nothing is here yet</h2>
<p>Push manifests to <code>${http}/git/NAME.git</code> and apply a <code>Repository</code> that names it, or apply a
<code>Service</code> by kubectl. What becomes of it is shown here.</p></section>`;
}
