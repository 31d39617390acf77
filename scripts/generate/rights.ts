import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** A rule of `charts/alustan/rules/controller.yaml`. */
export type ControllerRule = Readonly<{
  reason: string;
  when?: string;
  names?: 'runnerRole' | 'impersonated';
  apiGroups: readonly string[];
  resources: readonly string[];
  verbs: readonly string[];
  resourceNames?: readonly string[];
}>;

const chart = new URL('../../charts/alustan/', import.meta.url);

/** The controller's rules: everywhere, and in its own namespace. */
export function controllerRules(): Readonly<Record<'cluster' | 'namespace', ControllerRule[]>> {
  return parse(read('rules/controller.yaml')) as ReturnType<typeof controllerRules>;
}

/** Rights of the controller, of `rules/controller.yaml`: everywhere, or in its own namespace. */
export function controllerTable(where: 'cluster' | 'namespace'): string {
  const rows = controllerRules()[where].map((rule) => {
    const condition = rule.when === undefined ? '' : ` Only with \`${rule.when}\`.`;
    return `| ${resourcesOf(rule)} | ${rule.verbs.join(', ')} | ${namesOf(rule)} | ${rule.reason}${condition} |`;
  });
  return ['| what | may | only | why |', '|---|---|---|---|', ...rows].join('\n');
}

/** Rights of the role of runners, of `files/runner-role.yaml`. */
export function runnerTable(): string {
  const { rules } = parse(read('files/runner-role.yaml')) as { rules: ControllerRule[] };
  const rows = rules.map((rule) => `| ${resourcesOf(rule)} | ${rule.verbs.join(', ')} |`);
  return ['| what | may |', '|---|---|', ...rows].join('\n');
}

function read(file: string): string {
  return readFileSync(new URL(file, chart), 'utf8');
}

function resourcesOf({ apiGroups, resources }: ControllerRule): string {
  return apiGroups
    .flatMap((group) => resources.map((resource) => `\`${group === '' ? resource : `${resource}.${group}`}\``))
    .join(', ');
}

const named = {
  runnerRole: 'the role in `runner.clusterRole`',
  impersonated: 'the names in `runner.serviceAccountName` and `rbac.serviceAccounts`',
};

function namesOf({ names, resourceNames = [] }: ControllerRule): string {
  return names === undefined ? resourceNames.map((name) => `\`${name}\``).join(', ') : named[names];
}
