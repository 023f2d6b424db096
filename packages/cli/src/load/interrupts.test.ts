import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Interrupts, takeInterrupts } from './interrupts.ts';

let emitter: EventEmitter;
let told: string[];
let interrupts: Interrupts;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  told = [];
  emitter = new EventEmitter();
  const source = Object.assign(emitter, {
    pid: 4711,
    kill(pid: number, signal: string) {
      told.push(`${signal} to ${pid}`);
      return true;
    },
  });
  const handlers = {
    onEarly: () => told.push('early'),
    onStop: () => told.push('stop'),
    onStopReading: () => told.push('stop reading'),
  };
  interrupts = takeInterrupts(handlers, source);
});
afterEach(() => void vi.useRealTimers());

const signal = (name = 'SIGINT') => emitter.emit(name, name);
const later = () => vi.advanceTimersByTime(1001);
const state = () => [interrupts.stop.aborted, interrupts.stopAll.aborted];

describe('a signal', () => {
  it('before the load ends the process, as by itself', () => {
    signal('SIGTERM');
    expect(told).toEqual(['early', 'SIGTERM to 4711']);
    expect(emitter.eventNames()).toEqual([]);
  });

  it('ends the load, the next one what follows it, the third one the process', () => {
    interrupts.begin();
    signal();
    expect([told, state()]).toEqual([['stop'], [true, false]]);
    later();
    interrupts.beginReading();
    signal();
    expect([told, state()]).toEqual([['stop'], [true, true]]);
    later();
    signal();
    expect(told).toEqual(['stop', 'SIGINT to 4711']);
  });

  it('that comes twice within a second is one', () => {
    interrupts.begin();
    for (let times = 0; times < 3; times++) signal();
    expect([told, state()]).toEqual([['stop'], [true, false]]);
  });

  it('while what is stored is read back ends that', () => {
    interrupts.begin();
    interrupts.beginReading();
    signal();
    expect([told, state()]).toEqual([['stop reading'], [true, true]]);
  });

  it('after the release is nobody’s', () => {
    interrupts.release();
    expect([signal(), told]).toEqual([false, []]);
  });
});
