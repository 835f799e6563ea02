import type Docker from 'dockerode';
import {setTimeout as wait} from 'node:timers/promises';
import type {DynoSignal} from '../engine.js';
import {callUnlessGone} from './connection.js';
import type {HostView} from './host-view.js';

/** What the dyno's init makes of signals: see src/engine/init/init.sh. SIGKILL of it is SIGKILL of all. */
const toInit: Record<DynoSignal, string> = {
  SIGTERM: 'SIGTERM',
  SIGHUP: 'SIGHUP',
  SIGSTOP: 'SIGUSR1',
  SIGCONT: 'SIGUSR2',
  SIGKILL: 'SIGKILL',
};

const READY_MS = 5000;

/** Sends the signal to every process of the dyno. */
export async function signalDyno(docker: Docker, view: HostView, engineId: string, signal: DynoSignal): Promise<void> {
  if (signal !== 'SIGKILL') await initReady(docker, view, engineId);
  await callUnlessGone(`send ${signal} to a dyno`, () => docker.getContainer(engineId).kill({signal: toInit[signal]}));
}

/** The first process of a container never sees a signal that it has no handler for yet: it would be lost. */
async function initReady(docker: Docker, view: HostView, engineId: string): Promise<void> {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const ready = await view.catchesTerm(engineId);
    if (ready === null) return settleByAge(docker, engineId);
    if (ready || Date.now() > deadline) return;
    await wait(10);
  }
}

/** Where init cannot be seen, a dyno that started half a second ago is taken to be ready. */
async function settleByAge(docker: Docker, engineId: string): Promise<void> {
  const info = await callUnlessGone('look at a dyno', () => docker.getContainer(engineId).inspect());
  if (!info?.State.Running) return;
  const age = Date.now() - Date.parse(info.State.StartedAt);
  if (age >= 0 && age < 500) await wait(500 - age);
}
