import type { TerraformObject } from '../../src/api/terraform-object.ts';
import type { TerraformReport } from '../../src/api/terraform-status.ts';
import type { Action, JobRequest, Plan } from '../../src/core/plan.ts';
import type { TerraformRun } from '../../src/core/terraform-run.ts';
import type { Run } from '../../src/plan/terraform/facts.ts';
import { keptName } from '../../src/plan/terraform/kept.ts';
import { planTerraform } from '../../src/plan/terraform/plan.ts';
import { factsOf, objectOf } from './terraform.ts';

type Pod = { job: string; jobUid: string; phase: 'waiting' | 'running' | 'terminating' | 'succeeded' | 'failed' };
type Job = {
  uid: string;
  request: JobRequest;
  run: TerraformRun;
  phase: Run['phase'];
  going: boolean;
  end?: Pod['phase'];
};
/** What a controller reads: the API server's, or a cache's that lags behind it. */
type View = { object: TerraformObject; jobs: Map<string, Job>; pods: Pod[] };

const isAlive = ({ phase }: Pod) => phase === 'waiting' || phase === 'running' || phase === 'terminating';

const hasBegun = (pods: Pod[]) => pods.some((pod) => pod.phase !== 'waiting');

/**
 * A cluster with one Terraform, whose controller is ended at any point of a pass and reads through caches that lag; its
 * scripts end well, badly, or not at all, and people change the spec, delete Jobs, pods and the object.
 */
export class TerraformWorld {
  readonly random: () => number;
  /** What is wrong, in words. */
  readonly violations: string[] = [];
  readonly log: string[] = [];
  /** Places (values of the variable `place`) where a deploy has begun and nothing has emptied them since. */
  readonly owed = new Set<string>();
  gone = false;
  /** Places for which a deploy's Job has ever been made: of one that somebody has deleted nobody knows whether it has run. */
  readonly #deploys = new Set<string>();
  #version = 1;
  #now = Date.parse('2026-11-21T12:00:00Z');
  #place = 'a';
  #pool = 'a';
  #deleting = false;
  #status: Record<string, unknown> = {};
  #jobs = new Map<string, Job>();
  #pods: Pod[] = [];
  #kept = new Map<string, Record<string, string>>();
  #uids = 0;
  /** Uids of Jobs that the status has told of. */
  readonly #seen = new Set<unknown>();
  /** What each cache still shows. */
  #lag: Partial<View> = {};

  constructor(random: () => number) {
    this.random = random;
  }

  /** One thing that happens. */
  step(): void {
    this.#now += Math.floor(this.random() * 90_000);
    const dice = this.random();
    if (dice < 0.5) this.pass(this.random() < 0.3 ? Math.floor(this.random() * 4) : Number.POSITIVE_INFINITY);
    else if (dice < 0.6) this.#watch();
    else if (dice < 0.88) this.#podEvent();
    else if (dice < 0.94) this.#edit();
    else this.#person();
  }

