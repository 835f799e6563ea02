import {randomUUID} from 'node:crypto';

/** An owner for what a test makes without a home; named by this process, so that the next run knows what a killed one left (script/lib/leftovers.sh). */
export function testOwner(): string {
  return `dyno-p${process.pid}-${randomUUID()}`;
}
