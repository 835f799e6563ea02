import type {AppSpec} from '../model/spec.js';
import type {RoutedApp} from '../router/router.js';

/** What the router needs to know of an app. */
export function routedAppOf(app: AppSpec): RoutedApp {
  const config = app.release?.config ?? {};
  return {
    id: app.id,
    name: app.name,
    hosts: app.hosts,
    maintenance: app.maintenance,
    features: app.features,
    blank: app.release === null,
    wantsWeb: (app.formation['web']?.quantity ?? 0) > 0,
    ...(config['ERROR_PAGE_URL'] ? {errorPageUrl: config['ERROR_PAGE_URL']} : {}),
    ...(config['MAINTENANCE_PAGE_URL'] ? {maintenancePageUrl: config['MAINTENANCE_PAGE_URL']} : {}),
    ...(app.internalRouting ? {internalRouting: true} : {}),
    ...(app.certificates ? {certificates: app.certificates} : {}),
    ...(app.limits ? {limits: app.limits} : {}),
  };
}
