import {createPrivateKey, X509Certificate} from 'node:crypto';
import type {KeyObject} from 'node:crypto';
import {createSecureContext} from 'node:tls';
import {DynoError} from '../../model/error.js';

export interface CertificateFacts {
  domains: string[];
  /** `/C=US/O=Example/CN=www.example.com` */
  subject: string;
  issuer: string;
  /** ms since the epoch */
  startsAt: number;
  expiresAt: number;
  selfSigned: boolean;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * A certificate chain, leaf first, and its key, after a check that they belong together and can be used.
 *
 * @throws DynoError invalid_params
 */
export function checkChain(chainPem: string, keyPem: string): {certificateChain: string; privateKey: string} {
  const certificates = parseChain(chainPem);
  const key = parseKey(keyPem);
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) throw invalid("Key doesn't match the PEM certificate");
  const chain = [leaf];
  let rest = certificates.filter((certificate) => certificate !== leaf);
  while (rest.length > 0) {
    const issuer = rest.find((candidate) => chain.at(-1)!.checkIssued(candidate));
    if (!issuer) throw invalid('The chain holds a certificate that signed none of the others');
    chain.push(issuer);
    rest = rest.filter((certificate) => certificate !== issuer);
  }
  const checked = {
    certificateChain: chain.map((certificate) => certificate.toString()).join(''),
    privateKey: key.export({type: 'pkcs8', format: 'pem'}).toString(),
  };
  checkUsable(checked);
  return checked;
}

/** OpenSSL refuses what is too weak (short keys, SHA-1), and the router could not serve with it. */
function checkUsable({certificateChain, privateKey}: {certificateChain: string; privateKey: string}): void {
  try {
    createSecureContext({cert: certificateChain, key: privateKey});
  } catch (error) {
    const {message} = error as Error;
    throw invalid(`The certificate cannot be used for TLS (${message}): make one with a longer key or SHA-256`, error);
  }
}

/** What the first certificate of a chain says. */
export function readFacts(chainPem: string): CertificateFacts {
  const leaf = parseChain(chainPem)[0]!;
  const names = (leaf.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('DNS:'));
  const common = /(?:^|\n)CN=([^\n]+)/.exec(leaf.subject)?.[1];
  const domains = names.length > 0 ? names.map((name) => name.slice('DNS:'.length)) : common ? [common] : [];
  return {
    domains,
    subject: inOneLine(leaf.subject),
    issuer: inOneLine(leaf.issuer),
    startsAt: Date.parse(leaf.validFrom),
    expiresAt: Date.parse(leaf.validTo),
    selfSigned: leaf.subject === leaf.issuer,
  };
}

function parseChain(pem: string): X509Certificate[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw invalid('The certificate chain holds no PEM certificate');
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw invalid('The certificate chain cannot be read', error);
  }
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const encrypted = /ENCRYPTED/.test(pem);
    throw invalid(
      encrypted ? 'The private key is encrypted: take its passphrase off' : 'The private key cannot be read',
      error,
    );
  }
}

const inOneLine = (name: string): string => `/${name.split('\n').join('/')}`;

const invalid = (message: string, cause?: unknown) => new DynoError('invalid_params', {message}, cause);
