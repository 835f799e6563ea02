import type {DynoExit, ExecSpec, Session} from '../engine/engine.js';
import type {DynoInfo, OneOffRequest} from '../model/dyno-info.js';
import {lines} from '../model/dyno-log-lines.js';
import {requireDynoSize} from '../model/formation.js';
import {dynoName, oneOffNumber} from '../model/dyno.js';
import {DynoError} from '../model/error.js';
import {oneOffCommand} from '../model/one-off-command.js';
import type {AppDynos} from './app-dynos.js';
import {attachedSession} from './attached-session.js';
import {infoOfOneOff} from './dyno-info.js';
import {environmentOf} from './dyno-environment.js';
import type {Dyno, OneOff} from './dyno.js';
import {sizeOf} from './memory-policy.js';

/** ms for which a session is kept beyond the time for its client: R13 has to come first */
const AFTER_ATTACH_ERROR_MS = 1000;

/**
 * Starts a one-off dyno of the current release; resolves when its command is launched (heroku-behaviour.md 2.15).
 *
 * @throws DynoError no_code, formation_invalid (size, too many), usage, and the engine's
 */
export async function runOneOff(app: AppDynos, request: OneOffRequest): Promise<DynoInfo> {
  const {ground, desired} = app;
  const {spec} = app;
  if (app.isRemoved) throw new DynoError('not_found', {resource: 'app'});
  if (!spec?.release) throw new DynoError('no_code', {app: spec?.name ?? app.appId});
  const command = oneOffCommand(request.command, spec.release.processTypes);
  if (command === '') throw new DynoError('invalid_params', {message: 'command is missing.'});
  const size = requireDynoSize(request.size, ground.runtime.kind).name;
  requireRoom(app, size);

  const {limits, metrics} = desired;
  const isAttached = request.attach !== null;
  const ttl = request.timeToLiveMs;
  const oneOff = newOneOff({
    attached: isAttached,
    attachBy: isAttached ? app.now + limits.attachWaitMs : null,
    expiresAt: ttl === undefined ? null : app.now + Math.min(ttl, limits.oneOffTtlMs),
  });
  const name = freeName(app, request.type);
  if (isAttached) app.log(name, lines.awaitingClient());
  const {kind, type, env, attach} = request;
  const of = {app: spec, release: spec.release, name, type, kind, command, size, limits, metrics, env, oneOff};
  const dyno = await app.startOneOff({...of, ...(attach ? {attach} : {})});
  if (attach) await openSession(app, dyno, attach.tty !== null);
  return infoOfOneOff(dyno, ground.runtime.kind);
}

/** The client's end of an attached one-off dyno. Once per dyno; a client that goes away hangs it up. */
export function attachOneOff(app: AppDynos, name: string): Session {
  const waiting = app.sessions.take(name);
  if (!waiting) {
    const {oneOff} = app.runningDyno(name);
    const message = oneOff?.attached ? `A client is attached to ${name} already.` : `${name} was not started attached.`;
    throw new DynoError('conflict', {message});
  }
  waiting.dyno.oneOff!.attachBy = null;
  return waiting.session;
}

/** Takes the dyno's output at once, so that nothing is lost when it ends before its client has come. */
async function openSession(app: AppDynos, dyno: Dyno, isTerminal: boolean): Promise<void> {
  const {ground, desired} = app;
  const session = attachedSession(await ground.engine.attachDyno(dyno.engineId!), {
    clock: ground.clock,
    idleMs: desired.limits.attachIdleMs,
    isTerminal,
    onLost: () => hangUp(app, dyno),
  });
  app.sessions.add(dyno, session, desired.limits.attachWaitMs + AFTER_ATTACH_ERROR_MS);
}

/** A further command inside a running dyno, with the dyno's own environment. */
export async function execInDyno(app: AppDynos, name: string, exec: ExecSpec): Promise<Session> {
  const dyno = app.runningDyno(name);
  const {spec} = app;
  if (!spec?.release) return app.ground.engine.execDyno(dyno.engineId!, exec);
  const {id, type, port} = dyno;
  const env = environmentOf({
    app: spec,
    release: spec.release,
    runtime: app.ground.runtime.kind,
    dyno: {id, name: dyno.name, type, size: sizeOf(dyno), port},
    env: exec.env,
  });
  return app.ground.engine.execDyno(dyno.engineId!, {...exec, env});
}

export function newOneOff(own: Partial<OneOff>): OneOff {
  return {expiresAt: null, attachBy: null, hangup: null, attached: false, onExit: () => undefined, ...own};
}

/** Of a one-off whose client is gone: the first SIGHUP is due. */
export function lostOneOff(app: AppDynos): OneOff {
  return newOneOff({attached: true, hangup: hangupAt(app)});
}

/** Four random digits that no living dyno of the type has; the next free ones where they are taken. */
export function freeName(app: AppDynos, type: string): string {
  const taken = new Set([...app.observed.oneOffs.values()].map(({name}) => name));
  let number = oneOffNumber(app.ground.random);
  const isTaken = (name: string) => taken.has(name) || app.observed.slots.has(name) || app.sessions.has(name);
  while (isTaken(dynoName(type, number))) number++;
  return dynoName(type, number);
}

/** Resolves with the exit of a dyno that is about to be started with this. */
export function exitOf(own: Partial<OneOff> = {}): {oneOff: OneOff; exited: Promise<DynoExit>} {
  let onExit!: (exit: DynoExit) => void;
  const exited = new Promise<DynoExit>((resolve) => (onExit = resolve));
  return {oneOff: newOneOff({...own, onExit}), exited};
}

function hangUp(app: AppDynos, dyno: Dyno): void {
  const {oneOff} = dyno;
  if (!oneOff || oneOff.hangup || dyno.exit || dyno.phase !== 'up') return;
  oneOff.hangup = hangupAt(app);
  app.look();
}

function hangupAt({now, desired}: AppDynos): NonNullable<OneOff['hangup']> {
  return {first: now, last: now - desired.limits.hangupRepeatMs, reported: false};
}

/** Concurrent one-off dynos by tier (2.12). */
function requireRoom(app: AppDynos, size: string): void {
  const {tier} = sizeOf({size});
  const most = app.desired.limits.oneOffs[tier];
  const running = [...app.observed.oneOffs.values()].filter(
    (dyno) => dyno.kind !== 'release' && sizeOf(dyno).tier === tier,
  );
  if (running.length < most) return;
  throw new DynoError('formation_invalid', {message: `Cannot run more than ${most} ${size} size one-off dynos.`});
}
