import {defaultSize, dynoSizes, findDynoSize} from './dyno-size.js';
import type {DynoSize, DynoTier} from './dyno-size.js';
import {DynoError} from './error.js';
import {limits} from './limits.js';

/** How many dynos of which size a process type gets. */
export interface FormationEntry {
  quantity: number;
  /** display form: `Standard-2X` */
  size: string;
}

/** By process type. */
export type Formation = Readonly<Record<string, FormationEntry>>;

/** One argument of `ps:scale`, or one element of a formation update. What is absent stays as it is. */
export interface FormationChange {
  type: string;
  quantity?: number | {by: number};
  /** any spelling */
  size?: string;
}

const SCALE_ARGUMENT = /^([-\w]{1,128}?)([=+-])(\d{1,9})(?::([-\w]+))?$/;

/**
 * `web=3`, `worker+1`, `clock-1`, `web=2:standard-2x`.
 *
 * @throws DynoError formation_invalid, naming the argument
 */
export function parseScaleArgument(argument: string): FormationChange {
  const match = SCALE_ARGUMENT.exec(argument);
  if (!match) {
    const how = 'Use TYPE=QUANTITY, TYPE+N, TYPE-N or TYPE=QUANTITY:SIZE, with whole numbers from 0: web=2:standard-2x';
    throw invalid(`${argument} is not a change of the formation. ${how}`);
  }
  const [, type, sign, digits, size] = match;
  const number = Number(digits);
  const quantity = sign === '=' ? number : {by: sign === '+' ? number : -number};
  return {type: type!, quantity, ...(size === undefined ? {} : {size})};
}

export interface FormationRules {
  runtime: 'common' | 'space';
  /** process types of the current release; null where nothing is deployed yet: then any type is refused */
  processTypes: readonly string[] | null;
}

/**
 * The formation after all changes, or none of them: quantities and mixing of heroku-behaviour.md 2.12.
 * Types without an entry have quantity 0 and take the size that the app's other types leave them.
 *
 * @throws DynoError formation_invalid, process_type_unknown
 */
export function changeFormation(
  formation: Formation,
  changes: readonly FormationChange[],
  rules: FormationRules,
): Record<string, FormationEntry> {
  const changed: Record<string, FormationEntry> = {...formation};
  for (const {type, quantity, size} of changes) {
    if (!rules.processTypes?.includes(type)) throw new DynoError('process_type_unknown', {type});
    const before = changed[type] ?? {quantity: 0, size: sizeForNewType(changed, rules.runtime)};
    const after = quantityAfter(type, before.quantity, quantity);
    const isStarted = before.quantity === 0 && after > 0;
    const ownSize = isStarted ? sizeWhenStarted(type, before.size, changed) : before.size;
    changed[type] = {
      quantity: after,
      size: size === undefined ? ownSize : requireDynoSize(size, rules.runtime).name,
    };
  }
  checkFormation(changed, rules.runtime);
  return changed;
}

/**
 * Finds a size by any spelling, among those of this kind of runtime.
 *
 * @throws DynoError formation_invalid, listing the sizes there are
 */
export function requireDynoSize(name: string, runtime: 'common' | 'space'): DynoSize {
  const size = findDynoSize(name);
  if (size && isOfRuntime(size, runtime)) return size;
  const names = dynoSizes.filter((entry) => isOfRuntime(entry, runtime)).map((entry) => entry.name.toLowerCase());
  const why = size ? `${size.name} dynos do not run in ${where(runtime)}` : `There is no dyno size ${name}`;
  throw invalid(`${why}. Sizes here: ${names.join(', ')}.`);
}

/** @throws DynoError formation_invalid */
export function checkFormation(formation: Formation, runtime: 'common' | 'space'): void {
  const entries = Object.entries(formation).map(([type, {quantity, size}]) => ({
    type,
    quantity,
    size: requireDynoSize(size, runtime),
  }));
  for (const {quantity, size} of entries) {
    const most = quantityPerType(size.tier);
    if (quantity > most) throw invalid(`Cannot update to more than ${most} ${size.name} size dynos per process type.`);
  }
  const running = entries.filter(({quantity}) => quantity > 0);
  const total = running.reduce((sum, {quantity}) => sum + quantity, 0);
  if (total > limits.dynosPerApp) throw invalid(`Cannot update to more than ${limits.dynosPerApp} dynos per app.`);

  // Types that are scaled to zero do not count: see sizeWhenStarted().
  const small = running.find(({size}) => isSmall(size.tier));
  const other = running.find(({size}) => size.tier !== small?.size.tier);
  if (small && other) {
    const [one, two] = [small.size.name, other.size.name];
    throw invalid(`Cannot mix ${one} and ${two} dynos in one app. Change all process types: ${typesOf(running, two)}`);
  }
  if (small?.size.tier === 'eco' && total > limits.ecoDynosPerApp) {
    throw invalid(`Cannot run more than ${limits.ecoDynosPerApp} Eco size dynos per app.`);
  }
}

/** What a process type gets that nobody gave a size: that of an eco or basic app, else the default (2.12). */
export function sizeForNewType(formation: Formation, runtime: 'common' | 'space'): string {
  const small = Object.values(formation).find(({size}) => isSmall(findDynoSize(size)?.tier));
  return small?.size ?? defaultSize[runtime];
}

/** What a type that is scaled up from zero gets: its own size, or that of the app where the two do not mix (2.12). */
function sizeWhenStarted(type: string, own: string, formation: Formation): string {
  const running = Object.entries(formation).filter(([other, {quantity}]) => other !== type && quantity > 0);
  const sizes = running.map(([, entry]) => entry.size);
  const small = sizes.find((size) => isSmall(findDynoSize(size)?.tier));
  if (small !== undefined) return small;
  return isSmall(findDynoSize(own)?.tier) ? (sizes[0] ?? own) : own;
}

/** Size of a one-off dyno that nobody gave a size: eco and basic apps use their own (2.15). */
export function sizeForOneOff(formation: Formation, runtime: 'common' | 'space'): string {
  const small = Object.values(formation).find(({size}) => isSmall(findDynoSize(size)?.tier));
  return small?.size ?? (runtime === 'space' ? defaultSize.space : defaultSize.oneOff);
}

/** Dynos that one process type may have (2.12). */
export function quantityPerType(tier: DynoTier): number {
  if (isSmall(tier)) return limits.smallDynosPerType;
  return tier === 'standard' ? limits.dynosPerApp : limits.largeDynosPerType;
}

function quantityAfter(type: string, before: number, change: FormationChange['quantity']): number {
  if (change === undefined) return before;
  const quantity = typeof change === 'number' ? change : Math.max(0, before + change.by);
  if (Number.isInteger(quantity) && quantity >= 0) return quantity;
  throw invalid(`Quantity of ${type} must be a whole number from 0, not ${quantity}.`);
}

function isSmall(tier: DynoTier | undefined): boolean {
  return tier === 'eco' || tier === 'basic';
}

function isOfRuntime(size: DynoSize, runtime: 'common' | 'space'): boolean {
  return (size.tier === 'private' || size.tier === 'shield') === (runtime === 'space');
}

function where(runtime: 'common' | 'space'): string {
  return runtime === 'space' ? 'a private space' : 'the Common Runtime';
}

function typesOf(entries: {type: string}[], size: string): string {
  return `dyno ps:type ${entries.map(({type}) => `${type}=${size.toLowerCase()}`).join(' ')}`;
}

function invalid(message: string): DynoError {
  return new DynoError('formation_invalid', {message});
}
