import { type ApiObject, dig, fallback, isMap, type Json, mapOf, mapsOf, put } from '../object.ts';

/** The metric that autoscaling/v1 has a field for. */
export function cpuMetric(percentage: unknown): Json {
  const target = { averageUtilization: percentage, type: 'Utilization' };
  return { resource: { name: 'cpu', target }, type: 'Resource' };
}

function isCpuMetric(metric: Json): boolean {
  return dig(metric, 'resource', 'name') === 'cpu' && dig(metric, 'resource', 'target', 'type') === 'Utilization';
}

/** autoscaling/v2, in which autoscalers are stored, as autoscaling/v1 shows it: other metrics than CPU do not show. */
export function autoscalerToV1(stored: ApiObject): ApiObject {
  const { metrics, behavior: _behavior, ...spec } = mapOf(stored['spec']);
  const cpu = mapsOf(metrics).find(isCpuMetric);
  if (cpu !== undefined) {
    put(spec, ['targetCPUUtilizationPercentage'], dig(cpu, 'resource', 'target', 'averageUtilization'));
  }
  const { currentReplicas, desiredReplicas, lastScaleTime, observedGeneration } = mapOf(stored['status']);
  const status: Json = { currentReplicas: currentReplicas ?? 0, desiredReplicas: desiredReplicas ?? 0 };
  for (const [name, value] of Object.entries({ lastScaleTime, observedGeneration })) {
    if (value !== undefined) status[name] = value;
  }
  return { ...stored, apiVersion: 'autoscaling/v1', spec, status };
}

export function autoscalerToV2(sent: ApiObject): ApiObject {
  const { targetCPUUtilizationPercentage: percentage, ...spec } = mapOf(sent['spec']);
  if (percentage !== undefined)
    spec['metrics'] = [...mapsOf(spec['metrics']).filter((one) => !isCpuMetric(one)), cpuMetric(percentage)];
  const status = isMap(sent['status']) ? sent['status'] : {};
  fallback(status, 'desiredReplicas', 0);
  fallback(status, 'currentMetrics', null);
  return { ...sent, apiVersion: 'autoscaling/v2', spec, status };
}
