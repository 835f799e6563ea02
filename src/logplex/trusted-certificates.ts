import {readFileSync} from 'node:fs';
import tls from 'node:tls';

const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * One TLS context for all drains: it trusts node's own roots, the machine's, those of NODE_EXTRA_CA_CERTS and
 * SSL_CERT_FILE, and `extra` (PEM). Made once and late, for it takes some ten milliseconds.
 */
export function trustedContext(extra: string[], env: NodeJS.ProcessEnv): () => tls.SecureContext {
  let context: tls.SecureContext | null = null;
  return () => {
    const system = systemBundles.map(readPem).find((pem) => pem !== null);
    const configured = [env['NODE_EXTRA_CA_CERTS'], env['SSL_CERT_FILE']].map((path) => (path ? readPem(path) : null));
    const found = [system, ...configured].filter((pem) => typeof pem === 'string');
    return (context ??= tls.createSecureContext({ca: [...tls.rootCertificates, ...found, ...extra]}));
  };
}

function readPem(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
