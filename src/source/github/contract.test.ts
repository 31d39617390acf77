import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, onTestFinished } from 'vitest';
import { githubReader, githubStage, token } from '../../../test/support/github.ts';
import { sourceContract } from '../../../test/support/source-contract.ts';
import type { ForgeTarget, PullRequestList } from '../../core/pull-request.ts';

/** Takes requests and never answers. */
async function silentServer(): Promise<string> {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('the list of pull requests is a source', () => {
  sourceContract<ForgeTarget, PullRequestList>(async () => {
    const stage = await githubStage();
    const { pulls } = githubReader(stage, { headers: 500, total: 500 });
    const repository = stage.github.world.repository('shop', 'web');
    const pull = stage.github.world.open(repository, { branch: 'feat-x', labels: ['preview'] });
    const there = stage.target();
    let counted = 0;
    return {
      source: { observe: (target, seen, context) => pulls.list(target, seen, context) },
      there,
      change: async () => stage.github.world.push(repository, pull),
      missing: stage.target('shop/none'),
      silent: { ...there, repository: { ...there.repository, apiUrl: await silentServer() } },
      secret: token,
      downloads: () => {
        const all = stage.github.seen.filter(({ status }) => status !== 304).length;
        const since = all - counted;
        counted = all;
        return since;
      },
    };
  });
});
