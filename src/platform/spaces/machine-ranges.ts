import {readFileSync} from 'node:fs';
import type {Range} from '../../model/subnets.js';
import {parseRoutes} from '../../model/subnets.js';

/** Addresses that this machine has routes to: its LANs, its VPNs, every bridge of Docker's. */
export function machineRanges(): Range[] {
  try {
    return parseRoutes(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    // Other systems keep Docker's networks in a virtual machine, where they meet nothing of the host's.
    return [];
  }
}
