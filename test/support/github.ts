import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { expect, onTestFinished } from 'vitest';
import type { ForgeTarget, PullRequests } from '../../src/core/pull-request.ts';
import { createGitHubDouble, type GitHubDouble, type GitHubOptions } from '../../src/local/github/index.ts';
import { createGitHubClient, type GitHubClient } from '../../src/source/github/client.ts';
import { createPullRequests } from '../../src/source/github/pull-requests.ts';
import { defaultTimeouts, type Timeouts } from '../../src/source/http/client.ts';
import type { Fault } from './fault-proxy.ts';

export const token = 'ghp_secret-of-the-test';

/** A GitHub of its own on a free port, which can be told to fail, and time that passes when it is told to. */
export type GitHubStage = Readonly<{
  github: GitHubDouble;
  apiUrl: string;
  /** Answers instead of it while it is set. */
  fault(fault: Fault | undefined): void;
  /** Milliseconds since 1970, of the double and of whoever is given it. */
  now(): number;
  pass(ms: number): void;
  target(repository?: string, credentials?: ForgeTarget['credentials'] | 'anonymous'): ForgeTarget;
}>;

/** One for this test. What is not known there fails it. */
export async function githubStage(options: Partial<GitHubOptions> = {}): Promise<GitHubStage> {
  const { close, ...stage } = await openGitHub(options);
  onTestFinished(() => {
    close();
    expect(stage.github.unknown).toEqual([]);
  });
  return stage;
}

/** One for as long as it is wanted. */
export async function openGitHub(options: Partial<GitHubOptions> = {}): Promise<GitHubStage & { close(): void }> {
  let now = Date.UTC(2026, 10, 27, 12);
  let fault: Fault | undefined;
  let url = '';
  const github = createGitHubDouble({
    url: () => url,
    logins: { tokens: { [token]: 'alustan-bot' } },
    now: () => new Date(now),
    ...options,
  });
  const listener = getRequestListener(new Hono().route('/github', github.routes).fetch, {
    overrideGlobalObjects: false,
  });
  const server = createServer((request: IncomingMessage, response) => {
    if (fault === undefined) void listener(request, response);
    else fault(request, response);
  });
  url = await listen(server);
  const apiUrl = `${url}/github`;
  return {
    github,
    apiUrl,
    now: () => now,
    fault: (next) => {
      fault = next;
    },
    pass: (ms) => {
      now += ms;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
    target: (repository = 'shop/web', credentials = { id: 'alustan/github', type: 'token', token }) => {
      const [owner = '', repo = ''] = repository.split('/');
      const login = credentials === 'anonymous' ? {} : { credentials };
      return { repository: { provider: 'github', apiUrl, owner, repo }, ...login };
    },
  };
}

export type GitHubReader = Readonly<{ client: GitHubClient; pulls: PullRequests }>;

export function githubReader(stage: GitHubStage, timeouts: Partial<Timeouts> = {}): GitHubReader {
  const client = createGitHubClient({ timeouts: { ...defaultTimeouts, ...timeouts }, now: stage.now });
  onTestFinished(() => client.close());
  return { client, pulls: createPullRequests(client, stage.now) };
}

/** Keys of a GitHub App, as GitHub gives them: PKCS#1. */
export function appKey(): Readonly<{ privateKey: string; publicKey: string }> {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    privateKey: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
