import { isObject, type JsonObject } from '../../core/json.ts';
import type { PullRequest } from '../../core/pull-request.ts';
import type { PreviewNames } from './names.ts';

export type Values = JsonObject;

/** Lays values over others as Helm does: maps are merged, everything else is replaced. */
export function overlay(base: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = base[key];
    merged[key] = isObject(below) && isObject(value) ? overlay(below, value) : value;
  }
  return merged;
}

/** What `${preview.NAME}` stands for. */
export type PreviewVariables = Readonly<Record<string, string>>;

/** Characters of a commit that tags usually carry. */
const shortSha = 7;

export function variablesOf(pullRequest: PullRequest, { slug }: PreviewNames): PreviewVariables {
  const { number, branch, headSha, author, url } = pullRequest;
  return { number: String(number), branch, slug, sha: headSha, sha7: headSha.slice(0, shortSha), author, url };
}

/** `$${preview.X}` is the escaped form. */
const placeholder = /(\$?)\$\{preview\.([^}]+)\}/g;

/** Names of `${preview.X}` that nobody knows, each once. */
export function unknownVariables(value: unknown, variables: PreviewVariables): string[] {
  const unknown = new Set<string>();
  fillPreview(value, (name) => {
    if (!Object.hasOwn(variables, name)) unknown.add(name);
    return '';
  });
  return [...unknown];
}

/**
 * Replaces `${preview.NAME}` in every string at any depth. Single pass. What is inserted was written by whoever named
 * the branch: a placeholder of the workspace in it stays text, and gets at no secret.
 */
export function fillVariables(value: Values, variables: PreviewVariables): Values {
  return fillPreview(value, (name) => harmless(String(variables[name]))) as Values;
}

/** Text in which the delivery finds no placeholder of the workspace. */
export function harmless(text: string): string {
  return text.replaceAll('${workspace.', () => '$${workspace.');
}

/** The same in one text, without care for what follows: for names of tags. */
export function fillText(text: string, variables: PreviewVariables): string {
  return fillPreview(text, (name) => variables[name] ?? '') as string;
}

function fillPreview(value: unknown, lookUp: (name: string) => string): unknown {
  if (typeof value === 'string') {
    return value.replace(placeholder, (whole, dollar: string, name: string) =>
      dollar === '' ? lookUp(name) : whole.slice(1),
    );
  }
  if (Array.isArray(value)) return value.map((item) => fillPreview(item, lookUp));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillPreview(item, lookUp)]));
}
