import type {NetworkSpec} from '../engine/engine.js';
import {INTERNAL_ZONE} from '../model/app-hosts.js';
import type {RuntimeSpec} from '../model/spec.js';

/** One flat network per region, one per space, under the runtime's name. */
export function networkSpecOf({name, kind, space, router, apps}: RuntimeSpec): NetworkSpec {
  if (!space) return {name, kind};
  return {
    name,
    kind,
    subnet: space.subnet,
    ...(space.natAddresses.length > 0 ? {egress: {addresses: space.natAddresses}} : {}),
    hostPorts: [router.httpPort, router.httpsPort].filter((port) => port !== undefined),
    routerNames: apps.flatMap(({hosts}) => hosts.filter((host) => host.endsWith(`.${INTERNAL_ZONE}`))).sort(),
  };
}
