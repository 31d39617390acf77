import type { TerraformReport } from '../../api/terraform-status.ts';
import { approveAnnotation } from '../../core/annotations.ts';
import { terraformEnvironment as environment } from '../../core/terraform-run.ts';
import { brief } from '../../core/text.ts';
import { annotate } from '../annotate.ts';
import { limitAttempts } from '../attempts.ts';
import { end, report } from '../draft.ts';
import { notePlanApplied, planHash, planPurpose } from './approved.ts';
import { type Command, readCommand } from './command.ts';
import { type Draft, desire, forget } from './draft.ts';
import { hashInputs } from './image.ts';
import { areOutputsRead } from './output.ts';
import { start } from './start.ts';
import { isApplied } from './window.ts';

type Plan = NonNullable<TerraformReport['plan']>;

/** Characters of a wrong approval that a message quotes; a hash has 16. */
const quoteLimit = 40;
const standard: Command = { script: './plan', args: '' };

/**
 * With `approval: manual`, a deploy waits until a person has approved the plan that was made for exactly these inputs
 * (image with its digest, script, variables). An approval is for one plan, and for one deploy that begins.
 */
export function awaitApproval(draft: Draft): Draft {
  if (draft.object.spec.approval !== 'manual') return forget(draft, 'plan');
  const { plan, lastAppliedImage } = draft.report;
  const isOfThese = plan?.inputsHash === planPurpose(draft).inputsHash;
  if (!isOfThese || plan.spent !== undefined || plan.appliedAt !== undefined) return makePlan(draft);
  if (plan.nothing === true && lastAppliedImage !== undefined) return countAsApplied(draft);
  if (plan.approvedAt !== undefined) return draft;
  if (givenApproval(draft) === plan.hash) {
    return report(draft, { plan: { ...plan, approvedAt: draft.now.toISOString() } });
  }
  // A newer image, like one that cannot be pulled yet, holds nobody up who depends on the one that is deployed (E8).
  return isDelivered(draft)
    ? end(draft, 'completed', 'ApprovalRequired', `${lastAppliedImage} is deployed; ${askFor(draft, plan)}`)
    : end(draft, 'waiting', 'ApprovalRequired', askFor(draft, plan));
}

/** Whether all that the spec asks for is there, but for a newer image. */
function isDelivered(draft: Draft): boolean {
  const { lastAppliedImage: image } = draft.report;
  return image !== undefined && isApplied(hashInputs(desire(draft, { image }))) && areOutputsRead(draft);
}

/** The plan that the next deploy is to apply; without `approval: manual` there is none. */
export function approvedPlan({ report: { plan } }: Draft): Readonly<Record<string, string>> {
  return plan?.approvedAt === undefined ? {} : { [environment.plan]: plan.hash };
}

function givenApproval({ object }: Draft): string | undefined {
  return object.metadata.annotations?.[approveAnnotation]?.trim();
}

function askFor(draft: Draft, plan: Plan): string {
  const { namespace } = draft.object.metadata;
  const { job } = draft.report;
  const whole =
    job?.purpose === 'plan' ? `, the whole is in its log: kubectl logs job/${job.name} -n ${namespace}` : '';
  const parts = [
    `plan ${plan.summary} waits for approval, since ${plan.createdAt}`,
    plan.replaces === undefined ? [] : `it replaces the plan that was approved before: ${plan.replaces}`,
    tellGiven(givenApproval(draft)),
    plan.truncated === true ? `its text is cut${whole}` : [],
    `read it: kubectl get secret ${plan.secret} -n ${namespace} -o go-template='{{.data.plan | base64decode}}'`,
    `approve it: ${annotate(draft.object, approveAnnotation, plan.hash)}`,
  ];
  return parts.flat().join('; ');
}

function tellGiven(given: string | undefined): string | [] {
  if (given === undefined) return [];
  if (given === '') return `the annotation ${approveAnnotation} is empty`;
  return `the annotation ${approveAnnotation}, "${brief(given, quoteLimit)}", is not the hash of this plan`;
}

/**
 * Nothing would change, the script says: there is nothing to approve, and nothing is run. What there is to destroy is still
 * what the last deploy has made; where none has ever run, one is asked for all the same.
 */
function countAsApplied(draft: Draft): Draft {
  const { image, inputsHash } = draft.desired;
  const at = draft.now.toISOString();
  return report(notePlanApplied(draft, at), { image, lastAppliedHash: inputsHash, lastAppliedAt: at });
}

/** For people, behind what is deployed: whose plan has found that it would change nothing. */
export function tellNothing({ report: { plan, lastAppliedImage }, desired: { image } }: Draft): string {
  if (plan?.nothing !== true || plan.appliedAt === undefined) return '';
  return `, and ${image === lastAppliedImage ? 'what is wanted since' : image} would change nothing`;
}

function makePlan(draft: Draft): Draft {
  const of = planPurpose(draft);
  const limited = limitAttempts(draft, of);
  if (limited.outcome !== undefined) return limited;
  const command = readCommand(draft.object.spec.scripts.plan) ?? standard;
  return start(limited, of, command, (record) => ({ [environment.plan]: planHash(draft, record) }));
}
