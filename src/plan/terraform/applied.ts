import type { RunRecord, TerraformReport } from '../../api/terraform-status.ts';
import { abandonAnnotation, destroyWithAnnotation } from '../../core/annotations.ts';
import { end, report, wait } from '../draft.ts';
import { type Draft, desire, type Ended, forget } from './draft.ts';
import { variablesHash } from './image.ts';
import { keptName, withKept } from './kept.ts';
import { accountOf } from './start.ts';
import { fillVariables } from './variables.ts';

/** The value of the annotation by which a destroy gets the variables of the spec, and in the record of a run what stands for the hash of variables that nobody has kept. */
const bySpec = 'spec';
/** Deploys with other variables that failed one after the other; of more the oldest are forgotten. */
const attemptLimit = 5;
/** Milliseconds between looks for a Secret that somebody has to bring back. */
const lookMs = 10_000;

type Deployed = Readonly<{ image: string; variables?: string | undefined }>;

/**
 * What a destroy has to remove, in order: what failed deploys may have begun, newest first, then what the last one that
 * succeeded has made. Each by its own image and with its own variables: they may lie in several states.
 */
export function deployedOf({ attempts = [], lastAppliedImage, lastAppliedVariables }: TerraformReport): Deployed[] {
  if (lastAppliedImage === undefined) return attempts;
  return [...attempts, { image: lastAppliedImage, variables: lastAppliedVariables }];
}

/** E27: a deploy that has succeeded is what there is; what was kept of those before it goes. */
export function noteApplied(draft: Draft, { image = '', inputsHash, variables }: RunRecord, at: string): Draft {
  const before = new Set(deployedOf(draft.report).flatMap(({ variables: hash }) => hash ?? []));
  const stale = [...before].filter((hash) => hash !== variables);
  const applied = { lastAppliedImage: image, lastAppliedHash: inputsHash, lastAppliedAt: at };
  const kept = variables === undefined ? {} : { lastAppliedVariables: variables };
  return drop(report(forget(draft, 'attempts', 'lock', 'lastAppliedVariables'), { ...applied, ...kept }), stale);
}

/** Removes what was kept of variables that nothing is to be destroyed with any more. */
function drop(draft: Draft, hashes: readonly string[]): Draft {
  if (hashes.length === 0) return draft;
  const { namespace } = draft.object.metadata;
  const actAs = { namespace, serviceAccount: accountOf(draft) };
  const actions = hashes.map((hash) => {
    const object = { apiVersion: 'v1', kind: 'Secret', namespace, name: keptName(draft.object, hash) };
    return { type: 'delete-object', object, actAs, bestEffort: true } as const;
  });
  const removal = { name: 'variables', actions, continueOnError: true };
  return { ...draft, reportFirst: true, groups: [...draft.groups, removal] };
}

/** A deploy whose script has never begun has left nothing: its variables need not be known any more. */
export function dropUnbegun(draft: Draft, { variables }: Pick<RunRecord, 'variables'>): Draft {
  const isNeeded = variables === undefined || deployedOf(draft.report).some((made) => made.variables === variables);
  return isNeeded ? draft : drop(draft, [variables]);
}

/** E30: a deploy that has begun and failed. With the variables of the one that succeeded it has left nothing elsewhere. */
export function noteAttempt(draft: Draft, { image, variables }: Pick<RunRecord, 'image' | 'variables'>): Draft {
  const { lastAppliedImage, lastAppliedVariables, attempts = [] } = draft.report;
  if (image === undefined || (lastAppliedImage !== undefined && variables === lastAppliedVariables)) return draft;
  const others = attempts.filter((attempt) => attempt.variables !== variables);
  const newest = { image, ...(variables === undefined ? {} : { variables }) };
  const all = [newest, ...others];
  const forgotten = all.slice(attemptLimit).flatMap((attempt) => attempt.variables ?? []);
  return drop(report(draft, { attempts: all.slice(0, attemptLimit) }), forgotten);
}

/** What a destroy was for is gone. */
export function settleDestroy(draft: Draft, { variables }: RunRecord): Draft {
  const { attempts = [] } = draft.report;
  const left = attempts.filter((attempt) => attempt.variables !== variables);
  if (variables !== bySpec && left.length > 0) return report(draft, { attempts: left });
  const emptied = forget(draft, 'attempts');
  if (variables !== bySpec && attempts.length > 0) return emptied;
  return forget(emptied, 'lastAppliedImage', 'lastAppliedHash', 'lastAppliedVariables');
}

/** E27: image and variables of what is to be destroyed next. Never those of another deploy, unless a person says so. */
export function takeApplied(draft: Draft): Draft {
  // `leaveUndeployed` has let go of what has none.
  const { image, variables: hash } = deployedOf(draft.report)[0] as Deployed;
  const wanted = draft.object.metadata.annotations?.[destroyWithAnnotation];
  if (wanted !== undefined && wanted !== bySpec) {
    const message = `the annotation ${destroyWithAnnotation} is "${wanted.slice(0, 60)}", and can only be "${bySpec}"`;
    return end(draft, 'invalid', 'InvalidAnnotation', message);
  }
  if (wanted === bySpec) {
    const chosen = { image: draft.report.lastAppliedImage ?? image, variablesHash: bySpec };
    return fillVariables(desire(draft, chosen));
  }
  return takeVariables(desire(draft, { image }), hash);
}

function takeVariables(draft: Draft, hash: string | undefined): Draft {
  // Of a run that nobody has recorded, in an object that was restored from a backup.
  if (hash === undefined) return fillVariables(draft);
  const kept = withKept(draft, hash);
  if (kept !== undefined) return kept;
  const filled = fillVariables(draft);
  if (filled.outcome !== undefined) return hold(draft, hash, `cannot be filled (${filled.outcome.message})`);
  return variablesHash(filled) === hash ? desire(filled, { variablesHash: hash }) : hold(draft, hash, 'are others');
}

/** Better nothing is destroyed than what somebody else has deployed. */
function hold(draft: Draft, hash: string, spec: string): Ended {
  const { namespace } = draft.object.metadata;
  const kept = draft.facts.kept[hash];
  const problem = kept !== undefined && 'problem' in kept ? kept.problem : 'is gone';
  const message =
    `the Secret ${namespace}/${keptName(draft.object, hash)}, which keeps the variables of the deploy, ${problem}, and ` +
    `those of the spec ${spec}; bring it back, or set the annotation ${destroyWithAnnotation}: "${bySpec}" to destroy ` +
    `with what spec.variables says now, or ${abandonAnnotation}: "true" to leave the infrastructure as it is`;
  return wait(draft, 'blocked', 'VariablesLost', message, lookMs);
}

/** Where a destroy has failed: the way out when its variables are out of date. */
export function tellVariables(draft: Draft): Draft {
  const { outcome, desired } = draft;
  const { variablesHash: hash } = desired;
  if (outcome === undefined || hash === '' || hash === bySpec) return draft;
  const remedy =
    `it was given the variables of the deploy (Secret ${keptName(draft.object, hash)}); if they are out of date, ` +
    `set the annotation ${destroyWithAnnotation}: "${bySpec}", and it gets those of the spec`;
  return { ...draft, outcome: { ...outcome, message: `${outcome.message}; ${remedy}` } };
}
