import { expect, it, vi } from 'vitest';
import { explainFailure } from './explain.ts';
import { openShop, type Shop } from './shop.ts';

export function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 150_000, interval: 300 });
}

/** A flow: a shop in a namespace of its own, delivered. `files` are added to its repository. */
export function flow(
  title: string,
  name: string,
  story: (shop: Shop) => Promise<void>,
  files: Readonly<Record<string, string>> = {},
): void {
  it.concurrent(title, { timeout: 400_000 }, async (context) => {
    explainFailure(context, name);
    const shop = await openShop(name, files);
    await completed(shop, 'api-service', 1);
    await completed(shop, 'web-service', 1);
    await story(shop);
    await shop.close();
  });
}

/** Waits until a Service is `Completed` with a revision of its release. */
export function completed(shop: Shop, service: string, revision: number): Promise<void> {
  return eventually(async () => {
    expect(await shop.status(service)).toMatchObject({ state: 'Completed', healthStatus: { revision } });
  });
}

/** How many revisions Helm knows of both releases: one for each input, and none that still holds a lock. */
export async function revisions(shop: Shop): Promise<number[]> {
  const histories = [await shop.history('api-service'), await shop.history('web-service')];
  for (const history of histories) {
    expect(history.at(-1)?.status).toBe('deployed');
    for (const { status } of history) expect(status).not.toMatch(/^pending-/);
  }
  return histories.map(({ length }) => length);
}
