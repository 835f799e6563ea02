import {maskDrainUrl, needsNoResolver} from '../model/drain.js';
import type {DrainAddress} from '../model/drain.js';
import {DynoError} from '../model/error.js';
import type {PlatformContext} from './context.js';

/**
 * Refuses a drain whose host nobody knows. Asked once, when the drain is added: a host that goes away later costs
 * messages, which an L10 tells of (docs/decisions/2026-11-26-drain-hosts.md).
 *
 * @throws DynoError drain_host_unknown
 */
export async function requireDrainHost(
  {resolvesHost}: Pick<PlatformContext, 'resolvesHost'>,
  url: string,
  {host}: DrainAddress,
): Promise<void> {
  if (needsNoResolver(host) || (await resolvesHost(host))) return;
  throw new DynoError('drain_host_unknown', {url: maskDrainUrl(url), host});
}
