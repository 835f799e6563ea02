import {createHash} from 'node:crypto';
import type {Identity} from '../labels.js';

/** Values of the label dyno.kind in this part. */
export const EGRESS = 'egress';
/** holds the network namespace and the address of a data service */
export const DATA_NET = 'data-net';
export const DATA = 'data';
/** bears the names of a space's router */
export const NAMES = 'names';
/** networks */
export const EDGE = 'edge';
export const SPACE = 'space';

/** which network of ours a helper belongs to */
export const NETWORK = 'dyno.network';
/** hash of what a container was made from: another one is made when it changes */
export const MADE_FROM = 'dyno.made_from';
/** networks: a guard on the host belongs to it */
export const GUARDED = 'dyno.guarded';
/** id of a data service */
export const DATA_ID = 'dyno.data_id';

export function shortHash(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** One per installation: where stable outbound addresses live. */
export function edgeName({owner}: Identity): string {
  return `dyno-edge-${shortHash(owner)}`;
}

export function egressName({owner}: Identity, network: string): string {
  return `dyno-egress-${shortHash(`${owner} ${network}`)}`;
}

export function namesName({owner}: Identity, network: string): string {
  return `dyno-names-${shortHash(`${owner} ${network}`)}`;
}

/** Interface of a space's bridge, known before the network is made; 15 characters at most. Also names its guard. */
export function bridgeName({owner}: Identity, network: string): string {
  return `dy${shortHash(`${owner} ${network}`)}`;
}

export function dataName({owner}: Identity, id: string, role: 'net' | 'data'): string {
  return `dyno-${role}-${shortHash(`${owner} ${id}`)}`;
}
