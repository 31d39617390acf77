import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Infrastructure } from '../support/infrastructure.ts';

describe('maintenance windows on local mode', { timeout: 90_000 }, () => {
  const window = [{ schedule: '0 22 * * *', duration: '4h', timeZone: 'Europe/Berlin' }];
  let infra: Infrastructure;
  /** A clock that stands still, one second before the window opens. */
  let now = new Date('2026-11-27T20:59:59Z');

  beforeAll(async () => {
    infra = await Infrastructure.start({ controller: { settings: { retryDelayMs: 50 }, now: () => now } });
    await infra.namespace('night');
  }, 60_000);
  afterAll(() => infra.stop(), 30_000);

  const push = (tag: string) => infra.push('infra', tag, { deploy: `echo ${tag} >> "$STATE/$ALUSTAN_NAME"` });

  it('E36 what waits is told, let through by a person, and begun when the window opens; nobody else is held up', async () => {
    await push('1.0.0');
    await infra.create('night', 'db', 'infra', { window });
    await infra.reached('night', 'db', 'Progressing OutsideWindow', /infra:1\.0\.0 waits for its window, since /);
    await infra.annotate('night', 'db', { 'alustan.io/outside-window': 'first' });
    await infra.reached('night', 'db', 'Completed Delivered');

    await push('1.1.0');
    await infra.reached(
      'night',
      'db',
      'Completed OutsideWindow',
      /1\.1\.0 waits .* opens at 2026-11-27T22:00:00\+01:00/,
    );
    await infra.create('night', 'app', 'infra', { dependencies: { terraform: ['db'] } });
    await infra.reached('night', 'app', 'Completed Delivered');
    expect(await infra.lines('db')).toEqual(['1.0.0']);

    // Nothing rings but the wait itself.
    now = new Date('2026-11-27T21:00:00Z');
    await infra.reached('night', 'db', 'Completed Delivered', /1\.1\.0/);
    expect(await infra.lines('db')).toEqual(['1.0.0', '1.1.0']);
  });

  it('a window that nobody can read is told with its field, by admission or in the status', async () => {
    const bad = (part: object) => ({ window: [{ ...window[0], ...part }] });
    await expect(infra.create('night', 'bad', 'infra', bad({ schedule: 'TZ=UTC 0 22 * * *' }))).rejects.toThrow(
      'spec.window[0].schedule',
    );
    await expect(infra.create('night', 'bad', 'infra', { window: [] })).rejects.toThrow('spec.window');
    await infra.create('night', 'bad', 'infra', bad({ timeZone: 'Europe/Nowhere' }));
    await infra.reached('night', 'bad', 'Error InvalidWindow', /spec\.window\[0\]\.timeZone: "Europe\/Nowhere"/);
  });
});
