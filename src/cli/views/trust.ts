/** How a machine is told to trust the local certificate authority: the lines to type. */
export function trustSteps(platform: NodeJS.Platform, caFile: string): string[] {
  const file = `'${caFile.replaceAll("'", `'\\''`)}'`;
  if (platform === 'darwin') {
    return [`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`];
  }
  if (platform === 'win32') return [`certutil -addstore -user Root "${caFile}"`];
  return [`sudo cp ${file} /usr/local/share/ca-certificates/dyno-local.crt`, 'sudo update-ca-certificates'];
}
