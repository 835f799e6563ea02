import {limits} from '../model/limits.js';

/** The rows of the limits table that the router obeys, resolved for its kind of runtime; each can be overridden. */
export function routerLimits(kind: 'common' | 'space', overrides: Record<string, number> = {}) {
  return {
    connectTimeoutMs: limits.connectTimeoutMs as number,
    quarantineMs: limits.quarantineMs as number,
    connectAttempts: limits.connectAttempts as number,
    connectTotalMs: limits.connectTotalMs as number,
    firstByteMs: limits.firstByteMs as number,
    idleMs: limits.idleMs as number,
    clientKeepAliveMs: limits.clientKeepAliveMs as number,
    dynoKeepAliveMs: limits.dynoKeepAliveMs as number,
    requestsPerDyno: limits.requestsPerDyno as number,
    requestLineBytes: limits.requestLineBytes as number,
    headerLineBytes: limits.headerLineBytes[kind] as number,
    headerNameBytes: limits.headerNameBytes as number,
    headerCount: limits.headerCount as number,
    methodBytes: limits.methodBytes as number,
    requestHeadBytes: limits.requestHeadBytes[kind] as number,
    statusLineBytes: limits.statusLineBytes as number,
    responseHeaderBytes: limits.responseHeaderBytes as number,
    responseHeadBytes: limits.responseHeadBytes as number,
    responseHeaderCount: limits.responseHeaderCount as number,
    setCookieBytes: limits.setCookieBytes as number,
    legacyBufferBytes: limits.legacyBufferBytes as number,
    responseBufferBytes: limits.responseBufferBytes as number,
    responseBudgetBytes: limits.responseBudgetBytes as number,
    trailerBytes: limits.trailerBytes as number,
    interimResponses: limits.interimResponses as number,
    pipelineBytes: limits.pipelineBytes as number,
    routerDrainMs: limits.routerDrainMs as number,
    lingerMs: limits.lingerMs as number,
    idleConnectionsPerDyno: limits.idleConnectionsPerDyno as number,
    rememberedRequests: limits.rememberedRequests as number,
    http2Streams: limits.http2Streams as number,
    ...overrides,
  };
}

export type RouterLimits = ReturnType<typeof routerLimits>;
