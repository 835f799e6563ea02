import type {EngineDyno} from '../engine/engine.js';
import type {AppDynos} from './app-dynos.js';
import {newSlot} from './dyno.js';
import type {Dyno, Slot} from './dyno.js';
import {adoptedDyno} from './new-dyno.js';
import {lostOneOff, newOneOff} from './one-offs.js';

/**
 * Takes up a dyno that runs, or has ended, without our having started it: it gets the slot of its name, or has to go.
 * The client of an attached one-off has gone with the runtime before, so that it is hung up (heroku-behaviour.md 2.15);
 * a one-off's time to live goes on from its start; nobody waits for a release command any more, so that it is ended.
 */
export async function adopt(app: AppDynos, found: EngineDyno): Promise<void> {
  const {observed} = app;
  const isFormation = found.kind === 'formation';
  const oneOff = isFormation ? null : found.attached ? lostOneOff(app) : newOneOff({});
  if (oneOff && found.timeToLiveMs !== undefined) oneOff.expiresAt = found.createdAt + found.timeToLiveMs;
  const dyno = adoptedDyno(found, oneOff, app.desired, app.ground);
  const slot = isFormation ? freeSlotFor(app, dyno) : undefined;
  if (!isFormation) observed.oneOffs.set(dyno.id, dyno);
  else if (slot) Object.assign(slot, {current: dyno, last: dyno, release: dyno.release, rest: 'new', told: null});
  else observed.leaving.set(dyno.id, dyno);

  app.hooks.known(found.engineId, app, dyno);
  await app.runner.adopt(dyno, found);
  const isUnwanted = found.kind === 'release' || (isFormation && !slot);
  if (isUnwanted && dyno.exit === null) app.runner.stop(dyno, 0);
  if (slot) app.settle(slot, dyno.upAt ?? dyno.createdAt);
}

/** The first that asks for a name keeps it; another one, found beside it, was on its way out. */
function freeSlotFor(app: AppDynos, dyno: Dyno): Slot | undefined {
  const {name, type} = dyno;
  const number = Number(name.slice(type.length + 1));
  const wanted = app.desired.formation.find((entry) => entry.type === type);
  if (app.spec && (!wanted || number > wanted.quantity)) return undefined;
  const slot = app.observed.slots.get(name) ?? newSlot(name, type, number);
  app.observed.slots.set(name, slot);
  // The one that crashed or went to sleep, as an earlier process has seen it, may not be gone altogether yet.
  const isNews = slot.rest === 'new' || slot.rest === 'replacing' || slot.last?.id !== dyno.id;
  const isFree = slot.current === null && isNews;
  return isFree ? slot : undefined;
}
