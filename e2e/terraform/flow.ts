import { it, type TestContext } from 'vitest';
import { explainFailure } from '../delivery/explain.ts';
import { type Gate, startGate } from './gate.ts';
import { Ground } from './ground.ts';

let gate: Gate | undefined;

/** Before the first flow; resolves with how to stop it. */
export async function openGate(): Promise<void> {
  gate = await startGate();
}

export async function closeGate(): Promise<void> {
  await gate?.stop();
}

type Story = (ground: Ground) => Promise<void>;

/** A flow in a namespace of its own, beside others. */
export function flow(title: string, namespace: string, story: Story): void {
  it.concurrent(title, { timeout: 400_000 }, (context) => play(context, namespace, story));
}

/** A flow that has the cluster for itself. */
export function soleFlow(title: string, namespace: string, story: Story): void {
  it(title, { timeout: 400_000 }, (context) => play(context, namespace, story));
}

async function play(context: TestContext, namespace: string, story: Story): Promise<void> {
  if (gate === undefined) throw new Error('the gate is not open');
  explainFailure(context, namespace);
  const ground = await new Ground(namespace, gate).prepare();
  await story(ground);
  await ground.close();
}
