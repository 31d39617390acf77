import { cutName } from '../../core/hash.ts';

/** Names of one preview (E15). */
export type PreviewNames = Readonly<{
  /** Branch as a DNS label. */
  slug: string;
  /** `{slug}-{n}`: what hosts and releases carry. */
  id: string;
  namespace: string;
  /** Taken where `namespace` belongs to somebody else. */
  otherNamespace: string;
}>;

const slugLength = 50;
const labelLength = 63;
/** Helm's own limit for names of releases. */
const releaseLength = 53;
/** Hex digits that keep two repositories apart. */
const hashLength = 8;

/** @param identity of the pull request, hashed: never the same for two repositories. */
export function previewNames(branch: string, number: number, identity: string): PreviewNames {
  const slug = slugOf(branch);
  const id = `${slug}-${number}`;
  return {
    slug,
    id,
    namespace: cutName(`preview-${id}`, labelLength),
    otherNamespace: cutName(`preview-${id}-${identity.slice(0, hashLength)}`, labelLength),
  };
}

/** A branch as a DNS label of at most 50 characters (E15); letters with marks lose them, what is no letter is a dash. */
export function slugOf(branch: string): string {
  const plain = branch.normalize('NFKD').replace(/\p{M}+/gu, '');
  const dashed = plain.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const slug = dashed.replace(/^-+/, '').slice(0, slugLength).replace(/-+$/, '');
  // A branch of nothing but emoji.
  return slug === '' ? 'branch' : slug;
}

/** `<service>-{slug}-{n}`. */
export function releaseOf(service: string, { id }: Pick<PreviewNames, 'id'>): string {
  return cutName(`${service}-${id}`, releaseLength);
}

/**
 * E14: `chart-example.local` → `preview-feat-8-chart-example.local`. The first label holds at most 63 characters (E15).
 * A wildcard takes the preview as its first label: `*.apps.example` → `preview-feat-8.apps.example`.
 */
export function previewHost(host: string, { id }: Pick<PreviewNames, 'id'>): string {
  const [first = '', ...rest] = host.trim().toLowerCase().split('.');
  if (first === '' && rest.length === 0) return host;
  const label = first === '*' ? `preview-${id}` : `preview-${id}-${first}`;
  return [cutName(label, labelLength), ...rest].join('.');
}
