import {lookup} from 'node:dns';
import type {LookupFunction} from 'node:net';
import {isLocalName} from '../model/drain.js';

/** Resolves a drain's host. `demo.localhost` is this machine (RFC 6761), also where the system's resolver says no. */
export const lookupDrainHost: LookupFunction = (host, options, callback) =>
  lookup(isLocalName(host) ? 'localhost' : host, options, callback);
