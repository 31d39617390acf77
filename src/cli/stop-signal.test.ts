import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { stopSignal } from './stop-signal.ts';

function setUp() {
  const state = { now: 0 };
  const source = new EventEmitter();
  const leave = vi.fn();
  return { state, source, leave, signal: stopSignal(source, leave, () => state.now) };
}

it.each(['SIGINT', 'SIGTERM'])('%s stops', (name) => {
  const { source, signal, leave } = setUp();
  source.emit(name);
  expect(signal.reason).toBe(name);
  expect(leave).not.toHaveBeenCalled();
});

it('the SIGINT that npm adds to Ctrl-C is no second one', () => {
  const { state, source, leave } = setUp();
  source.emit('SIGINT');
  state.now = 1_000;
  source.emit('SIGINT');
  expect(leave).not.toHaveBeenCalled();
});

it('a later one leaves at once', () => {
  const { state, source, leave } = setUp();
  source.emit('SIGINT');
  state.now = 1_001;
  source.emit('SIGINT');
  expect(leave).toHaveBeenCalledOnce();
});
