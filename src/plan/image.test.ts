import { describe, expect, it } from 'vitest';
import { factsOf, type Given, objectOf } from '../../test/plan/service.ts';
import { tagsToProbe, watchedImage } from './image.ts';

const registry = { imageName: 'alustan/backend', semanticVersion: '>=0.2.0' };

describe('tagsToProbe: which tags the registry is asked for', () => {
  it.each<[string, Given, string[]]>([
    ['while the tags are not listed none', { spec: { containerRegistry: registry }, tags: 'absent' }, []],
    [
      'when they cannot be listed none',
      { spec: { containerRegistry: registry }, tags: { fails: { kind: 'transient', reason: 'Down', message: 'x' } } },
      [],
    ],
    ['when none satisfies', { spec: { containerRegistry: registry }, tags: ['0.1.0'] }, []],
    ['the first choice', { spec: { containerRegistry: registry }, tags: ['0.2.0', '0.3.0'] }, ['0.3.0']],
    [
      'none while the choice stays: idle costs no request',
      { spec: { containerRegistry: registry }, tags: ['0.2.0', '0.3.0'], status: { image: 'alustan/backend:0.3.0' } },
      [],
    ],
    [
      'a newer one',
      { spec: { containerRegistry: registry }, tags: ['0.2.0', '0.3.0'], status: { image: 'alustan/backend:0.2.0' } },
      ['0.3.0'],
    ],
    [
      'E24 before a downgrade the tag in use too',
      { spec: { containerRegistry: registry }, tags: ['0.2.0'], status: { image: 'alustan/backend:0.3.0' } },
      ['0.3.0', '0.2.0'],
    ],
    [
      'E24 not for an upgrade, though the tag in use is gone',
      { spec: { containerRegistry: registry }, tags: ['0.4.0'], status: { image: 'alustan/backend:0.3.0' } },
      ['0.4.0'],
    ],
    [
      'E24 nor where the constraint no longer allows it',
      {
        spec: { containerRegistry: { ...registry, semanticVersion: '~0.2' } },
        tags: ['0.2.0'],
        status: { image: 'alustan/backend:0.3.0' },
      },
      ['0.2.0'],
    ],
    [
      'E24 nor where the list has it',
      {
        spec: { containerRegistry: { ...registry, semanticVersion: '*' } },
        tags: ['v1.0.0', '1.0.0'],
        status: { image: 'alustan/backend:1.0.0' },
      },
      ['v1.0.0'],
    ],
  ])('%s', (_, given, expected) => {
    const { spec, status } = objectOf(given);
    const watched = watchedImage(spec.containerRegistry ?? { provider: 'docker', ...registry }, status.image);
    expect(watched.ok && tagsToProbe(watched.value, factsOf(given).tags)).toEqual(expected);
  });

  it('the one in use where its digest must be known', () => {
    const { spec, status } = objectOf({ status: { image: 'alustan/backend:0.3.0' } });
    const watched = watchedImage(spec.containerRegistry ?? { provider: 'docker', ...registry }, status.image);
    expect(watched.ok && tagsToProbe(watched.value, { ok: true, value: ['0.3.0'] }, true)).toEqual(['0.3.0']);
  });
});
