/** As the job controller writes it: `SuccessCriteriaMet` must come with or before `Complete` (Kubernetes 1.31 on). */
export function completeStatus(now: Date): Record<string, unknown> {
  const time = `${now.toISOString().slice(0, 19)}Z`;
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: time, lastProbeTime: time });
  return {
    startTime: time,
    completionTime: time,
    succeeded: 1,
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
    conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
  };
}
