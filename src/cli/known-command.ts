import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import type {Config} from '@oclif/core/config';
import {deferPackages} from './defer-packages.js';

interface ManifestEntry {
  id: string;
  aliases: string[];
  hiddenAliases: string[];
  relativePath?: string[];
}

/** What oclif's own `Command.run` calls, once it has loaded every plugin a second time. */
type CommandClass = {id: string} & (new (argv: string[], config: Config) => {_run: () => Promise<unknown>});

/**
 * Runs a command that the manifest names, without oclif's loading of plugins and hooks, which is a third of the whole time.
 * Answers false, having done nothing, for whatever else there is: help, unknown commands, wrong flags, plugins.
 */
export async function runKnownCommand(root: string, argv: readonly string[]): Promise<boolean> {
  const [name, ...rest] = argv;
  const entry = name === undefined || asksForHelp(rest) ? undefined : findEntry(root, name);
  if (!entry?.relativePath) return false;
  deferPackages();
  const {Config} = await import('@oclif/core/config');
  const module = (await import(pathToFileURL(join(root, ...entry.relativePath)).href)) as {default: CommandClass};
  module.default.id = entry.id;
  try {
    await new module.default(rest, bareConfig(root, Config))._run();
  } catch (error) {
    // Nothing has happened yet when flags cannot be parsed, and oclif shows how they are used.
    if (isParseError(error)) return false;
    const {handle} = await import('@oclif/core/handle');
    await handle(error as Error);
  }
  return true;
}

function findEntry(root: string, name: string): ManifestEntry | undefined {
  const {commands} = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8')) as {
    commands: Record<string, ManifestEntry>;
  };
  if (Object.hasOwn(commands, name)) return commands[name];
  return Object.values(commands).find(({aliases, hiddenAliases}) => [...aliases, ...hiddenAliases].includes(name));
}

/** As much of oclif's configuration as commands read. */
export function bareConfig(root: string, ConfigClass: typeof Config): Config {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Config['pjson'];
  const config = new ConfigClass({root});
  return Object.assign(config, {
    bin: pjson.oclif.bin,
    name: pjson.name,
    pjson,
    root,
    runHook: () => Promise.resolve({failures: [], successes: []}),
    topicSeparator: pjson.oclif.topicSeparator,
    version: pjson.version,
  });
}

function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).some((argument) => argument === '--help' || argument === '-h');
}

const isParseError = (error: unknown): boolean => error instanceof Error && 'parse' in error;
