import { type AskedOf, notFound, page, type Reply, reply } from '../reply.ts';
import { accountShape } from '../shapes/account.ts';
import { fileShape, fullPullShape, pullShape } from '../shapes/pull.ts';
import { fullRepositoryShape } from '../shapes/repository.ts';
import type { Pull } from '../state.ts';

export function getRepository({ world, at, repository }: AskedOf): Reply {
  return reply(fullRepositoryShape(at, repository, world.account(repository.owner)));
}

export function listPulls(asked: AskedOf): Reply {
  const { url, world, at, repository } = asked;
  const state = url.searchParams.get('state') ?? 'open';
  const field = url.searchParams.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const sign = url.searchParams.get('direction') === 'asc' ? 1 : -1;
  const order = (a: Pull, b: Pull): number =>
    sign * (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : a.number - b.number);
  const pulls = repository.pulls.filter((each) => state === 'all' || each.state === state).sort(order);
  const { body: shown, ...rest } = page(asked, pulls);
  return { ...rest, body: (shown as Pull[]).map((each) => pullShape(at, world, repository, each)) };
}

export function getPull(asked: AskedOf): Reply {
  const { world, at, repository } = asked;
  const pull = pullOf(asked);
  return pull === undefined ? notFound : reply(fullPullShape(at, world, repository, pull));
}

export function listFiles(asked: AskedOf): Reply {
  const pull = pullOf(asked);
  if (pull === undefined) return notFound;
  return page(
    asked,
    pull.files.map((name) => fileShape(asked.at, asked.repository, pull, name)),
  );
}

export function getPermission({ parts, world, at, repository }: AskedOf): Reply {
  const login = parts[0] ?? '';
  // Of a public repository everybody may read.
  const permission = repository.collaborators[login] ?? 'read';
  return reply({
    permission,
    role_name: permission,
    user: { ...accountShape(at, world.account(login)), role_name: permission },
  });
}

export function pullOf({ parts, repository }: AskedOf): Pull | undefined {
  return repository.pulls.find((each) => each.number === Number(parts[0]));
}
