/** node's error codes of a refused certificate, and the TLS alerts that logplex names for them (4.3, L14). */
const alerts: Record<string, string> = {
  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate expired',
  CERT_REVOKED: 'certificate revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'bad certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown ca',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown ca',
  CERT_UNTRUSTED: 'unknown ca',
  INVALID_CA: 'unknown ca',
  CERT_SIGNATURE_FAILURE: 'decrypt error',
  ERR_TLS_CERT_ALTNAME_INVALID: 'handshake failure',
  HOSTNAME_MISMATCH: 'handshake failure',
  INVALID_PURPOSE: 'unsupported certificate',
};

/** The TLS alert for a certificate that was refused; null for any other failure. */
export function certificateAlert(error: Error): string | null {
  const {code} = error as NodeJS.ErrnoException;
  return code === undefined ? null : (alerts[code] ?? null);
}
