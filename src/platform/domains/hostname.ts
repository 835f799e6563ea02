import {DynoError} from '../../model/error.js';

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
const MOST_CHARACTERS = 253;

/**
 * A custom domain in its one spelling: lower case, no final dot; `*.` may stand for the first label.
 *
 * @throws DynoError invalid_params
 */
export function requireHostname(given: string): string {
  const hostname = given.trim().toLowerCase().replace(/\.$/, '');
  const refuse = (reason: string) =>
    new DynoError('invalid_params', {message: `Domain ${given.slice(0, 100)} cannot be added: ${reason}.`});
  const labels = hostname.split('.');
  const rest = labels[0] === '*' ? labels.slice(1) : labels;
  if (hostname.length > MOST_CHARACTERS) throw refuse('it is too long');
  if (rest.length < 2) throw refuse('a domain has at least two labels, as in www.example.com');
  if (!rest.every((label) => LABEL.test(label))) throw refuse('labels are letters, digits and dashes');
  if (/^[\d.]+$/.test(hostname)) throw refuse('it is an address, not a name');
  // One label below localhost is the default host of the app of that name.
  if (hostname.endsWith('.localhost') && labels.length === 2) throw refuse('NAME.localhost belongs to the app NAME');
  if (hostname.endsWith('.localspace')) throw refuse('names of localspace belong to dynos and apps of private spaces');
  return hostname;
}

/** Whether a certificate for `name` (`*.` allowed) serves this host. */
export function coversHost(name: string, hostname: string): boolean {
  const [pattern, host] = [name.toLowerCase(), hostname.toLowerCase()];
  if (pattern === host) return true;
  return pattern.startsWith('*.') && host.slice(host.indexOf('.')) === pattern.slice(1);
}
