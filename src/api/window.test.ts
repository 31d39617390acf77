import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../core/resource.ts';
import { nextOpening, tellOpening, type Window } from '../core/window.ts';
import { parseService } from './service.ts';
import { parseTerraform } from './terraform-object.ts';

const example = readFileSync(new URL('../../examples/windows/windows.yaml', import.meta.url), 'utf8');
const [service, terraform] = parseAllDocuments(example).map((document) => document.toJS() as KubeObject) as [
  KubeObject,
  KubeObject,
];

describe('the example of maintenance windows', () => {
  const now = new Date('2026-11-28T12:00:00Z');
  const opening = (windows: readonly Window[] | undefined) => {
    const next = nextOpening(windows ?? [], now, 'spec.window');
    return next.ok && next.value !== undefined ? tellOpening(next.value) : next;
  };

  it('opens when it says so', () => {
    const [web, network] = [parseService(service), parseTerraform(terraform)];
    expect(web.ok && opening(web.value.spec.window)).toBe('2026-11-30T22:00:00+01:00 (Europe/Berlin)');
    expect(network.ok && opening(network.value.spec.window)).toBe('2026-12-08T01:00:00-05:00 (America/New_York)');
  });

  it('without a zone it is UTC', () => {
    const spec = { ...(service['spec'] as object), window: [{ schedule: '@daily', duration: '1h' }] };
    const parsed = parseService({ ...service, spec });
    expect(parsed.ok && opening(parsed.value.spec.window)).toBe('2026-11-29T00:00:00Z (UTC)');
  });
});
