import type { RunRecord } from '../../api/terraform-status.ts';
import { cutName } from '../../core/hash.ts';
import { foundChangesCode, type RunEnd } from '../../core/terraform-run.ts';
import { plain } from '../../core/text.ts';
import { report } from '../draft.ts';
import { planHash } from './approved.ts';
import { readCommand } from './command.ts';
import type { Draft } from './draft.ts';
import { refuse } from './output.ts';
import { logIsGone } from './printed.ts';
import { hideIn } from './secrets.ts';
import { accountOf } from './start.ts';
import { allOf, summaryOf } from './summary.ts';

/** Characters of a Secret's name. */
const secretNameLimit = 253;
/** With it a plan script says by its exit code whether something would change: 0 no, 2 yes, as Terraform does. */
const detailed = '-detailed-exitcode';

const printedNothing = {
  kind: 'invalid',
  reason: 'NoOutput',
  message: 'it printed nothing, so that nobody could see what is to be approved; let scripts.plan print the plan',
} as const;

/** Whether a plan script has ended well with this exit code. */
export function hasPlanned(draft: Draft, { exitCode }: RunEnd): boolean {
  return exitCode === foundChangesCode && isDetailed(draft);
}

function isDetailed({ object }: Draft): boolean {
  return (readCommand(object.spec.scripts.plan)?.args ?? '').split(' ').includes(detailed);
}

/** Keeps the text in a Secret, since it may tell more than everybody should read; the summary is in status. */
export function settlePlan(draft: Draft, record: RunRecord, end: RunEnd): Draft {
  if (end.output === undefined) return refuse(draft, record, logIsGone);
  const text = hideIn(draft)(plain(end.output));
  const nothing = isDetailed(draft) && end.exitCode === 0;
  if (text.trim() === '' && !nothing) return refuse(draft, record, printedNothing);
  const secret = cutName(`${draft.object.metadata.name}-plan`, secretNameLimit);
  const { spent } = draft.report.plan ?? {};
  const plan = {
    hash: planHash(draft, record),
    inputsHash: record.inputsHash,
    summary: summaryOf(allOf(text, end)) ?? (nothing ? 'no changes' : 'without a summary'),
    secret,
    createdAt: draft.now.toISOString(),
    ...(end.outputTooLarge === true ? { truncated: true } : {}),
    ...(nothing ? { nothing } : {}),
    ...(spent === undefined ? {} : { replaces: spent }),
  };
  const groups = [...draft.groups, { name: 'plan', actions: [keep(draft, secret, text)] }];
  return report({ ...draft, groups, unsettled: true }, { plan });
}

function keep(draft: Draft, secret: string, text: string) {
  const { apiVersion, kind, metadata } = draft.object;
  const { name, uid } = metadata;
  const kept = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secret,
      namespace: metadata.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'alustan' },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false }],
    },
    type: 'alustan.io/plan',
    data: { plan: Buffer.from(text).toString('base64') },
  };
  const actAs = { namespace: metadata.namespace, serviceAccount: accountOf(draft) };
  return { type: 'apply-object', object: kept, actAs, force: true, owned: true } as const;
}
