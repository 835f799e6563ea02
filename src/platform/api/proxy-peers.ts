import {DynoError} from '../../model/error.js';
import {limits} from '../../model/limits.js';
import {formatAddress, overlap, parseSubnet} from '../../model/subnets.js';
import {route} from '../http/route.js';

const body = {
  type: 'object',
  required: ['proxies'],
  properties: {proxies: {type: 'array', items: {type: 'string'}}},
};

/** Wider than this, whoever likes could say who he is. */
const WIDEST_BITS = 8;

/**
 * IPv4 addresses and ranges, none of which has addresses of another.
 *
 * @throws DynoError invalid_params
 */
function checkProxies(proxies: string[]): string[] {
  const checked: {text: string; range: {first: number; last: number}}[] = [];
  for (const text of proxies) {
    const range = parseSubnet(text.includes('/') ? text : `${text}/32`);
    if (!range) {
      throw invalid(`${text.slice(0, 60)} is no IPv4 address of a proxy. Form: 203.0.113.9, or 203.0.113.0/24`);
    }
    const bits = text.includes('/') ? text.slice(text.indexOf('/') + 1) : '32';
    if (Number(bits) < WIDEST_BITS) {
      throw invalid(`${text} is too wide for proxies, which are trusted to say who calls: /${WIDEST_BITS} at most.`);
    }
    const other = checked.find((known) => overlap(known.range, range));
    if (other?.text === text) throw invalid(`A proxy already exists for ${text}.`);
    if (other) throw invalid(`${text} overlaps with the proxy ${other.text}.`);
    const first = formatAddress(range.first);
    checked.push({text: bits === '32' ? first : `${first}/${bits}`, range});
  }
  if (proxies.length > limits.trustedRanges) {
    throw invalid(`A space has at most ${limits.trustedRanges} proxies, not ${proxies.length}.`);
  }
  return checked.map(({text}) => text);
}

const invalid = (message: string) => new DynoError('invalid_params', {message});

/** Proxies in front of a space's router, which have to begin with a PROXY protocol header (docs/isolation.md). */
export const proxyPeerRoutes = [
  route('GET', '/local/spaces/:space/proxies', {title: 'proxies in front of a space'}, ({context, params}) => ({
    proxies: context.store.spaces.get(params.space!).proxyPeers,
  })),
  route('PUT', '/local/spaces/:space/proxies', {title: 'name all proxies in front of a space', body}, (call) => {
    const {context, params} = call;
    const {id} = context.spaces.requireAlive(context.store.spaces.get(params.space!));
    return context.queue.run(id, async () => {
      const proxies = checkProxies(call.body.proxies as string[]);
      const {proxyPeers} = await context.spaces.replaceProxyPeers(context.store.spaces.get(id), proxies);
      return {proxies: proxyPeers};
    });
  }),
];
