import {fileURLToPath} from 'node:url';

/**
 * Directory of build.sh and the built-in buildpacks. What a build needs is in it, and nothing else: an engine may copy
 * it whole into its build environment. The contract of build.sh stands on top of the script.
 */
export const lifecycleDirectory = fileURLToPath(new URL('.', import.meta.url));

/** Name of the script inside of `lifecycleDirectory`; run it with bash, its executable bit may be lost. */
export const buildScript = 'build.sh';
