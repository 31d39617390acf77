import { html } from 'hono/html';
import type { Row, Status } from './view.ts';

type Html = ReturnType<typeof html>;

/** Names by which kubectl knows our kinds beside those of Kubernetes. */
const shortNames: Readonly<Record<string, string>> = {
  Service: 'asvc',
  Terraform: 'tf',
  Repository: 'repository.alustan.io',
};

/** What is known of an object beside its message. */
export function details({ kind, namespace, name, status }: Row): Html {
  return html`
    ${warnings(status)}${blockers(status)}${facts(status)}${objects(status)}${previews(status)}${outputs(status)}
    ${lastLines(status)}${commands(`${shortNames[kind] ?? kind} ${name} -n ${namespace}`, namespace, status)}`;
}

function part(title: string, body: Html | readonly Html[]): Html {
  return html`<section><h3>${title}</h3>${body}</section>`;
}

function warnings({ state, warnings: all = [] }: Status): Html | '' {
  // The message of what is completed holds the first.
  const shown = state === 'Completed' ? all.slice(1) : all;
  return shown.length === 0 ? '' : part('Odd', html`<ul>${shown.map(({ message }) => html`<li>${message}</li>`)}</ul>`);
}

function blockers({ blockedBy = [], blockedByMore = 0 }: Status): Html | '' {
  if (blockedBy.length === 0) return '';
  const items = blockedBy.map(
    ({ kind, name, state, message }) =>
      html`<li><b>${name}</b> ${kind}, ${state}${message === undefined ? '' : `: ${message}`}</li>`,
  );
  const more = blockedByMore === 0 ? '' : html`<li>and ${blockedByMore} more</li>`;
  return part('Waits for, nearest first', html`<ol>${items}${more}</ol>`);
}

function facts({ image, revision, healthStatus, job, plan, drift, published }: Status): Html {
  const rows = [
    ['Image', image],
    ['Revision', revision],
    ['Release', healthStatus && `${healthStatus.release}, revision ${healthStatus.revision}, ${healthStatus.chart}`],
    ['Job', job && `${job.name}, ${job.purpose}, ${job.phase ?? 'under way'}`],
    ['Plan', plan && `${plan.summary}, hash ${plan.hash}`],
    ['Drift', drift && (drift.error ?? (drift.drifted ? `drifted ${drift.summary ?? ''}` : 'none'))],
    ['Published', published?.join(', ')],
  ].filter(([, value]) => value !== undefined);
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function objects({ healthStatus }: Status): Html | '' {
  const all = healthStatus?.objects ?? [];
  if (all.length === 0) return '';
  const items = all.map(
    ({ kind, name, health, message }) =>
      html`<li><b>${name}</b> ${kind}, ${health}${message === undefined ? '' : `: ${message}`}</li>`,
  );
  return part('Objects of the release', html`<ul>${items}</ul>`);
}

/** Their addresses are no links: nothing of this machine answers there. */
function previews({ previews: all = [] }: Status): Html | '' {
  if (all.length === 0) return '';
  const items = all.map(({ number, url, state, message, urls = [] }) => {
    const pull = /^https?:\/\//.test(url) ? html`<a href="${url}">#${number}</a>` : html`#${number}`;
    return html`<li>${pull} ${state}: ${message} ${urls.map((address) => html`<code>${address}</code> `)}</li>`;
  });
  return part('Previews', html`<ul>${items}</ul>`);
}

function outputs({ postDeployOutput }: Status): Html | '' {
  if (postDeployOutput === undefined) return '';
  return part('Outputs', html`<pre>${JSON.stringify(postDeployOutput, undefined, 2)}</pre>`);
}

function lastLines({ job }: Status): Html | '' {
  const lines = job?.tail ?? [];
  return lines.length === 0 ? '' : part('Last lines of the run', html`<pre>${lines.join('\n')}</pre>`);
}

function commands(object: string, namespace: string, { job, plan }: Status): Html {
  const lines = [
    `kubectl describe ${object}`,
    ...(job === undefined ? [] : [`kubectl logs -n ${namespace} job/${job.name}`]),
    ...(plan === undefined
      ? []
      : [`kubectl get secret ${plan.secret} -n ${namespace} -o go-template='{{.data.plan | base64decode}}'`]),
  ];
  return part('Look closer', html`<pre>${lines.join('\n')}</pre>`);
}
