import type { RunRecord } from '../../api/terraform-status.ts';
import { cutName, sha256 } from '../../core/hash.ts';
import { masker } from '../../core/mask.ts';
import type { RunEnd } from '../../core/terraform-run.ts';
import { limitAttempts } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { type Command, readCommand } from './command.ts';
import type { Draft } from './draft.ts';
import { refuse } from './output.ts';
import { logIsGone } from './printed.ts';
import { secretValues } from './secrets.ts';
import { accountOf, start } from './start.ts';
import { summaryOf } from './summary.ts';

const approveAnnotation = 'alustan.io/approve';
/** Characters of a Secret's name. */
const secretNameLimit = 253;
const standard: Command = { script: './plan', args: '' };

/**
 * With `approval: manual`, a deploy waits until a person has approved the plan that was made for exactly these inputs
 * (image with its digest, script, variables). Each plan has a hash of its own: an approval is for one plan only.
 */
export function awaitApproval(draft: Draft): Draft {
  if (draft.object.spec.approval !== 'manual') return draft;
  const { plan } = draft.report;
  const { inputsHash } = draft.desired;
  if (plan === undefined || plan.inputsHash !== inputsHash) return makePlan(draft);
  if (plan.approvedAt !== undefined) return draft;
  const { namespace, name, annotations = {} } = draft.object.metadata;
  if (annotations[approveAnnotation] === plan.hash) {
    return report(draft, { plan: { ...plan, approvedAt: draft.now.toISOString() } });
  }
  const read = `kubectl get secret ${plan.secret} -n ${namespace} -o go-template='{{.data.plan | base64decode}}'`;
  const approve = `kubectl annotate tf/${name} -n ${namespace} --overwrite ${approveAnnotation}=${plan.hash}`;
  const message = `plan ${plan.summary} waits for approval, since ${plan.createdAt}; read it: ${read}; approve it: ${approve}`;
  return end(draft, 'waiting', 'ApprovalRequired', message);
}

function makePlan(draft: Draft): Draft {
  const of = { purpose: 'plan', inputsHash: draft.desired.inputsHash } as const;
  const limited = limitAttempts(draft, of);
  if (limited.outcome !== undefined) return limited;
  return start(limited, of, readCommand(draft.object.spec.scripts.plan) ?? standard);
}

/** Keeps the text in a Secret, since it may tell more than everybody should read; the summary is in status. */
export function settlePlan(draft: Draft, record: RunRecord, end: RunEnd): Draft {
  if (end.output === undefined) return refuse(draft, record, logIsGone);
  const mask = masker([...secretValues(draft.object, draft.facts), ...draft.facts.envSecrets]);
  const text = mask(plain(end.output));
  const secret = cutName(`${draft.object.metadata.name}-plan`, secretNameLimit);
  const plan = {
    hash: sha256(`${record.name} ${draft.object.metadata.uid} ${record.inputsHash}`).slice(0, 16),
    inputsHash: record.inputsHash,
    summary: summaryOf([text, ...end.tail].join('\n')) ?? 'without a summary',
    secret,
    createdAt: draft.now.toISOString(),
    ...(end.outputTooLarge === true ? { truncated: true } : {}),
  };
  const groups = [...draft.groups, { name: 'plan', actions: [keep(draft, secret, text)] }];
  return report({ ...draft, groups, unsettled: true }, { plan });
}

function keep(draft: Draft, secret: string, text: string) {
  const { apiVersion, kind, metadata } = draft.object;
  const owner = {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid,
    controller: true,
    blockOwnerDeletion: false,
  };
  const kept = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secret,
      namespace: metadata.namespace,
      labels: { 'app.kubernetes.io/managed-by': 'alustan' },
      ownerReferences: [owner],
    },
    type: 'alustan.io/plan',
    data: { plan: Buffer.from(text).toString('base64') },
  };
  const actAs = { namespace: metadata.namespace, serviceAccount: accountOf(draft) };
  return { type: 'apply-object', object: kept, actAs, force: true } as const;
}

/** Without the colours of a terminal. */
function plain(text: string): string {
  return text.replace(colours, '');
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');
