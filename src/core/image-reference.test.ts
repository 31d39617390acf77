import { describe, expect, it } from 'vitest';
import { formatImage, type ImageReference, parseImage, parseOciUrl, sameRepository } from './image-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const image = (text: string, host?: string): ImageReference => {
  const parsed = parseImage(text, host);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
};

describe('E13 an image reference in its full form', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx'],
    ['nginx:1.27', 'docker.io/library/nginx:1.27'],
    ['alustan/backend:0.2.0', 'docker.io/alustan/backend:0.2.0'],
    ['docker.io/nginx', 'docker.io/library/nginx'],
    ['index.docker.io/a/b', 'docker.io/a/b'],
    ['localhost/a', 'localhost/a'],
    ['localhost:5000/team/web', 'localhost:5000/team/web'],
    ['registry:5000/x:1', 'registry:5000/x:1'],
    [`registry:5000/x:1@${digest}`, `registry:5000/x:1@${digest}`],
    ['GHCR.io/a/b:v1', 'ghcr.io/a/b:v1'],
    ['[::1]:5000/a', '[::1]:5000/a'],
  ])('%s is %s', (text, full) => expect(formatImage(image(text))).toBe(full));

  it('E22 without a host lies on the host of the provider', () =>
    expect(formatImage(image('alustan/backend', 'ghcr.io'))).toBe('ghcr.io/alustan/backend'));

  it.each(['', 'a/', 'Upper/case', 'a b', 'a:', 'a:tag with space', 'a@sha256:short', 'a//b', 'https://x.y/z'])(
    'refuses "%s" and names it',
    (text) => {
      const parsed = parseImage(text);
      expect(parsed).toMatchObject({ ok: false, failure: { kind: 'invalid', reason: 'InvalidImageName' } });
      expect(!parsed.ok && parsed.failure.message).toContain(`"${text}"`);
    },
  );
});

describe('E13 two references name the same repository', () => {
  it.each([
    ['nginx:1', 'docker.io/library/nginx:2', true],
    ['alustan/web', `index.docker.io/alustan/web@${digest}`, true],
    ['localhost:5000/a/b', 'localhost:5001/a/b', false],
    ['alustan/web', 'ghcr.io/alustan/web', false],
    ['alustan/web', 'alustan/web-app', false],
  ])('%s and %s: %s', (a, b, same) => expect(sameRepository(image(a), image(b))).toBe(same));
});

describe('the URL of an OCI repository', () => {
  it.each([
    ['oci://ghcr.io/team/charts/shop', 'ghcr.io', 'team/charts/shop'],
    ['oci://registry/shop', 'registry', 'shop'],
    ['oci://localhost:5000/shop/', 'localhost:5000', 'shop'],
    ['oci://registry-1.docker.io/team/shop', 'docker.io', 'team/shop'],
  ])('%s is %s, %s', (url, host, repository) =>
    expect(parseOciUrl(url)).toEqual({ ok: true, value: { host, repository } }),
  );
  it.each([
    ['https://ghcr.io/shop', 'write oci://host'],
    ['oci://ghcr.io', 'is not a repository path'],
    ['oci:///shop', 'write oci://host'],
    ['oci://ghcr.io/Team/shop', 'lower-case only'],
    ['oci://ghcr.io/shop:1.0.0', 'field of its own'],
    [`oci://ghcr.io/shop@${digest}`, 'field of its own'],
  ])('%s is refused: %s', (url, why) =>
    expect(parseOciUrl(url)).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', reason: 'InvalidRepositoryURL', message: expect.stringContaining(why) },
    }),
  );
});
