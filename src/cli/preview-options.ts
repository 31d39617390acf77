import { Option } from 'commander';
import type { ControllerOptions } from '../controller/options.ts';
import { json, positive } from './values.ts';

/** Options of previews, as their parser leaves them. */
export type PreviewFlags = Readonly<{
  previews?: true;
  githubApiUrl?: string;
  maxPreviews?: number;
  previewLabels?: Readonly<Record<string, string>>;
  previewQuota?: Readonly<Record<string, unknown>>;
  previewNetworkPolicy?: Readonly<Record<string, unknown>>;
}>;

/** Options of previews; the login of all Services that name none lies in the Secret `alustan-github-token`. */
export function previewOptions(): Option[] {
  return [
    new Option('--previews', 'look after previews of pull requests: needs rights on namespaces'),
    new Option('--github-api-url <url>', 'GitHub of Services that name none (default: https://api.github.com)'),
    new Option('--max-previews <number>', 'previews that run at a time, of all Services (default: 100)').argParser(
      positive,
    ),
    new Option('--preview-labels <json>', 'labels of every namespace of a preview').argParser(json),
    new Option('--preview-quota <json>', 'spec of a ResourceQuota in every such namespace').argParser(json),
    new Option('--preview-network-policy <json>', 'spec of a NetworkPolicy in every such namespace').argParser(json),
  ];
}

/** The Secret with the login, in the controller's namespace: the chart makes it of `githubToken`. */
const secretName = 'alustan-github-token';

export function previewsOf(flags: PreviewFlags): NonNullable<ControllerOptions['previews']> {
  const { githubApiUrl, maxPreviews, previewLabels, previewQuota, previewNetworkPolicy } = flags;
  return {
    secretName,
    enabled: flags.previews === true,
    ...(githubApiUrl === undefined ? {} : { apiUrl: githubApiUrl }),
    ...(maxPreviews === undefined ? {} : { maxPreviews }),
    ...(previewLabels === undefined ? {} : { namespaceLabels: previewLabels }),
    ...(previewQuota === undefined ? {} : { resourceQuota: previewQuota }),
    ...(previewNetworkPolicy === undefined ? {} : { networkPolicy: previewNetworkPolicy }),
  };
}
