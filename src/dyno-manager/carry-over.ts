import type {Limits} from '../model/app-limits.js';
import {leftAfter} from '../model/leap.js';
import type {Leap} from '../model/leap.js';
import {bootDeadline, exitDeadline} from './deadlines.js';
import {stateOf} from './dyno.js';
import type {Dyno, Observed} from './dyno.js';

/**
 * The clock has leapt to `now`. Carries what is in the works in the real world over: boots, stops, the wait for a
 * client and for the answer to SIGHUP keep of their limits what the leap leaves them. All else is due as it stands.
 */
export function carryOver(observed: Observed, limits: Limits, now: number, leap: Leap): void {
  /** by how much a stamp moves whose limit was up at `deadline` */
  const shiftOf = (deadline: number) => {
    const left = Math.max(0, deadline - (now - leap.ms));
    return now + leftAfter(left, leap) - Math.max(deadline, now - leap.ms);
  };
  const carry = (dyno: Dyno) => {
    const boot = bootDeadline(dyno, limits);
    if (boot !== null) dyno.launchedAt! += shiftOf(boot);
    const exit = exitDeadline(dyno, limits);
    if (exit !== null) dyno.phaseAt += shiftOf(exit);
    const {oneOff} = dyno;
    if (!oneOff) return;
    if (oneOff.attachBy !== null) oneOff.attachBy += shiftOf(oneOff.attachBy);
    if (!oneOff.hangup) return;
    oneOff.hangup.first += shiftOf(oneOff.hangup.first + limits.hangupErrorMs);
    oneOff.hangup.last += shiftOf(oneOff.hangup.last + limits.hangupRepeatMs);
  };
  for (const slot of observed.slots.values()) {
    if (slot.current) carry(slot.current);
    if (slot.successor) carry(slot.successor);
    // Others of the type that are to be cycled wait for it.
    if (stateOf(slot) === 'starting') slot.toldAt += shiftOf(slot.toldAt + limits.cyclePatienceMs);
  }
  for (const dyno of observed.leaving.values()) carry(dyno);
  for (const dyno of observed.oneOffs.values()) carry(dyno);
}
