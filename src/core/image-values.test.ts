import { describe, expect, it } from 'vitest';
import { type ImageReference, parseImage } from './image-reference.ts';
import { replaceImage } from './image-values.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const named = (text: string): ImageReference => {
  const parsed = parseImage(text);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
};

type Row = [title: string, name: string, values: Record<string, unknown>, expected: Record<string, unknown>];

describe('the tag is written', () => {
  it.each<Row>([
    ['E12 in a string', 'a/b', { image: 'a/b:0.2.0' }, { image: 'a/b:v1.4.0' }],
    ['E12 in the repository', 'a/w', { image: { repository: 'a/w:1.1.0' } }, { image: { repository: 'a/w:v1.4.0' } }],
    ['E12 in tag', 'a/w', { image: { repository: 'a/w', tag: '1' } }, { image: { repository: 'a/w', tag: 'v1.4.0' } }],
    [
      'E12 in tag, and the other stripped',
      'a/w',
      { x: { repository: 'a/w:1', tag: '2' } },
      { x: { repository: 'a/w', tag: 'v1.4.0' } },
    ],
    [
      'E12 in tag though it is a number',
      'a/w',
      { x: { repository: 'a/w', tag: 1.1 } },
      { x: { repository: 'a/w', tag: 'v1.4.0' } },
    ],
    [
      'in a tag added where there is none',
      'a/w',
      { x: { repository: 'a/w' } },
      { x: { repository: 'a/w', tag: 'v1.4.0' } },
    ],
    ['in a tag beside an image without one', 'a/w', { image: 'a/w', tag: 'x' }, { image: 'a/w', tag: 'v1.4.0' }],
    ['in the image, not in a tag beside it', 'a/w', { image: 'a/w:1', tag: 'x' }, { image: 'a/w:v1.4.0', tag: 'x' }],
    [
      'F1 E13 after a port',
      'localhost:5000/team/web',
      { image: 'localhost:5000/team/web' },
      { image: 'localhost:5000/team/web:v1.4.0' },
    ],
    [
      'F1 E13 in place of tag and digest',
      'registry:5000/x',
      { image: `registry:5000/x:1@${digest}` },
      { image: 'registry:5000/x:v1.4.0' },
    ],
    [
      'E13 in lists of maps',
      'a/b',
      { c: [{ image: 'a/b:1' }, { image: 'z' }] },
      { c: [{ image: 'a/b:v1.4.0' }, { image: 'z' }] },
    ],
    ['E13 in lists of strings', 'a/b', { images: ['a/b:1', 'c'] }, { images: ['a/b:v1.4.0', 'c'] }],
    ['E13 in nested lists', 'a/b', { x: [[{ image: 'a/b:1' }]] }, { x: [[{ image: 'a/b:v1.4.0' }]] }],
    [
      'E13 in the spelling of the values',
      'nginx',
      { image: 'docker.io/library/nginx:1' },
      { image: 'docker.io/library/nginx:v1.4.0' },
    ],
    ['in keys that end in Image', 'a/b', { sidecarImage: 'a/b:1' }, { sidecarImage: 'a/b:v1.4.0' }],
    [
      'below a registry of its own',
      'ghcr.io/a/b',
      { image: { registry: 'ghcr.io', repository: 'a/b', tag: '1' } },
      { image: { registry: 'ghcr.io', repository: 'a/b', tag: 'v1.4.0' } },
    ],
    [
      'and a digest beside it dropped',
      'a/b',
      { image: { repository: 'a/b', tag: '1', digest } },
      { image: { repository: 'a/b', tag: 'v1.4.0', digest: '' } },
    ],
  ])('%s', (_title, name, values, expected) => {
    const before = structuredClone(values);
    expect(replaceImage(values, named(name), 'v1.4.0')).toEqual({ values: expected, replaced: 1 });
    expect(values).toEqual(before);
  });

  it('wherever the image stands', () => {
    const values = { image: 'a/b', web: { image: { repository: 'a/b:1' } }, jobs: [{ image: 'a/b:2' }] };
    expect(replaceImage(values, named('a/b'), '3').replaced).toBe(3);
  });
});

describe('E13 values stay, the same object, with', () => {
  it.each<[string, Record<string, unknown>]>([
    ['another image', { image: 'a/c:1' }],
    ['a longer name', { image: 'a/b-x:1' }],
    ['the image on another host', { image: 'ghcr.io/a/b:1' }],
    ['another registry beside it', { image: { registry: 'quay.io', repository: 'a/b', tag: '1' } }],
    ['another key', { name: 'a/b:1', hosts: ['a/b:1'], repositories: 'a/b' }],
    ['a repository that is a URL', { repository: 'https://charts.example.com/a/b' }],
    ['no text', { image: null, repository: 7, x: [], y: {} }],
  ])('%s', (_title, values) => {
    const result = replaceImage(values, named('a/b'), '9');
    expect(result.replaced).toBe(0);
    expect(result.values).toBe(values);
  });
});
