import {DynoError} from '../../model/error.js';
import {route} from '../http/route.js';
import {EPOCH, fixedId} from './fixed-id.js';

interface Region {
  name: string;
  country: string;
  locale: string;
  description: string;
  /** the enumeration of the schema knows Amazon's names only */
  provider: string;
  privateCapable: boolean;
}

const row = (
  name: string,
  country: string,
  locale: string,
  description: string,
  provider: string,
  privateCapable = true,
): Region => ({name, country, locale, description, provider, privateCapable});

/** Heroku's regions: two of the Common Runtime, and those of private spaces (heroku-behaviour.md 1.1). */
const regions: readonly Region[] = [
  row('us', 'United States', 'Virginia', 'United States', 'us-east-1', false),
  row('eu', 'Ireland', 'Dublin', 'Europe', 'eu-west-1', false),
  row('dublin', 'Ireland', 'Dublin', 'Dublin, Ireland', 'eu-west-1'),
  row('frankfurt', 'Germany', 'Frankfurt', 'Frankfurt, Germany', 'eu-central-1'),
  row('london', 'United Kingdom', 'London', 'London, United Kingdom', 'eu-west-2'),
  row('montreal', 'Canada', 'Montreal', 'Montreal, Quebec, Canada', 'ca-central-1'),
  row('mumbai', 'India', 'Mumbai', 'Mumbai, India', 'ap-south-1'),
  row('oregon', 'United States', 'Oregon', 'Oregon, United States', 'us-west-2'),
  row('singapore', 'Singapore', 'Singapore', 'Singapore', 'ap-southeast-1'),
  row('sydney', 'Australia', 'Sydney', 'Sydney, Australia', 'ap-southeast-2'),
  row('tokyo', 'Japan', 'Tokyo', 'Tokyo, Japan', 'ap-northeast-1'),
  row('virginia', 'United States', 'Virginia', 'Virginia, United States', 'us-east-1'),
];

export const regionReference = (name: string): {id: string; name: string} => ({id: fixedId('region', name), name});

/** Name of a region of the Common Runtime, by id or name. @throws DynoError invalid_params */
export function requireCommonRegion(identity: string): string {
  const region = regions.find(({name}) => name === identity || fixedId('region', name) === identity);
  if (region && !region.privateCapable) return region.name;
  throw new DynoError('invalid_params', {
    message: `Region ${identity} is not one of the Common Runtime. Regions: us, eu.`,
  });
}

/** Name of a region that can have private spaces, by id or name. @throws DynoError invalid_params */
export function requireSpaceRegion(identity: string): string {
  const region = regions.find(({name}) => name === identity || fixedId('region', name) === identity);
  if (region?.privateCapable) return region.name;
  const names = regions.filter(({privateCapable}) => privateCapable).map(({name}) => name);
  throw new DynoError('invalid_params', {
    message: `Region ${identity} has no private spaces. Regions: ${names.join(', ')}.`,
  });
}

export function regionDescription(name: string): string {
  return regions.find((region) => region.name === name)?.description ?? name;
}

/** By id or name. @throws DynoError not_found */
export function requireRegion(identity: string): Region {
  const region = regions.find(({name}) => name === identity || fixedId('region', name) === identity);
  if (!region) throw new DynoError('not_found', {resource: 'region'});
  return region;
}

const present = (region: Region) => ({
  country: region.country,
  created_at: EPOCH,
  description: region.description,
  id: fixedId('region', region.name),
  locale: region.locale,
  name: region.name,
  private_capable: region.privateCapable,
  provider: {name: 'amazon-web-services', region: region.provider},
  updated_at: EPOCH,
});

export const regionRoutes = [
  route('GET', '/regions', {title: 'list regions', answers: 'region', ranges: ['name', 'id']}, () =>
    regions.map(present),
  ),
  route('GET', '/regions/:region', {title: 'region', answers: 'region'}, ({params}) =>
    present(requireRegion(params.region!)),
  ),
];
