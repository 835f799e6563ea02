import {parseDrainUrl} from '../model/drain.js';
import type {Drain, DrainContext} from './drain.js';
import {HttpDrain} from './http-drain.js';
import {NodeHttpTransport} from './http-transport.js';
import {SyslogDrain} from './syslog-drain.js';
import {NodeSyslogTransport} from './syslog-transport.js';

/** @throws DynoError drain_url_invalid */
export function openDrain(context: DrainContext): Drain {
  const address = parseDrainUrl(context.spec.url);
  const {clock, secureContext} = context;
  switch (address.kind) {
    case 'http':
    case 'https':
      return new HttpDrain(context, address, new NodeHttpTransport(address, clock, secureContext));
    case 'syslog':
    case 'syslog+tls':
      return new SyslogDrain(context, new NodeSyslogTransport(address, clock, secureContext));
  }
}
