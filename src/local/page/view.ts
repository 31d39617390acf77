import type { ServiceStatus } from '../../api/service-status.ts';
import type { TerraformStatus } from '../../api/terraform-status.ts';
import type { Condition, KubeObject } from '../../core/resource.ts';

/** What the statuses of our kinds have, one or the other. */
export type Status = Partial<Omit<ServiceStatus, 'job'> & Omit<TerraformStatus, 'job'>> &
  Readonly<{
    conditions?: readonly Condition[];
    job?: Readonly<{ name: string; purpose: string; phase?: string; tail?: readonly string[] }>;
  }>;

/** How a state looks: delivered, under way, gone wrong, held, or not looked at yet. */
export type Tone = 'good' | 'busy' | 'bad' | 'held' | 'new';

/** An object as the page shows it. */
export type Row = Readonly<{
  kind: string;
  namespace: string;
  name: string;
  state: string;
  tone: Tone;
  message: string;
  /** RFC 3339: since when it is ready, or not. */
  since: string | undefined;
  /** Nothing goes on, or something is odd, until somebody does something. */
  needsYou: boolean;
  status: Status;
}>;

export type View = Readonly<{
  namespaces: readonly Readonly<{ name: string; rows: readonly Row[] }>[];
  needYou: readonly Row[];
  counts: Readonly<Record<Tone, number>>;
}>;

const tones: Readonly<Record<string, Tone>> = {
  Completed: 'good',
  Success: 'busy',
  Progressing: 'busy',
  Error: 'bad',
  Failed: 'bad',
  Blocked: 'held',
};

/** What others need comes before them. */
const order = ['Repository', 'Terraform', 'Service'];

/** Pure: namespaces by name, in each what is needed first. */
export function viewOf(objects: readonly KubeObject[]): View {
  const rows = objects.map(rowOf).sort(compare);
  const byNamespace = Map.groupBy(rows, ({ namespace }) => namespace);
  const names = [...byNamespace.keys()].sort();
  const counts = { good: 0, busy: 0, bad: 0, held: 0, new: 0 };
  for (const { tone } of rows) counts[tone] += 1;
  return {
    namespaces: names.map((name) => ({ name, rows: byNamespace.get(name) ?? [] })),
    needYou: rows.filter(({ needsYou }) => needsYou),
    counts,
  };
}

function rowOf(object: KubeObject): Row {
  const { namespace = '', name } = object.metadata;
  const status = (object['status'] ?? {}) as Status;
  const { state = 'New', message = 'not looked at yet', conditions = [] } = status;
  const tone = tones[state] ?? 'new';
  const since = conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return { kind: object.kind, namespace, name, state, tone, message, since, needsYou: needsYou(status), status };
}

function needsYou({ state, conditions = [], warnings = [] }: Status): boolean {
  const isStalled = conditions.some(({ type, status }) => type === 'Stalled' && status === 'True');
  const isAsked = conditions.some(({ type, reason }) => type === 'Ready' && reason === 'ApprovalRequired');
  return isStalled || isAsked || state === 'Failed' || state === 'Error' || warnings.length > 0;
}

function compare(a: Row, b: Row): number {
  return order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name < b.name ? -1 : 1);
}

/** In one unit, rounded down: what the page says changes with the minutes, not with each look. */
export function ago(since: string | undefined, now: Date): string {
  const minutes = since === undefined ? Number.NaN : Math.floor((now.getTime() - Date.parse(since)) / 60_000);
  if (Number.isNaN(minutes)) return '';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}
