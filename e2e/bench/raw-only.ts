import { Api } from '../cluster/api.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { rawLevelMs, rawPostRate } from './raw.ts';
import { type Line, median, plain, quantile } from './stats.ts';

/** The peers alone: what this machine's API server can do. */
export async function raw(count: number, repeats: number): Promise<{ title: string; lines: Line[] }> {
  const plane = await startControlPlane({ without: ['job-controller'] });
  const api = new Api(plane);
  try {
    await api.json('POST', '/api/v1/namespaces', { metadata: { name: 'raw' } });
    const lines: Line[] = [];
    for (const parallel of [1, 16, 64]) {
      const rates: number[] = [];
      for (let index = 0; index < repeats; index += 1) rates.push(await rawPostRate(plane, 'raw', count, parallel));
      lines.push(plain(`creates with ${parallel} at once (median)`, median(rates), '/s'));
    }
    for (const [levels, width] of [
      [200, 1],
      [20, 50],
    ] as const) {
      const costs = await rawLevelMs(plane, 'raw', levels, width);
      lines.push(plain(`level of ${width}: watch delivery + create, median`, median(costs), ' ms'));
      lines.push(plain(`level of ${width}: watch delivery + create, p99`, quantile(costs, 0.99), ' ms'));
    }
    return { title: 'Bare API server', lines };
  } finally {
    await api.close();
    await plane.stop();
  }
}