  /** Everything ends well from here on. */
  settle(): void {
    this.#lag = {};
    const last = this.random() < 0.7 ? 0 : 5;
    for (let round = 0; round < 200 && !this.gone; round += 1) {
      this.#now += 7_200_000;
      if (round === last) this.delete();
      this.pass(Number.POSITIVE_INFINITY);
      for (const pod of [...this.#pods]) this.#advance(pod, true);
    }
    if (!this.gone) this.violations.push(`it is never done: ${JSON.stringify(this.#status['message'])}`);
  }

  delete(): void {
    if (this.#deleting) return;
    this.log.push('deleted');
    this.#deleting = true;
    this.#version += 1;
  }

  /** One of the watches begins to lag, or catches up. */
  #watch(): void {
    const which = (['object', 'jobs', 'pods'] as const)[Math.floor(this.random() * 3)] ?? 'object';
    const { [which]: before, ...others } = this.#lag;
    this.#lag = before === undefined ? { ...others, [which]: this.#view()[which] } : others;
  }

  #edit(): void {
    const other = ['a', 'b', 'c'][Math.floor(this.random() * 3)] as string;
    // Which nodes may run it: no input of a run, and mended during a deletion, too.
    if (this.random() < 0.3) this.#pool = other;
    else if (!this.#deleting) this.#place = other;
    this.#version += 1;
  }

  #person(): void {
    // Of a Job that the controller has never seen nobody can tell that it was there.
    const jobs = [...this.#jobs].flatMap(([key, { uid }]) => (this.#seen.has(uid) ? key : []));
    const name = jobs[Math.floor(this.random() * jobs.length)];
    const dice = this.random();
    if (dice < 0.1) this.delete();
    else if (name === undefined) return;
    else if (dice < 0.4) this.#deleteJob(name, 'Background');
    else if (dice < 0.6) this.#deleteJob(name, 'Foreground');
    else for (const pod of this.#pods) if (pod.job === name && isAlive(pod)) this.#stop(pod);
  }

  /** A pass that is ended after so many writes. */
  pass(writes: number): void {
    const live = this.#view();
    const seen = { ...live, ...this.#lag };
    const plan = planTerraform(seen.object, this.#facts(seen, live), new Date(this.#now));
    const budget = { writes };
    const runs = plan.groups.some((group) => group.actions.some(({ type }) => type === 'run-job'));
    let { resourceVersion } = seen.object.metadata;
    if (runs || plan.reportFirst === true) {
      if (!this.#write(plan, resourceVersion, budget)) return;
      resourceVersion = String(this.#version);
    }
    for (const action of plan.groups.flatMap((group) => group.actions)) if (!this.#act(action, budget)) return;
    if (!this.gone) this.#write(plan, resourceVersion, budget);
  }

  #write(plan: Plan<TerraformReport>, resourceVersion: string | undefined, budget: { writes: number }): boolean {
    if (!spend(budget) || resourceVersion !== String(this.#version)) return false;
    const { kind, reason, message } = plan.outcome;
    this.#status = JSON.parse(JSON.stringify({ ...plan.report, message }));
    this.#version += 1;
    this.#seen.add(plan.report.job?.uid);
    this.log.push(`status ${kind} ${reason}: ${message.slice(0, 90)}`);
    return true;
  }

  #act(action: Action, budget: { writes: number }): boolean {
    if (action.type === 'run-job') return this.#start(action.job, budget);
    if (!spend(budget)) return false;
    if (action.type === 'remove-finalizer') this.#end();
    if (action.type !== 'delete-object') return true;
    const { kind, name } = action.object;
    const runs = kind === 'Job' && this.#pods.some((pod) => pod.job === name && pod.phase === 'running');
    if (runs) this.violations.push(`${name} is removed while its script runs`);
    if (kind === 'Secret') this.#kept.delete(name);
    else this.#deleteJob(name, action.propagation ?? 'Background');
    return true;
  }

  #start(request: JobRequest, budget: { writes: number }): boolean {
    const run = request.run as TerraformRun;
    const own = this.#jobs.get(request.name)?.uid;
    if (!spend(budget) || this.#pods.some((pod) => isAlive(pod) && pod.jobUid !== own)) return false;
    if (run.keep !== undefined) {
      if (!spend(budget)) return false;
      this.#kept.set(run.keep.secret, { ...run.variables });
    }
    if (!spend(budget)) return false;
    if (this.#jobs.has(request.name)) return true;
    this.#uids += 1;
    const uid = `job-${this.#uids}`;
    this.#jobs.set(request.name, { uid, request, run, phase: 'active', going: false });
    if (run.purpose === 'deploy') this.#deploys.add(run.variables['place'] ?? '');
    this.#pods.push({ job: request.name, jobUid: uid, phase: 'waiting' });
    this.log.push(`job ${request.name} at ${run.variables['place']}`);
    return true;
  }

  #end(): void {
    this.gone = true;
    this.log.push('gone');
    if (this.owed.size > 0) this.violations.push(`it is gone, and nobody has emptied ${[...this.owed].join(', ')}`);
  }

  #deleteJob(name: string, propagation: string): void {
    const job = this.#jobs.get(name);
    if (job === undefined) return;
    this.log.push(`job ${name} is deleted in the ${propagation}`);
    job.going = true;
    for (const pod of this.#pods) if (pod.jobUid === job.uid && isAlive(pod)) this.#stop(pod);
    const waits = this.#pods.some((pod) => pod.jobUid === job.uid && isAlive(pod));
    if (propagation === 'Background' || !waits) this.#jobs.delete(name);
    this.#sweep();
  }

  #podEvent(): void {
    const alive = this.#pods.filter(isAlive);
    const pod = alive[Math.floor(this.random() * alive.length)];
    if (pod !== undefined) this.#advance(pod, this.random() < 0.6);
  }

  #advance(pod: Pod, well: boolean): void {
    const job = [...this.#jobs.values()].find(({ uid }) => uid === pod.jobUid);
    if (pod.phase === 'waiting') this.#begin(pod, job);
    else if (pod.phase === 'terminating') this.#finish(pod, job, 'failed');
    else if (pod.phase === 'running') this.#finish(pod, job, well ? 'succeeded' : 'failed');
  }

  #begin(pod: Pod, job: Job | undefined): void {
    const others = this.#pods.filter((other) => other !== pod && ['running', 'terminating'].includes(other.phase));
    if (others.length > 0)
      this.violations.push(`${pod.job} runs beside ${others.map(({ job: name }) => name).join(', ')}`);
    pod.phase = 'running';
    const { purpose, variables: { place = '' } = {} } = job?.run ?? {};
    this.log.push(`${pod.job} begins`);
    if (purpose === 'deploy') this.owed.add(place);
    if (purpose === 'destroy' && !this.#deploys.has(place)) this.violations.push(`no deploy was ever made to ${place}`);
  }

  #finish(pod: Pod, job: Job | undefined, phase: 'succeeded' | 'failed'): void {
    pod.phase = phase;
    this.log.push(`${pod.job} has ${phase}`);
    if (job !== undefined && !job.going) {
      job.phase = phase;
      const {
        purpose,
        variables: { place = '' },
      } = job.run;
      if (phase === 'succeeded' && purpose === 'destroy') this.owed.delete(place);
      if (phase === 'succeeded' && purpose === 'deploy') {
        this.owed.clear();
        this.owed.add(place);
      }
    }
    this.#sweep();
  }

  /** Told to stop: what has not begun ends at once, a script when it likes. */
  #stop(pod: Pod): void {
    if (pod.phase === 'running') pod.phase = 'terminating';
    if (pod.phase === 'waiting') {
      pod.phase = 'failed';
      const job = [...this.#jobs.values()].find(({ uid }) => uid === pod.jobUid);
      if (job !== undefined && !job.going) job.phase = 'failed';
    }
  }

  /** Jobs that are going are gone when their pods have ended, and pods with their Jobs. */
  #sweep(): void {
    for (const [name, job] of this.#jobs) {
      if (job.going && !this.#pods.some((pod) => pod.jobUid === job.uid && isAlive(pod))) this.#jobs.delete(name);
    }
    const uids = new Set([...this.#jobs.values()].map(({ uid }) => uid));
    this.#pods = this.#pods.filter((pod) => isAlive(pod) || uids.has(pod.jobUid));
  }

  #view(): View {
    const object = objectOf({
      spec: { variables: { place: this.#place }, nodeSelector: { pool: this.#pool }, retries: 100, postDeploy: null },
      metadata: {
        resourceVersion: String(this.#version),
        ...(this.#deleting ? { deletionTimestamp: '2026-11-21T12:00:00Z' } : {}),
      },
      status: structuredClone(this.#status),
    });
    return { object, jobs: structuredClone(this.#jobs), pods: structuredClone(this.#pods) };
  }

  /** As `gatherTerraform` does: by the caches, and live where they prove nothing. */
  #facts(seen: View, live: View) {
    const recorded = seen.object.status.job;
    const jobs = new Map(seen.jobs);
    const own = recorded?.phase === undefined ? recorded?.name : undefined;
    const found = own === undefined || jobs.has(own) ? undefined : live.jobs.get(own);
    if (own !== undefined && found !== undefined) jobs.set(own, found);
    const runs = [...jobs].flatMap(([name, job]) => {
      const isSure = job.phase !== 'active' || (name === own && hasBegun(seen.pods.filter((pod) => pod.job === name)));
      const known = isSure ? job : live.jobs.get(name);
      return known === undefined ? [] : [this.#run(name, known, seen, live, name === own)];
    });
    const strays = seen.pods.filter((pod) => isAlive(pod) && !seen.jobs.has(pod.job)).map(({ job }) => `${job}-pod`);
    const hashes = [...(seen.object.status.attempts ?? []).map(({ variables }) => variables)];
    hashes.push(seen.object.status.lastAppliedVariables, recorded?.variables);
    const kept = hashes.flatMap((hash) => {
      const variables = hash === undefined ? undefined : this.#kept.get(keptName(seen.object, hash));
      return hash === undefined || variables === undefined ? [] : [[hash, { variables, sensitive: [] }]];
    });
    return factsOf({ jobs: runs, strays, kept: Object.fromEntries(kept) });
  }

  #run(name: string, { uid, request, run, phase }: Job, seen: View, live: View, isNews: boolean): Run {
    const of = (view: View) => view.pods.filter((pod) => pod.job === name);
    const cached = of(seen);
    const isSure = phase === 'active' ? hasBegun(cached) : cached.length > 0 && !cached.some(isAlive);
    const pods = isSure || (phase !== 'active' && !isNews) ? cached : of(live);
    return {
      name,
      uid,
      purpose: run.purpose,
      inputsHash: request.inputsHash,
      attempt: request.attempt,
      image: run.image,
      podHash: run.podHash,
      ...(run.variablesHash === undefined ? {} : { variables: run.variablesHash }),
      phase,
      began: pods.some((pod) => pod.phase !== 'waiting'),
      alive: pods.some(isAlive),
      ...(phase === 'active' || !isNews ? {} : { end: { exitCode: phase === 'succeeded' ? 0 : 1, tail: [] } }),
    };
  }
}

function spend(budget: { writes: number }): boolean {
  budget.writes -= 1;
  return budget.writes >= 0;
}
