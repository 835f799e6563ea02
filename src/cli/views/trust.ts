/** How a Linux machine keeps the certificates that it trusts. */
export type TrustStore =
  /** Debian, Ubuntu, Alpine, openSUSE with its Debian names */
  | 'ca-certificates'
  /** Fedora, RHEL and their kin */
  | 'ca-trust'
  /** Arch: p11-kit alone */
  | 'p11-kit';

/** Told by the program that renews it. */
export function trustStoreOf(isInstalled: (program: string) => boolean): TrustStore {
  if (isInstalled('update-ca-certificates')) return 'ca-certificates';
  if (isInstalled('update-ca-trust')) return 'ca-trust';
  return isInstalled('trust') ? 'p11-kit' : 'ca-certificates';
}

/** How a machine is told to trust the local certificate authority: the lines to type. */
export function trustSteps(
  platform: NodeJS.Platform,
  caFile: string,
  {store = 'ca-certificates', isRoot = false}: {store?: TrustStore; isRoot?: boolean} = {},
): string[] {
  const file = quoted(caFile);
  const sudo = isRoot ? '' : 'sudo ';
  if (platform === 'darwin') {
    return [`${sudo}security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`];
  }
  if (platform === 'win32') return [`certutil -addstore -user Root "${caFile}"`];
  if (store === 'ca-trust') {
    return [`${sudo}cp ${file} /etc/pki/ca-trust/source/anchors/dyno-local.pem`, `${sudo}update-ca-trust`];
  }
  if (store === 'p11-kit') return [`${sudo}trust anchor --store ${file}`];
  return [`${sudo}cp ${file} /usr/local/share/ca-certificates/dyno-local.crt`, `${sudo}update-ca-certificates`];
}

/** What the system's store does not reach, in words. */
export function trustNotes(platform: NodeJS.Platform, caFile: string): string[] {
  const notes = ['Node.js programs trust it with: eval "$(dyno env)"'];
  if (platform === 'linux') {
    notes.push(
      `Chromium and Chrome: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n dyno-local -i ${quoted(caFile)}   (libnss3-tools)`,
    );
  }
  notes.push(
    `Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import ${caFile}` +
      (platform === 'linux' ? '' : ', or set security.enterprise_roots.enabled in about:config'),
  );
  return notes;
}

function quoted(file: string): string {
  return `'${file.replaceAll("'", `'\\''`)}'`;
}
