import type {Dyno, Observed} from './dyno.js';

/**
 * Moves all that was observed by `ms`. A clock that is set back (`dyno clock:reset`) would leave deadlines hours ahead:
 * with this, each keeps what was left of it.
 */
export function shiftTimes(observed: Observed, ms: number): void {
  observed.lastTraffic += ms;
  for (const slot of observed.slots.values()) {
    slot.retryAt += ms;
    slot.toldAt += ms;
    if (slot.prebootSince !== null) slot.prebootSince += ms;
    if (slot.current) shiftDyno(slot.current, ms);
    if (slot.successor) shiftDyno(slot.successor, ms);
  }
  for (const dyno of observed.leaving.values()) shiftDyno(dyno, ms);
  for (const dyno of observed.oneOffs.values()) shiftDyno(dyno, ms);
}

function shiftDyno(dyno: Dyno, ms: number): void {
  dyno.createdAt += ms;
  dyno.phaseAt += ms;
  dyno.cycleAt += ms;
  if (dyno.launchedAt !== null) dyno.launchedAt += ms;
  if (dyno.upAt !== null) dyno.upAt += ms;
  const {oneOff} = dyno;
  if (!oneOff) return;
  if (oneOff.expiresAt !== null) oneOff.expiresAt += ms;
  if (oneOff.attachBy !== null) oneOff.attachBy += ms;
  if (oneOff.hangup) {
    oneOff.hangup.first += ms;
    oneOff.hangup.last += ms;
  }
}
