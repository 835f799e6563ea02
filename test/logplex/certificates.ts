import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import {webcrypto} from 'node:crypto';

export interface TestCertificate {
  /** PEM; trusting it trusts the certificate, for it signed itself */
  certificateChain: string;
  privateKey: string;
}

const algorithm = {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'};
const DAY = 24 * 3600_000;

/** A server certificate for localhost and 127.0.0.1, signed by itself. */
export async function makeCertificate({host = 'localhost', expired = false} = {}): Promise<TestCertificate> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: '01',
      name: `CN=${host}`,
      notBefore: new Date(now - 2 * DAY),
      notAfter: new Date(now + (expired ? -DAY : DAY)),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.SubjectAlternativeNameExtension([
          {type: 'dns', value: host},
          ...(host === 'localhost' ? [{type: 'ip' as const, value: '127.0.0.1'}] : []),
        ]),
      ],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return {
    certificateChain: certificate.toString('pem'),
    privateKey: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
  };
}
